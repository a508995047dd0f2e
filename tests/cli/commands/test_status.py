import json
import shutil

import pytest
import yaml

from pilotline.kpi.manifest import read_kpis
from tests.cli.commands.test_check import REAL
from tests.helpers import pilotline

LINE = {
    "format": 1,
    "kpi": "minutes_per_request",
    "value": 9.5,
    "low": 9.0,
    "high": 10.1,
    "n": 412,
    "verdict": "better",
    "gain": {"value": 3.0},
    "sentence": "Better than before.",
    "worth": {"value": 120},
    "measured_at": "2026-11-25T10:00:00Z",
    "commit": "c0ffee",
}

WON = (
    {"format": 1, "what": "kpi", "id": "minutes_per_request", "on": "2026-11-25", "sentence": "Better than before."},
    {"format": 1, "what": "told", "id": "x", "on": "2026-11-26", "sentence": "Fewer calls", "for": "the desk"},
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pilot = tmp_path_factory.mktemp("status") / "pilot"
    assert pilotline("new", pilot, *REAL, "-d", "ai_act_class=high").code == 0
    manifest = yaml.safe_load((pilot / "kpis.yml").read_text())
    manifest["kpis"][0]["measure"] = {"sql": "select minutes as value from requests", "unit": "minutes"}
    (pilot / "kpis.yml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    (pilot / "governance/evidence").mkdir()
    line = {**LINE, "definition": read_kpis((pilot / "kpis.yml").read_bytes())[0].hash}
    older, other = {**line, "value": 12.0, "verdict": "undecided"}, {**line, "value": 77.0, "definition": "another"}
    lines = [json.dumps(older), "no JSON", json.dumps(line), json.dumps(other)]
    (pilot / "governance/evidence/kpi.jsonl").write_text("\n".join(lines) + "\n")
    (pilot / "governance/wins.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in WON))
    return pilot


def test_one_object_says_how_the_pilot_stands(folder):
    run = pilotline("status", folder, "--json")
    assert run.code == 0, run.err
    status = json.loads(run.out)
    assert (status["format"], status["name"], status["level"]) == (1, "Customer call list", "sandbox")
    assert status["objective"]["id"] == "lower-cost-to-serve"
    kpi = status["kpi"]
    assert (kpi["id"], kpi["baseline"], kpi["target"]) == ("minutes_per_request", 12.5, 8.0)
    assert (kpi["value"], kpi["verdict"], kpi["worth"]) == (9.5, "better", {"value": 120})
    assert status["cost"]["build"] == 9000
    assert (status["wins"], [won["sentence"] for won in status["won"]]) == (2, ["Better than before.", "Fewer calls"])
    assert status["won"][1]["for"] == "the desk"
    assert status["stage"]["claimed"] == "sandbox"
    assert status["stage"]["history"][0]["stage"] == "sandbox"
    assert (status["catalog"]["behind"], status["catalog"]["newest"]) == (0, status["catalog"]["version"])
    assert {entry["what"] for entry in status["dates"]} == {"review", "experiment ends", "exit"}
    assert {key: value for key, value in status["law"]["dates"][-1].items() if key != "duty"} == {
        "on": "2027-12-02",
        "in_force": False,
    }
    assert len(status["next_steps"]) <= 3


def test_people_see_it_in_a_glance(folder):
    run = pilotline("status", folder)
    assert run.code == 0, run.err
    assert "Minutes per request: from 12.5 (typed, not measured) to 8 minutes by " in run.out
    assert "now 9.5 (better)" in run.out
    assert "9,000 EUR to build, 440 a month" in run.out
    assert "high risk, deployer; " in run.out
    assert "Wins      2; last 2026-11-26, for the desk: Fewer calls" in run.out
    assert "2027-12-02 High risk, Annex III" in run.out
    assert len(run.out.splitlines()) <= 12


STEP = "the query is missing; write it"
NOTHING = {"value": None, "period": None, "source": "not measured yet"}
UNMEASURED = {
    "a pending measure": (
        {"measure": {"pending": STEP}},
        f"from 12.5 (typed, not measured) to 8 minutes by 2030-01-01; not measured yet: {STEP}",
    ),
    "no baseline": ({"baseline": NOTHING}, "to 8 minutes by 2030-01-01; not measured yet: its baseline is missing"),
    "a change in percent": (
        {"baseline": NOTHING, "target": {"change_percent": -20, "due": "2030-01-01"}},
        "20 % less minutes by 2030-01-01; not measured yet: its baseline is missing",
    ),
    "another definition": ({"formula": "another one"}, "not measured yet: `measure` does it"),
}


@pytest.mark.parametrize(("change", "said"), UNMEASURED.values(), ids=UNMEASURED.keys())
def test_what_is_not_measured_has_a_next_step_and_no_number(folder, tmp_path, change, said):
    pilot = shutil.copytree(folder, tmp_path / "pilot")
    manifest = yaml.safe_load((pilot / "kpis.yml").read_text())
    manifest["kpis"][0]["target"]["due"] = "2030-01-01"
    manifest["kpis"][0] |= change
    (pilot / "kpis.yml").write_text(yaml.safe_dump(manifest))
    assert said in pilotline("status", pilot).out
    kpi = json.loads(pilotline("status", pilot, "--json").out)["kpi"]
    assert {kpi[name] for name in ("value", "low", "high", "worth")} == {None}
    assert kpi["unmeasured"]


def test_too_few_cases_are_the_absence_of_a_number(folder, tmp_path):
    pilot = shutil.copytree(folder, tmp_path / "pilot")
    lines = pilot / "governance/evidence/kpi.jsonl"
    lines.write_text(lines.read_text().replace('"better"', '"not_enough_data"'))
    assert "; not enough data" in pilotline("status", pilot).out
    kpi = json.loads(pilotline("status", pilot, "--json").out)["kpi"]
    assert (kpi["value"], kpi["verdict"], kpi["unmeasured"]) == (None, "not_enough_data", None)


def test_a_repository_that_is_no_pilot_has_a_status_too(tmp_path):
    (tmp_path / "a.py").write_text("")
    status = json.loads(pilotline("status", tmp_path, "--json").out)
    assert (status["format"], status["kpi"], status["level"]) == (1, None, None)
    assert pilotline("status", tmp_path).code == 0
