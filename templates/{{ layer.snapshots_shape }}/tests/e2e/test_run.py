"""The main job on a small drawn table, as a user runs it: one pilot for each kind of decision."""

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DECISIONS, Pilot, write_machines

Ran = tuple[Pilot, dict[str, Any]]
# All numbers tell something; of the few cases that are decided otherwise than today, too few do.
VERDICTS = {"costs": {"not_enough_data"}, "number": {"better", "reached"}}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Ran:
    """A pilot that chooses the best share, on which `run` was run, and the object that it printed."""
    pilot = Pilot.on_machines(tmp_path_factory.mktemp("pilot"), "share")
    (pilot.root / "var").mkdir()
    shutil.copy(store, pilot.root / "var")
    return pilot, pilot.json("run")


def rows(pilot: Pilot, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(pilot.root / "var" / "pilot.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_model_that_knows_more_than_the_rule_becomes_champion(ran: Ran) -> None:
    result = ran[1]
    main = result["evaluated"]["against_rule"][0]
    assert main["difference"]["low"] > 0
    assert main["value"]["value"] > main["other"]["value"]
    assert result["evaluated"]["how"].startswith("by time")
    assert {name for name, _ in result["evaluated"]["slices"]} == {"plant 0", "plant 1", "plant 2"}
    assert (result["registered"]["promoted"], result["registered"]["champion"]) == (True, 1)
    assert (result["data"]["known"], result["data"]["due"], result["data"]["set_aside"]) == (1139, 60, 1)


def test_every_line_says_why_and_what_made_it_in_the_words_of_the_case(ran: Ran) -> None:
    pilot, result = ran
    query = "select machine_id, action, reasons, model_version, run_id from inspection_list_entries"
    found = rows(pilot, query)
    assert len(found) == result["scored"]["written"] == 60
    assert sum(row[1] == "act" for row in found) == result["scored"]["chosen"] == 12
    assert all(reasons and version == "1" and run == result["scored"]["run_id"] for *_, reasons, version, run in found)
    with (pilot.root / "var" / "report" / "inspection_list.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["decision"] for row in listed} == {"inspect"}
    assert len(listed) == 12
    assert listed[0]["machine"] == result["scored"]["first"][0]["name"]


def test_on_few_cases_the_kpi_has_no_number_and_the_evaluation_is_kept_as_evidence(ran: Ran) -> None:
    pilot, result = ran
    (kpi,) = result["kpis"]
    assert (kpi["value"], kpi["verdict"]) == (None, "not_enough_data")
    assert "telling cases" in kpi["sentence"]
    assert kpi["method"].startswith("past cases")
    report = json.loads((pilot.root / "governance" / "evidence" / "evaluation.json").read_text(encoding="utf-8"))
    assert report["metrics"][0]["passed"] is True
    slices = {each["group"]: each for each in report["slices"]}
    assert slices.keys() == {"plant 0", "plant 1", "plant 2"}
    assert all(each["low"] < each["value"] < each["high"] for each in slices.values())


def test_the_report_is_one_page_that_needs_nothing_else(ran: Ran) -> None:
    page = Path(ran[1]["report"]).read_text(encoding="utf-8")
    assert "<svg" in page
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(""", page)
    assert ran[1]["scored"]["first"][0]["name"] in page
    assert "The inspection list of 2024-" in page
    assert "Who is behind the mean? Plant" in page
    assert "Has the world moved?" in page


def test_the_kill_switch_puts_the_rule_in_the_models_place_and_back(ran: Ran) -> None:
    pilot, _ = ran
    off = pilot.json("score", PILOT_SWITCH__MODEL="false")["scored"]
    assert (off["method"], off["written"]) == ("rule", 60)
    assert "age is above 12" in off["first"][0]["reasons"][0]
    assert rows(pilot, "select batch from inspection_list_in_force")[0][0].endswith("/rule/rule")
    on = pilot.json("score")["scored"]
    assert (on["method"], on["written"]) == ("model", 0)


def test_a_correction_leads_back_to_the_batch_that_made_the_suggestion(ran: Ran) -> None:
    pilot, result = ran
    name = result["scored"]["first"][0]["name"]
    said = ("--decision", "leave it", "--why", "it was replaced", "--by", "Ada")
    assert pilot.run("feedback", "give", name, *said)[0] == 0
    listed = json.loads(pilot.run("feedback", "list", "--json")[1])
    assert [(row["item"], row["batch"]) for row in listed] == [(name, result["scored"]["batch"])]
    code, _, err = pilot.run("feedback", "give", "nothing", *said)
    assert (code, "nothing is not on the inspection list" in err) == (2, True)


def test_the_next_month_decisions_are_measured_and_the_champion_is_renewed(ran: Ran) -> None:
    pilot, _ = ran
    write_machines(pilot.root / "data" / "machines.csv", number=1260)
    result = pilot.json("run")
    assert result["registered"]["promoted"], result["registered"]["reasons"]
    assert "renews the champion" in result["registered"]["reasons"][-1]
    assert len(result["live_periods"]) == 1
    (kpi,) = result["kpis"]
    assert kpi["method"].startswith("decisions that people had")
    assert kpi["n"] == 12


@pytest.fixture
def another(ran: Ran) -> Iterator[Pilot]:
    """The same pilot, free to decide something else for a while."""
    pilot, _ = ran
    yield pilot
    pilot.decide("share")


@pytest.mark.parametrize("decision", [each for each in DECISIONS if each != "share"])
def test_other_decisions_run_the_same_way(decision: str, another: Pilot) -> None:
    another.decide(decision)
    result = another.json("run", PILOT_MODEL__KIND="boosting")
    main = result["evaluated"]["against_rule"][0]
    assert main["difference"]["high"] < 0, "less is better"
    assert result["registered"]["promoted"], "a champion of another decision is none"
    assert result["scored"]["due"] == result["scored"]["written"] == 60
    (kpi,) = result["kpis"]
    assert kpi["verdict"] in VERDICTS[decision]
    evidence = (another.root / "governance" / "evidence" / "kpi.jsonl").read_text(encoding="utf-8")
    assert json.loads(evidence.splitlines()[-1])["verdict"] == kpi["verdict"]
    assert "inspection list" in Path(result["report"]).read_text(encoding="utf-8")


def test_without_days_and_waiting_cases_it_is_said_and_nothing_is_written(another: Pilot) -> None:
    another.decide("costs")
    write_machines(another.root / "data" / "machines.csv", number=300, waiting=0)
    settings = another.root / "config" / "default.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('day = "day"\n', ""), encoding="utf-8")
    result = another.json("run")
    assert "because the table has no day" in result["evaluated"]["how"]
    assert "no machine waits for a decision" in result["scored"]["why"]
    assert "Nothing waits for a decision" in Path(result["report"]).read_text(encoding="utf-8")


def test_a_table_that_is_too_small_is_said_in_a_sentence(another: Pilot) -> None:
    write_machines(another.root / "data" / "machines.csv", number=50, waiting=10)
    code, _, err = another.run("run")
    assert code == 2
    assert "too few to learn from some and judge by others" in err
