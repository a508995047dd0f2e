"""The main job on a small drawn ledger, as a user runs it; what it finds on real data is measured by `run` itself."""

import csv
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from tests import drawn
from tests.conftest import Pilot

Ran = tuple[Pilot, dict[str, Any]]


def rows(pilot: Pilot, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(pilot.root / "var" / "pilot.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_the_kpis_are_measured_against_rule_and_baseline_and_kept_as_evidence(ran: Ran) -> None:
    pilot, result = ran
    first, second = result["kpis"]
    assert first["low"] < first["value"] < first["high"]
    assert first["rule"] < first["value"]
    assert (first["verdict"], second["verdict"]) == ("better", "not_enough_data")
    assert first["method"].startswith("past months")
    evidence = pilot.root / "governance" / "evidence" / "kpi.jsonl"
    kept = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
    assert [line["kpi"] for line in kept] == [kpi["id"] for kpi in result["kpis"]]
    assert pilot.json("measure")["evidence"] == [], "measured again on the same data: nothing new to say"
    assert "| better |" in (pilot.root / "docs" / "kpis.md").read_text(encoding="utf-8")
    shown = next(line for line in pilot.run("kpis")[1].splitlines() if line.startswith(second["id"]))
    assert re.match(rf"{second['id']}\s+-\s+-\s+-\s", shown), "without a case there is no value"
    assert pilot.run("gate")[0] == 0
    assert "pilot_kpi_value" in (pilot.root / "var" / "metrics" / "kpis.prom").read_text(encoding="utf-8")


def test_mlflow_shows_a_run_with_its_steps_below_it_and_the_kpis_on_it(ran: Ran) -> None:
    with sqlite3.connect(ran[0].root / "var" / "mlflow.db") as store:
        runs = dict(store.execute("select run_uuid, name from runs").fetchall())
        parents = dict(store.execute("select run_uuid, value from tags where key = 'mlflow.parentRunId'").fetchall())
        commits = store.execute("select count(*) from tags where key = 'mlflow.source.git.commit'").fetchone()
        kpis = store.execute("select run_uuid from latest_metrics where key = 'kpi.money_reached'").fetchall()
    store.close()
    whole = next(run for run, name in runs.items() if name == "run")
    assert {runs[run] for run, above in parents.items() if above == whole} == {"train", "evaluate", "score", "measure"}
    assert (whole,) in kpis
    assert commits == (len(runs),)


def test_an_evaluation_and_the_days_of_each_suggestion_are_kept_as_evidence(ran: Ran) -> None:
    pilot, _ = ran
    folder = pilot.root / "governance" / "evidence"
    report = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    (metric,) = report["metrics"]
    assert (report["subject"], metric["name"], metric["passed"]) == ("model version 1", "money_reached", True)
    assert metric["value"] > metric["threshold"] == report["baseline"]["value"]
    assert (folder / "feedback.jsonl").exists(), "empty until somebody suggests something"


def test_the_dirt_of_the_ledger_is_set_aside_with_reasons_and_ranked_by_the_money_behind_it(ran: Ran) -> None:
    data = ran[1]["data"]
    stakes = [each["at_stake"] for each in data["findings"]]
    assert stakes == sorted(stakes, reverse=True)
    assert all(each["owner"] for each in data["findings"])
    with next((ran[0].root / "var" / "quarantine").glob("*.csv")).open(encoding="utf-8", newline="") as file:
        aside = list(csv.DictReader(file))
    assert len(aside) == data["set_aside"] > 0
    assert all(row["_reasons"] for row in aside)


def test_every_line_of_the_list_says_why_and_what_made_it(ran: Ran) -> None:
    pilot, result = ran
    found = rows(pilot, "select reasons, model_version, run_id from risk_lists where method = 'expected_loss'")
    assert len(found) == result["scored"]["active"] == result["scored"]["written"]
    assert all(reasons and version == "1" and run == result["scored"]["run_id"] for reasons, version, run in found)


def test_the_same_batch_is_written_once_and_what_learned_the_same_stays_a_challenger(ran: Ran) -> None:
    pilot, _ = ran
    for step in ("train", "evaluate"):
        assert pilot.run(step)[0] == 0
    code, out, _ = pilot.run("register", "--json")
    assert (code, json.loads(out)["registered"]["champion"]) == (1, 1)
    assert "has learned from the same outcomes" in json.loads(out)["registered"]["reasons"][-1]
    scored = pilot.json("score")["scored"]
    assert (scored["written"], scored["model_version"]) == (0, "1")
    assert len(rows(pilot, "select 1 from risk_lists where method = 'expected_loss'")) == scored["active"]


def test_the_kill_switch_puts_the_rule_in_the_models_place_and_back(ran: Ran) -> None:
    pilot, _ = ran
    off = pilot.json("score", PILOT_SWITCH__MODEL="false")["scored"]
    assert (off["method"], off["written"]) == ("rule", off["active"])
    assert rows(pilot, "select batch from risk_lists_in_force")[0][0].endswith("/rule/rule")
    assert pilot.json("score")["scored"]["method"] == "expected_loss"


def test_a_past_month_is_not_scored_by_a_model_that_knows_what_came_after(ran: Ran) -> None:
    code, _, err = ran[0].run("score", "--as-of", "2023-12-01")
    assert code == 2
    assert "has learned from what happened after" in err


def test_another_role_is_refused_and_the_reads_are_logged(ran: Ran) -> None:
    code, _, err = ran[0].run("score", PILOT_ROLE="intern")
    assert code == 2
    assert "may not read" in err
    reads = (ran[0].root / "var" / "reads.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in reads.splitlines()]
    assert (entries[0]["purpose"], entries[0]["permitted"]) == ("run", True)
    assert [entry["permitted"] for entry in entries if entry["role"] == "intern"] == [False]


def test_a_correction_leads_back_to_the_list_and_the_model_that_made_it(ran: Ran) -> None:
    pilot, result = ran
    customer = result["scored"]["first"][0]["case"]
    said = ("--decision", "do not call", "--why", "they moved", "--by", "Ada")
    assert pilot.run("feedback", "give", customer, *said)[0] == 0
    listed = json.loads(pilot.run("feedback", "list", "--json")[1])
    assert [(row["item"], row["batch"]) for row in listed] == [(customer, result["scored"]["batch"])]
    stranger, day = pilot.run("feedback", "give", "nobody", *said), ("--batch", "2001-01-01")
    assert (stranger[0], "nobody is not on the list" in stranger[2]) == (2, True)
    never = pilot.run("feedback", "give", customer, *day, *said)
    assert (never[0], "There is no list of 2001-01-01" in never[2]) == (2, True)


def test_the_report_is_one_page_that_needs_nothing_else(ran: Ran) -> None:
    page = Path(ran[1]["report"]).read_text(encoding="utf-8")
    assert "<svg" in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(""", page)
    assert ran[1]["scored"]["first"][0]["case"] in page
    assert "Has the world moved?" in page
    assert all(name.replace("_", " ") in page for name in ran[1]["scored"]["drift"])


def test_what_people_see_names_the_value_the_interval_and_the_next_command(ran: Ran) -> None:
    code, out, err = ran[0].run("measure")
    assert code == 0
    assert "95 % interval" in out
    assert "Worth" in out
    assert "Assumed" in out
    assert "Measuring the KPIs" in err


def test_lists_that_people_had_are_measured_once_their_outcome_is_known(ran: Ran) -> None:
    pilot, result = ran
    assert (result["scored"]["cutoff"], result["live_lists"]) == (drawn.LIST, [])
    later = pilot.json("measure", PILOT_LEDGER__UNTIL=drawn.LATER, PILOT_EVIDENCE__TO="var")
    assert later["live_lists"] == [drawn.LIST]
    assert later["kpis"][0]["method"].startswith("lists that people had")


def test_a_broken_contract_stops_the_run_and_names_the_owner(tmp_path: Path) -> None:
    pilot = Pilot.copy(tmp_path / "pilot")
    drawn.write_ledger(pilot.root / "data" / "drawn.csv", without_customer=0.3)
    code, _, err = pilot.run("run")
    assert code == 2
    assert "breaks its contract" in err
    assert "the-owner" in err
    (kept,) = (pilot.root / "var" / "quarantine").iterdir()
    assert str(kept) in err
    assert "customer is given" in kept.read_text(encoding="utf-8")
