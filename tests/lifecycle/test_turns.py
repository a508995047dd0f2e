"""Back, longer, or the end: each leaves its reason in the dated history."""

import json
from datetime import date, timedelta

import pytest
import yaml

from tests.helpers import files_below
from tests.lifecycle.test_promote import history

TODAY = date.today()  # noqa: DTZ011 - as the commands read it
WHY = ("--because", "Nobody called")


@pytest.fixture
def promoted(requested):
    requested.approve("ada")
    assert requested.promote("grace", "--to", "pilot").code == 0
    requested.commit("grace")
    return requested


def test_back_takes_the_alias_away_and_the_way_forward_needs_a_new_decision(promoted):
    done = promoted.run("grace", "demote", "--to", "sandbox", *WHY)
    assert done.code == 0, done.err
    entry = history(promoted.pilot)[-1]
    assert (entry["stage"], entry["what"], entry["from"], entry["by"], entry["because"]) == (
        "sandbox", "demoted", "pilot", "grace@example.org", "Nobody called"
    )  # fmt: skip
    assert promoted.called()[-1] == "alias pilot --take-away"
    promoted.commit("grace")
    again = promoted.promote("grace", "--to", "pilot")
    assert (again.code, "used up by an earlier promotion" in again.out) == (1, True), again.out
    assert promoted.promote("grace", "--to", "pilot", "--request").code == 0
    promoted.commit("grace")
    promoted.approve("ada", "governance/decisions/gate-pilot-2.md")
    final = promoted.promote("grace", "--to", "pilot")
    assert final.code == 0, final.out
    assert [each["stage"] for each in history(promoted.pilot)] == ["sandbox", "pilot", "sandbox", "pilot"]


def test_no_step_forward_is_a_step_back(people):
    done = people.run("grace", "demote", "--to", "sandbox", *WHY)
    assert (done.code, "no step back" in done.err) == (2, True)


def test_a_later_end_changes_the_stop_rule_too_and_keeps_the_days_in_the_stage(people):
    before = yaml.safe_load((people.pilot / "pilot.yml").read_text())["experiment"]
    until = (date.fromisoformat(before["ends"]) + timedelta(days=60)).isoformat()
    done = people.run("grace", "extend", "--until", until, *WHY, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["what"] == "extended"
    now = yaml.safe_load((people.pilot / "pilot.yml").read_text())["experiment"]
    assert now == {**before, "ends": until, "stop_rule": before["stop_rule"].replace(before["ends"], until)}
    entry = history(people.pilot)[-1]
    assert (entry["what"], entry["until"], entry["before"]) == ("extended", until, before["ends"])
    people.commit("grace")
    stage = json.loads(people.run("grace", "status", "--json").out)["stage"]
    assert (stage["claimed"], stage["days"], stage["stalled"]) == ("sandbox", 0, False)
    assert stage["waits_for"]


def test_an_earlier_end_is_refused(people):
    before = files_below(people.pilot)
    done = people.run("grace", "extend", "--until", TODAY.isoformat(), *WHY)
    assert (done.code, "not later" in done.err) == (2, True)
    assert files_below(people.pilot) == before


def test_the_end_switches_the_model_off_and_keeps_what_was_learned(people):
    told = ("--lesson", "Lists reach people only inside their own tool", "--challenge", "culture")
    done = people.run("grace", "retire", *WHY, *told)
    assert done.code == 0, done.err
    manifest = yaml.safe_load((people.pilot / "pilot.yml").read_text())
    assert manifest["retired"]["because"] == "Nobody called"
    entry = history(people.pilot)[-1]
    assert (entry["what"], entry["lesson"]) == ("retired", "Lists reach people only inside their own tool")
    assert "learning: true" in (people.pilot / entry["decision"]).read_text()
    assert people.called() == ["switch off --by grace@example.org --why retired: Nobody called"]
    people.commit("grace")
    check = people.run("grace", "check", "--select", "OWN001,VAL009", "--json")
    assert [each["status"] for each in json.loads(check.out)["checks"]] == ["pass", "skip"], check.out
    assert "retired since" in people.run("grace", "status").out
    for again in (("retire", *WHY, *told), ("extend", "--until", "2099-01-01", *WHY)):
        refused = people.run("grace", *again)
        assert (refused.code, "retired" in refused.err) == (2, True), refused.err


def test_where_nothing_can_be_switched_here_it_says_so(people):
    (people.pilot / "var/broken").touch()
    done = people.run("grace", "retire", *WHY, "--lesson", "x")
    assert done.code == 0, done.err
    assert "The kill switch was not turned on this machine: no server" in done.out.replace("error: ", "")


def test_a_history_that_cannot_be_continued_is_refused_and_nothing_is_written(people):
    (people.pilot / "governance/stage_history.yml").write_text("history: {}\nmore: 1\n")
    people.commit("grace")
    before = files_below(people.pilot)
    done = people.run("grace", "extend", "--until", "2099-01-01", *WHY)
    assert (done.code, "governance/stage_history.yml" in done.err) == (2, True), done.err
    assert files_below(people.pilot) == before


def test_a_pilot_without_a_history_gets_one(people):
    (people.pilot / "governance/stage_history.yml").unlink()
    people.commit("grace")
    assert people.run("grace", "extend", "--until", "2099-01-01", *WHY).code == 0
    assert [each["what"] for each in history(people.pilot)] == ["extended"]
