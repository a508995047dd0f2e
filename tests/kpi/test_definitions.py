"""The same id has the same formula everywhere, and only the same is added up."""

from dataclasses import replace

import pytest

from pilotline.errors import CatalogError
from pilotline.kpi.definitions import add_up, find_deviations, read_definitions
from pilotline.kpi.manifest import read_kpis
from pilotline.rules.worth import Interval
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.render import render
from tests.helpers import snapshot


@pytest.fixture
def kpis(manifests):
    return read_kpis(manifests["kpis.yml"])


@pytest.fixture
def definitions(builtin):
    return read_definitions(builtin.tree)


def test_what_is_generated_follows_the_organisation_s_definitions(builtin, definitions):
    """Each architecture's example uses definitions of the catalog, and none of these is there for nothing."""
    used = set()
    for name in resolve_answers(builtin, {})[0].choices("architecture"):
        pilot = render(builtin, accept_answers(builtin, {"architecture": name}))
        kpis = read_kpis(pilot["kpis.yml"].content)
        assert list(find_deviations(kpis, definitions)) == []
        used |= {kpi.uses for kpi in kpis}
    assert used == set(definitions)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"formula": "revenue / calls"}, "its formula is", id="another formula"),
        pytest.param({"formula": "revenue / calls", "uses": None}, "its formula is", id="the same id without uses"),
        pytest.param({"unit": "EUR per 100 calls"}, "its unit is", id="another unit"),
        pytest.param({"direction": "lower"}, "its direction is", id="another direction"),
        pytest.param({"id": "mine"}, "its id is", id="another id"),
        pytest.param({"uses": "none@1"}, "no definition none@1", id="no such definition"),
    ],
)
def test_a_kpi_that_is_not_what_it_says_is_found(kpis, definitions, change, said):
    (found,) = find_deviations([replace(kpis[0], **change)], definitions)
    assert said in found.message


def test_another_currency_is_another_unit_and_no_deviation(kpis, definitions):
    euro = replace(kpis[0], unit="EUR per 100 calls", currency="EUR")
    assert list(find_deviations([euro], definitions)) == []


def test_only_the_same_definition_unit_and_currency_is_added_up(kpis):
    first = kpis[0]
    euro = replace(first, unit="EUR per 100 calls", currency="EUR")
    own = replace(first, uses=None)
    sums = add_up(
        [
            (first, Interval(10, 5, 15)),
            (first, Interval(1, -1, None)),
            (euro, Interval(7, 6, 8)),
            (own, Interval(99, 99, 99)),
        ]
    )
    assert sums == {
        (first.uses, first.unit, "GBP"): Interval(11, 4, None),
        (first.uses, euro.unit, "EUR"): Interval(7, 6, 8),
    }


@pytest.mark.parametrize(
    "text", ["{", "id: a\nversion: 1\n", "id: b\nversion: 1\ntitle: t\nformula: f\nunit: u\ndirection: up\nowner: o\n"]
)
def test_a_definition_that_cannot_be_used_is_refused(text):
    with pytest.raises(CatalogError, match=r"a@1\.yml"):
        read_definitions(snapshot({"templates/_organisation/kpis/a@1.yml": text}).tree)
