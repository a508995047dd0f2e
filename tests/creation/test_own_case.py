"""A case of one's own: nothing of the example under a team's name, and older pilots stay what they were."""

import re

import pytest
import yaml

from pilotline.errors import AnswersError
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.render import render

OWN = {
    "project_name": "Wartung Münster",
    "objective": "lower-cost-to-serve",
    "kpi": "Days until repaired",
    "kpi_unit": "days",
    "kpi_baseline": "not measured yet",
    "kpi_target": "-20 %",
    "currency": "CHF",
    "kpi_unit_value": "not known yet",
    "owner": "head-of-maintenance",
}
NUMBERS = {"kpi_baseline": 41.0, "kpi_target": 30.0, "kpi_unit_value": 0.8}
"""What every pilot recorded before a baseline could be missing."""
STAGES = [
    {"prepared_for": "sandbox"},
    {"prepared_for": "production", "ci_provider": "gitlab", "integrations": ["postgres", "mlflow_server", "otlp"]},
]
EXAMPLE = re.compile(
    r"online.?retail|wholesal|account.?manager|call.?list|lapsing|lapse[sd]?\b|sales.?ledger|GBP per|example-head"
    r"|49[,.]?833|60[,.]?000\b|52\.7|revenue_reached|largest silent|\binvoice",
    re.IGNORECASE,
)


@pytest.mark.parametrize("stage", STAGES, ids=["sandbox", "production"])
def test_no_word_and_no_number_of_the_example_is_left(builtin, stage):
    tree = render(builtin, accept_answers(builtin, {**OWN, **stage}))
    found = {
        path: sorted({match[0] for match in EXAMPLE.finditer(file.content.decode())})
        for path, file in tree.items()
        if EXAMPLE.search(file.content.decode()) and "/_platform/" not in path
    }
    assert found == {}


def test_the_example_holds_what_is_searched_for(builtin):
    tree = render(builtin, accept_answers(builtin, {}))
    assert sum(bool(EXAMPLE.search(file.content.decode("utf-8", "replace"))) for file in tree.values()) > 20


def test_what_is_not_known_yet_is_said_and_never_a_number(builtin):
    tree = render(builtin, accept_answers(builtin, OWN))
    (kpi,) = yaml.safe_load(tree["kpis.yml"].content)["kpis"]
    assert (kpi["baseline"]["value"], kpi["target"]["change_percent"], kpi["direction"]) == (None, -20, "lower")
    assert list(kpi["measure"]) == ["pending"]
    assert "value" not in kpi
    manifest = yaml.safe_load(tree["pilot.yml"].content)
    assert manifest["costs"] == {
        "currency": "CHF", "build": None, "run_per_month": None, "people_per_month": None, "source": "not stated yet",
    }  # fmt: skip
    assert manifest["ai_act"]["prohibited_practices"] == {"present": None, "screened_by": None, "screened_on": None}
    assert not [path for path in tree if "/domain/" in path or "/pipelines/" in path]


@pytest.mark.parametrize(
    ("given", "recorded", "start", "shape"),
    [
        ({}, {}, "example", "events"),
        ({"owner": "ada"}, {}, "own_case", "none"),
        ({"owner": "ada", "start": "example"}, {}, "example", "events"),
        (OWN, {}, "own_case", "none"),
        ({"start": "own_case", "kpi_target": "70000"}, {}, "own_case", "none"),
        ({"kpi_target": "70000"}, {}, "own_case", "none"),
        ({**OWN, **NUMBERS}, {"_commit": "v0.0.9", "kpi": "Days until repaired"}, "earlier", "events"),
        ({**OWN, "start": "own_case"}, {"_commit": "v0.0.9", "start": "own_case"}, "own_case", "none"),
        ({**OWN, "shape": "events"}, {}, "own_case", "events"),
    ],
    ids=["nothing", "owner", "own example", "all", "said", "target", "older pilot", "recorded", "with a shape"],
)
def test_how_a_pilot_starts(builtin, given, recorded, start, shape):
    answers, problems = resolve_answers(builtin, given, recorded=recorded)
    assert (problems, answers.values["start"], answers.values["shape"]) == ((), start, shape)


