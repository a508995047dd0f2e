import json

from pilotline.catalog.architectures import list_architectures
from tests.helpers import pilotline


def test_architectures_are_listed_for_people_and_machines():
    listed = json.loads(pilotline("architectures", "--json").out)
    assert "batch_scoring" in [item["id"] for item in listed["architectures"]]
    assert "batch_scoring" in pilotline("architectures").out


def test_an_architecture_is_explained_with_a_picture():
    run = pilotline("architectures", "show", "batch_scoring")
    assert run.code == 0
    for part in ("Use it when", "Choose another when", "Components", "Data contract", "▶ [ KPI measurement ]"):
        assert part in run.out


def test_an_explanation_is_json_too():
    shown = json.loads(pilotline("architectures", "show", "batch_scoring", "--json").out)
    assert {"id", "summary", "use_when", "avoid_when", "components", "flows"} <= set(shown)


def test_an_unknown_architecture_lists_those_there_are():
    run = pilotline("architectures", "show", "nope")
    assert run.code == 2
    assert "batch_scoring" in run.err


def test_every_flow_joins_known_components(builtin):
    for architecture in list_architectures(builtin):
        known = {component.id for component in architecture.components}
        assert {end for flow in architecture.flows for end in (flow.source, flow.target)} <= known


def test_texts_are_broken_to_the_width_of_the_terminal():
    run = pilotline("architectures", "show", "batch_scoring", environment={"COLUMNS": "60"})
    texts, _, _ = run.out.partition("\nPicture\n")
    assert max(len(line) for line in texts.splitlines()) <= 60
