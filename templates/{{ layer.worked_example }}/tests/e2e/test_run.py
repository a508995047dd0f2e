"""The main job on the carried ledger, as a user runs it."""

import csv
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Pilot

Ran = tuple[Pilot, dict[str, Any]]


def rows(pilot: Pilot, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(pilot.root / "var" / "pilot.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_money_at_risk_beats_the_rule_and_risk_alone_finds_more_customers_and_less_money(ran: Ran) -> None:
    against = ran[1]["evaluated"]["against_rule"]
    money, people = against["expected_loss"]["revenue_reached"], against["probability"]["lapsing_customers_reached"]
    assert money["difference"]["low"] > 0
    assert people["difference"]["low"] > 0
    assert against["probability"]["revenue_reached"]["difference"]["high"] < 0
    assert "finds more customers and loses money" in ran[1]["evaluated"]["finding"]


def test_the_kpis_are_measured_against_rule_and_baseline_and_kept_as_evidence(ran: Ran) -> None:
    pilot, result = ran
    first, second, third = result["kpis"]
    assert first["low"] < first["value"] < first["high"]
    assert first["rule"] < first["value"]
    assert second["value"] < second["rule"]
    assert third["verdict"] == "not_enough_data"
    evidence = pilot.root / "governance" / "evidence" / "kpi.jsonl"
    kept = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
    assert [line["kpi"] for line in kept] == [kpi["id"] for kpi in result["kpis"]]
    assert pilot.json("measure")["evidence"] == [], "measured again on the same data: nothing new to say"
    assert first["verdict"] in {"better", "reached"}
    assert f"| {first['verdict']} |" in (pilot.root / "docs" / "kpis.md").read_text(encoding="utf-8")
    shown = next(line for line in pilot.run("kpis")[1].splitlines() if line.startswith(third["id"]))
    assert re.match(rf"{third['id']}\s+-\s+-\s+-\s", shown), "without a case there is no value"
    assert pilot.run("gate")[0] == 0
    assert "pilot_kpi_value" in (pilot.root / "var" / "metrics" / "kpis.prom").read_text(encoding="utf-8")


def test_an_evaluation_and_the_days_of_each_suggestion_are_kept_as_evidence(ran: Ran) -> None:
    pilot, _ = ran
    folder = pilot.root / "governance" / "evidence"
    report = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    (metric,) = report["metrics"]
    assert (report["subject"], metric["name"], metric["passed"]) == ("model version 1", "revenue_reached", True)
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
    found = rows(pilot, "select reasons, model_version, run_id from call_lists where method = 'expected_loss'")
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
    assert len(rows(pilot, "select 1 from call_lists where method = 'expected_loss'")) == scored["active"]


def test_the_kill_switch_puts_the_rule_in_the_models_place_and_back(ran: Ran) -> None:
    pilot, _ = ran
    off = pilot.json("score", PILOT_SWITCH__MODEL="false")["scored"]
    assert (off["method"], off["written"]) == ("rule", off["active"])
    assert rows(pilot, "select batch from call_lists_in_force")[0][0].endswith("/rule/rule")
    assert pilot.json("score")["scored"]["method"] == "expected_loss"


def test_a_past_month_is_not_scored_by_a_model_that_knows_what_came_after(ran: Ran) -> None:
    code, _, err = ran[0].run("score", "--as-of", "2011-05-01")
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
    customer = result["scored"]["first"][0]["customer"]
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
    assert ran[1]["scored"]["first"][0]["customer"] in page
    assert "Has the world moved?" in page
    assert all(name.replace("_", " ") in page for name in ran[1]["scored"]["drift"])


def test_what_people_see_names_the_value_the_interval_and_the_next_command(ran: Ran) -> None:
    code, out, err = ran[0].run("measure")
    assert code == 0
    assert "95 % interval" in out
    assert "Worth" in out
    assert "Assumed" in out
    assert "Measuring the KPIs" in err


@pytest.fixture
def small(tmp_path: Path) -> Pilot:
    """A pilot to which a team brings a table of another shape: names, dates, separator, decimals, letters."""
    pilot = Pilot.copy(tmp_path / "pilot")
    lines = ["Kunde;Datum;Umsatz;Straße"]
    for number in range(150):
        every, last = 6 + number % 23, 60 + (number * 37) % 670
        for day in range(number % 20, last, every):
            when = f"{1 + day % 28:02}.{1 + day // 28 % 12:02}.{2023 + day // 336}"
            lines.append(f"K{number:03};{when};{1 + number % 3}.{100 + (number * 13) % 400},50;{number % 4}")
    (pilot.root / "data" / "verkauf.csv").write_text("\n".join(lines) + "\n", encoding="cp1252")
    return pilot


def test_a_teams_own_table_is_drafted_then_applied_and_the_run_ends_green(small: Pilot) -> None:
    table = str(small.root / "data" / "verkauf.csv")
    before = (small.root / "config" / "default.toml").read_bytes()
    drafted = small.json("own-data", table)
    assert drafted["columns"] == {"customer": "Kunde", "day": "Datum", "amount": "Umsatz"}
    assert any("Straße" in each for each in drafted["decisions"])
    assert (small.root / "config" / "default.toml").read_bytes() == before
    assert small.json("own-data", table, "--apply")["applied"]
    assert '"data_contracts/verkauf.odcs.yaml"' in (small.root / "pilot.yml").read_text(encoding="utf-8")
    assert small.run("derive", "--check")[0] == 0
    result = small.json("run")
    assert result["data"]["set_aside"] == 0
    assert max(entry["revenue"] for entry in result["scored"]["first"]) > 1100, "1.100,50 is more than a thousand"
    assert result["data"]["rows_read"] > 1000
    assert result["scored"]["written"] == result["scored"]["active"] > 0
    assert result["scored"]["method"] == ("expected_loss" if result["registered"]["promoted"] else "rule")


def test_lists_that_people_had_are_measured_once_their_outcome_is_known(small: Pilot) -> None:
    small.run("own-data", str(small.root / "data" / "verkauf.csv"), "--apply")
    then = small.json("run", PILOT_LEDGER__UNTIL="2024-06-10")
    assert (then["scored"]["cutoff"], then["live_lists"]) == ("2024-06-01", [])
    assert then["kpis"][0]["method"].startswith("past months")
    now = small.json("measure")
    assert now["live_lists"] == ["2024-06-01"]
    assert now["kpis"][0]["method"].startswith("lists that people had")


def test_a_broken_contract_stops_the_run_and_names_the_owner(small: Pilot) -> None:
    table = small.root / "data" / "verkauf.csv"
    small.run("own-data", str(table), "--apply")
    lines = table.read_text(encoding="cp1252").splitlines()
    broken = [line if place % 5 else re.sub(r"^K\d+", "", line) for place, line in enumerate(lines)]
    table.write_text("\n".join([lines[0], *broken[1:]]) + "\n", encoding="cp1252")
    code, _, err = small.run("run")
    assert code == 2
    assert "breaks its contract" in err
    assert "owner" in err
    (kept,) = (small.root / "var" / "quarantine").iterdir()
    assert str(kept) in err
    assert "Kunde is given" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("PK\x03\x04", "save its table as CSV", id="workbook"),
        pytest.param("who,what\na,b\n", "No column was found for", id="no dates"),
        pytest.param("who,day,value\na,2024-01-01,5.5\na,2024-02-01,6.5\n", "too short", id="too short"),
    ],
)
def test_a_table_that_cannot_serve_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    pilot = Pilot.copy(tmp_path / "pilot")
    table = tmp_path / ("table.xlsx" if text.startswith("PK") else "table.csv")
    table.write_text(text, encoding="utf-8")
    code, _, err = pilot.run("own-data", str(table))
    assert code == 2
    assert said in err