OUTCOME = {
    "objective": "lower-cost-to-serve",
    "kpi": "Days until repaired",
    "kpi_unit": "GBP",
    "kpi_baseline": "not measured yet",
    "kpi_target": 70000,
    "currency": "EUR",
    "kpi_unit_value": "not known yet",
    "owner": "head-of-maintenance",
}
"""What says what shall become better, from where to where, what it is worth and to whom: one answer each."""
BESIDE = {
    "project_name": "Late payers",
    "due_date": "2090-01-01",
    "created_on": "2026-01-31",
    "technical_owner": "ada",
    "data_owner": "ada",
    "data_classification": "confidential",
    "prepared_for": "production",
    "ci_provider": "gitlab",
}
"""What says how it is built, by whom and until when: the example has no day of its own."""


@pytest.mark.parametrize("name", OUTCOME)
def test_any_answer_of_the_outcome_that_is_not_the_examples_begins_an_own_case(builtin, name):
    also = {"kpi_target": "10 %", "kpi_direction": "higher"} if name == "kpi_baseline" else {}
    own = OWN if name == "kpi" else {name: OUTCOME[name], **also}
    assert resolve_answers(builtin, own)[0].values["start"] == "own_case"


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_not_the_outcome_leaves_the_example(builtin, name):
    answers, problems = resolve_answers(builtin, {name: BESIDE[name]})
    assert (problems, answers.values["start"]) == ((), "example")


def test_the_outcome_is_what_the_example_has_an_answer_to(builtin):
    outcome = accept_answers(builtin, {}).values["example_outcome"]
    assert isinstance(outcome, dict)
    assert set(outcome) == set(OUTCOME)


def test_the_examples_direction_cannot_be_another_one(builtin):
    assert "not lower than the baseline" in " ".join(map(str, resolve_answers(builtin, {"kpi_direction": "lower"})[1]))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({**OWN, "start": "earlier"}, "as numbers"),
        ({**OWN, "start": "example"}, "The worked example has its own KPI"),
        ({**OWN, "kpi_target": "0 %"}, "nothing would have to change"),
        ({**OWN, "kpi_target": "soon"}, "A target is a number"),
        ({**OWN, "kpi_baseline": "about ten"}, "or `not measured yet`"),
        ({**OWN, "kpi_direction": "higher"}, "is not higher than the baseline"),
        ({name: value for name, value in OWN.items() if name != "kpi_unit"}, "kpi_unit is missing"),
        ({**OWN, "kpi_target": "30"}, "kpi_direction is missing"),
    ],
    ids=[
        "as before",
        "as the example",
        "no change",
        "no number",
        "no baseline",
        "wrong way",
        "no unit",
        "no direction",
    ],
)
def test_what_is_contradictory_or_missing_is_refused(builtin, given, message):
    with pytest.raises(AnswersError, match=message):
        accept_answers(builtin, given)


@pytest.mark.parametrize("shape", ["none", "events", "snapshots"])
def test_the_picture_shows_what_a_pilot_of_that_shape_has_and_nothing_else(builtin, shape):
    tree = render(builtin, accept_answers(builtin, {**OWN, "shape": shape, "package_name": "watch"}))
    page = tree["docs/platform.md"].content.decode()
    paths = re.findall(r"^\| [^|]+ \| [^|]+ \| `([^`]+)` \|", page, re.MULTILINE)
    assert paths
    assert [path for path in paths if not any(each.startswith(f"src/watch/{path}") for each in tree)] == []
    drawn = {path.partition("/")[0] for path in paths}
    expected = {"none": {"_platform"}}.get(shape, {"_platform", "adapters", "domain"})
    assert drawn == expected


@pytest.mark.parametrize(
    ("answers", "name", "package"),
    [
        pytest.param({}, "Customer call list", "customer_call_list", id="the example"),
        pytest.param(
            {
                "kpi": "Days until paid",
                "kpi_unit": "days",
                "kpi_target": "-20 %",
                "currency": "EUR",
                "owner": "ada",
                "objective": "lower-cost-to-serve",
            },
            "Days until paid",
            "days_until_paid",
            id="an own case",
        ),
    ],
)
def test_an_own_case_does_not_bear_the_name_of_the_example(builtin, answers, name, package):
    values = accept_answers(builtin, answers).values
    assert (values["project_name"], values["package_name"]) == (name, package)
