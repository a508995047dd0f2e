"""What a pilot's own commands keep as evidence is what the checks ask for, and stays true while the code changes."""

import json

import pytest

from tests.helpers import git, pilotline

pytestmark = pytest.mark.slow

READ = ("MOD005", "MOD006", "PPL002", "VAL002")


def commit(pilot, message):
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", message)


def open_checks(pilot):
    report = json.loads(pilotline("check", pilot, "--json", "--select", ",".join(READ)).out)
    return {check["id"]: check["message"] for check in report["checks"] if check["status"] != "pass"}


def test_the_main_job_gives_the_evidence_that_checks_read(pilot, ran_pilot, run_pilot):
    assert set(open_checks(pilot)) == set(READ)
    pilot = ran_pilot.folder
    commit(pilot, "evidence")
    assert open_checks(pilot) == {}
    assert json.loads(run_pilot(pilot, "measure", "--json").out)["evidence"] == [], "nothing new to say"

    change_a_setting_of_the_model(pilot)
    assert "changed since the report was made" in open_checks(pilot)["MOD005"]
    kept = json.loads(run_pilot(pilot, "measure", "--json").out)["evidence"]
    assert kept == ["governance/evidence/evaluation.json"]
    commit(pilot, "measured again")
    assert open_checks(pilot) == {}


def change_a_setting_of_the_model(pilot):
    settings = pilot / "config/default.toml"
    settings.write_text(settings.read_text() + "\n# looked at again\n")
    commit(pilot, "settings")


def test_a_suggestion_leaves_two_days_and_no_word(ran_pilot, run_pilot):
    pilot = ran_pilot.folder
    with (pilot / "var/report/call_list.csv").open() as rows:
        customer = rows.readlines()[1].split(",")[1]
    said = ("--decision", "do not call", "--why", "moved away", "--by", "ada")
    number = run_pilot(pilot, "feedback", "give", customer, *said).out.split()[-1]
    assert run_pilot(pilot, "measure", "--json").code == 0
    text = (pilot / "governance/evidence/feedback.jsonl").read_text()
    (line,) = map(json.loads, text.splitlines())
    assert (line["id"], line["answered_on"]) == (number, None)
    assert not {"moved", "ada", customer} & set(text.replace('"', " ").split())
    assert "PPL002" not in open_checks(pilot)
