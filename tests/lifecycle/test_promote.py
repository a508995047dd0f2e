"""Promotion in real repositories: the proof, a decision by whoever may, and nothing changed where one is missing."""

import json
import re
import shutil
from datetime import date, timedelta

import pytest
import yaml

from tests.helpers import ROOT, commit_all, files_below, git
from tests.lifecycle.conftest import GATE, People, make_promotable
from tests.readiness.families.test_eng import BILL
from tests.readiness.helpers import set_value, write

TODAY = date.today()  # noqa: DTZ011 - as the command reads it
HISTORY = "governance/stage_history.yml"


def history(pilot):
    return yaml.safe_load((pilot / HISTORY).read_text())["history"]


def refused(people, *arguments, by="grace"):
    """Promote, see that it is refused and nothing changed, and give the reasons."""
    before = files_below(people.pilot)
    done = people.promote(by, "--to", "pilot", *arguments)
    assert done.code == 1, done.err + done.out
    called = people.pilot / "var/called"
    after = {path: content for path, content in files_below(people.pilot).items() if path != "var/called"}
    assert after == before, called
    first, *reasons = done.out.splitlines()
    assert first == "Not promoted to pilot, and nothing was changed:"
    return [reason.strip() for reason in reasons]


def test_a_pilot_with_proof_and_decision_moves_and_leaves_its_trace(requested):
    approval = requested.approve("ada")
    done = requested.promote("grace", "--to", "pilot")
    assert done.code == 0, done.out + done.err
    pilot = requested.pilot
    assert yaml.safe_load((pilot / "pilot.yml").read_text())["stage"] == "pilot"
    entry = history(pilot)[-1]
    assert entry["stage"] == "pilot"
    assert entry["since"] == TODAY.isoformat()
    assert (entry["approved_by"], entry["promoted_by"], entry["approval"]) == (
        "ada@example.org", "grace@example.org", approval
    )  # fmt: skip
    assert entry["proof"].startswith("attested")
    record = (pilot / entry["decision"]).read_text()
    for linked in ("../evidence/kpi.jsonl", "../evidence/checks.jsonl", f"(gate-pilot.md), commit {approval}"):
        assert linked in record
    assert "| Minutes per request | better |" in record
    assert "attested: an unsigned, typed address" in done.out
    assert requested.called() == ["alias pilot"]
    assert "version 3" in done.out
    requested.commit("grace")
    check = requested.run("grace", "check", "--stage", "pilot", "--json")
    found = {each["id"]: each for each in json.loads(check.out)["checks"]}
    assert found["VAL008"]["stage"] == "production", found["VAL008"]
    assert json.loads(check.out)["level"] == "pilot", "the proof that it rests on still stands"


def test_a_trial_says_what_would_be_done_and_does_nothing(requested):
    requested.approve("ada")
    before = files_below(requested.pilot)
    done = requested.promote("grace", "--to", "pilot", "--dry-run", "--json")
    assert done.code == 0, done.out
    said = json.loads(done.out)
    assert (said["promoted"], said["reasons"], said["written"]) == (False, [], [])
    assert said["record"].startswith("governance/decisions/0002-")
    assert "customer-call-list alias pilot" in said["alias"]
    assert files_below(requested.pilot) == before


def test_without_a_request_it_says_how_to_ask(people):
    (reason,) = refused(people)
    assert "--request" in reason
    assert "head-of-sales, ada@example.org" in reason


def test_a_request_is_no_approval(requested):
    assert refused(requested) == [f"{GATE} is not approved yet"]


def test_the_request_shows_what_is_decided_on(requested):
    text = (requested.pilot / GATE).read_text()
    assert "# May Minutes per request enter the stage pilot?" in text or "enter the stage pilot?" in text
    assert "| Minutes per request | better | 9.1 minutes |" in text
    assert "requested_by: grace@example.org" in text
    again = requested.promote("grace", "--to", "pilot", "--request")
    assert again.code == 0
    requested.approve("ada")
    approved = requested.promote("grace", "--to", "pilot", "--request")
    assert (approved.code, "approved already" in approved.err) == (2, True)


def test_who_has_no_right_does_not_approve(requested):
    requested.approve("eve")
    assert refused(requested) == ["eve@example.org decided on pilot, and is not among those who may approve"]


def test_nobody_approves_for_oneself(requested):
    requested.approve("ada")
    assert refused(requested, by="ada") == ["ada@example.org both promoted to pilot and approved it"]


def test_who_commits_in_another_one_s_name_approves_for_oneself(requested):
    place = requested.pilot / GATE
    place.write_text(place.read_text().replace("approved: false", "approved: true"))
    git(requested.pilot, "add", "--all")
    git(requested.pilot, "-c", "x.y=z", "commit", "-q", "-m", "ok", "--author=Ada <ada@example.org>")
    (reason,) = refused(requested, by="author")
    assert reason == ("author@example.org promoted to pilot, and committed the approval in the name of ada@example.org")


def test_each_reason_stands_on_a_line_of_its_own(requested):
    requested.approve("eve")
    old = (TODAY - timedelta(days=400)).isoformat()
    evidence = requested.pilot / "governance/evidence/kpi.jsonl"
    lines = [json.loads(line) for line in evidence.read_text().splitlines()]
    lines[0]["measured_at"] = f"{old}T00:00:00Z"
    evidence.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    waiver = {
        "check": "VAL003", "reason": "Later", "owner": "team", "approver": "head-of-sales",
        "created": (TODAY - timedelta(days=60)).isoformat(), "expires": (TODAY - timedelta(days=1)).isoformat(),
    }  # fmt: skip
    (requested.pilot / "governance/waivers.yml").write_text(yaml.safe_dump({"format": 1, "waivers": [waiver]}))
    manifest = requested.pilot / "pilot.yml"
    manifest.write_text(manifest.read_text().replace("build:", "x_build:"))
    requested.commit("grace")
    reasons = refused(requested)
    assert f"VAL002 minutes_per_request was measured last on {old}" in reasons
    assert any(reason.startswith("VAL003 The waiver ended on") for reason in reasons), reasons
    assert "eve@example.org decided on pilot, and is not among those who may approve" in reasons
    said = json.loads(requested.promote("grace", "--to", "pilot", "--json").out)
    assert said["reasons"] == reasons


def test_a_kpi_that_does_not_show_what_is_asked_is_refused_and_may_be_waived(requested):
    evidence = requested.pilot / "governance/evidence/kpi.jsonl"
    evidence.write_text(
        evidence.read_text().replace('"verdict": "better"', '"verdict": "worse", "sentence": "Worse."', 1)
    )
    requested.commit("grace")
    requested.approve("ada")
    (reason,) = refused(requested)
    assert reason == "VAL011 minutes_per_request does not show what is asked (better): Worse."
    waiver = {
        "check": "VAL011", "reason": "Few cases yet", "owner": "team", "approver": "head-of-sales",
        "created": TODAY.isoformat(), "expires": (TODAY + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    (requested.pilot / "governance/waivers.yml").write_text(yaml.safe_dump({"format": 1, "waivers": [waiver]}))
    requested.commit("grace")
    done = requested.promote("grace", "--to", "pilot")
    assert done.code == 0, done.out
    record = (requested.pilot / history(requested.pilot)[-1]["decision"]).read_text()
    assert "VAL011 waived until" in record


def test_an_open_incident_holds_it_until_it_is_closed(requested):
    opened = {
        "format": 1, "id": "x-1", "event": "opened", "day": TODAY.isoformat(), "kind": "minor",
        "what": "Rows were lost", "reviews": "ada", "repairs": "team", "due": TODAY.isoformat(), "legal_due": None,
    }  # fmt: skip
    place = requested.pilot / "governance/evidence/incidents.jsonl"
    place.write_text(f"{json.dumps(opened)}\n")
    requested.commit("grace")
    requested.approve("ada")
    (reason,) = refused(requested)
    assert reason.startswith("OPS011 Incident x-1 (minor) is open: Rows were lost. ada reviews, team repairs")
    assert "x-1 (minor)" in requested.run("grace", "status").out
    with place.open("a") as file:
        file.write(json.dumps({"format": 1, "id": "x-1", "event": "closed"}) + "\n")
    requested.commit("grace")
    assert requested.promote("grace", "--to", "pilot").code == 0


def test_where_the_alias_cannot_be_set_nothing_moves(requested):
    requested.approve("ada")
    (requested.pilot / "var/broken").touch()
    assert refused(requested) == ["`customer-call-list alias pilot` ended with 2: no server"]


def test_a_pilot_of_an_earlier_version_has_no_alias_to_set(requested):
    git(requested.pilot, "rm", "-q", "src/customer_call_list/_platform/commands/alias.py")
    owned = {"path": "src/customer_call_list/_platform/commands/alias.py", "reason": "An earlier version"}
    (requested.pilot / "governance/owned_changes.yml").write_text(yaml.safe_dump({"format": 1, "changes": [owned]}))
    requested.commit("grace")
    evidence = requested.pilot / "governance/evidence/checks.jsonl"
    head = git(requested.pilot, "rev-parse", "HEAD")
    lines = [json.loads(line) | {"commit": head} for line in evidence.read_text().splitlines()]
    evidence.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    requested.approve("ada")
    done = requested.promote("grace", "--to", "pilot")
    assert done.code == 0, done.out
    assert "an upgrade brings one" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "production"), "the next stage is pilot"),
        (("--to", "pilot", "--request", "--dry-run"), "give one of them"),
        (("--to", "sandbox"), "is not one of"),
    ],
    ids=["a stage left out", "two wishes", "back"],
)
def test_what_is_no_step_forward_is_refused_as_a_wrong_request(people, arguments, message):
    done = people.promote("grace", *arguments)
    assert (done.code, message in done.err) == (2, True), done.err


def test_uncommitted_work_is_refused(people):
    (people.pilot / "README.md").write_text("mine\n")
    done = people.promote("grace", "--to", "pilot")
    assert (done.code, "uncommitted" in done.err) == (2, True)


@pytest.fixture(scope="module")
def organisation(tmp_path_factory, keys):
    """Give the address of an organisation's own catalog, which lists the key of Ada."""
    folder = tmp_path_factory.mktemp("organisation") / "catalog"
    for part in ("templates", "reference_architectures"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "copier.yml", folder)
    policies = folder / "templates/_organisation/policies.yml"
    policies.write_text(policies.read_text().replace("signers: []", f"signers:\n    - {keys['ada'][1]}"))
    commit_all(folder, "Ours", tag="v1.0.0")
    return folder.as_uri()


@pytest.fixture
def near_production(organisation, keys, tmp_path):
    """Give the people of a pilot of that organisation for which production was asked."""

    def of_the_organisation(files):
        answers, policies = ".copier-answers.yml", "src/customer_call_list/_platform/organisation.yml"
        text = re.sub(r"(?m)^_src_path: .*", f"_src_path: {organisation}", files[answers].decode())
        files[answers] = re.sub(r"(?m)^_commit: .*", "_commit: v1.0.0", text)
        files[policies] = files[policies].decode().replace("signers: []", f"signers:\n    - {keys['ada'][1]}")

    standing = write(HISTORY, f'format: 1\nhistory:\n  - stage: pilot\n    since: "{TODAY.isoformat()}"\n')
    at_pilot = set_value("pilot.yml", "stage", "pilot")
    bill = write("ops/ml-bom.cdx.json", BILL)
    pilot = make_promotable(tmp_path / "pilot", of_the_organisation, at_pilot, standing, bill)
    people = People(pilot, {name: key for name, (key, _) in keys.items()})
    assert people.run("grace", "diff").code in {0, 1}  # fetches the catalog, once
    done = people.promote("grace", "--to", "production", "--request")
    assert done.code == 0, done.err
    people.commit("grace")
    return people


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("ada", ""),
        ("", "ada@example.org approved production by a typed address alone"),
        ("eve", "ada@example.org approved production by a typed address alone"),
    ],
    ids=["signed", "a forged address", "a forged address under a key that nobody lists"],
)
def test_production_takes_a_signature_by_a_key_of_the_organisation(near_production, key, reason):
    near_production.approve("ada", "governance/decisions/gate-production.md", key=key)
    done = near_production.promote("grace", "--to", "production", "--json")
    said = json.loads(done.out)
    if reason:
        assert (done.code, len(said["reasons"])) == (1, 1), said
        assert said["reasons"][0].startswith(reason)
        return
    assert done.code == 0, said
    assert said["proof"].startswith("signed, key SHA256:")
    assert near_production.called() == ["alias production"]
    near_production.commit("grace")
    check = near_production.run("bob", "check", "--stage", "production", "--select", "VAL008", "--json")
    (found,) = json.loads(check.out)["checks"]
    assert all("production" not in problem["message"] for problem in found["problems"]), found


def test_a_key_that_the_team_adds_to_the_list_proves_nothing(near_production, keys):
    path = near_production.pilot / "src/customer_call_list/_platform/organisation.yml"
    path.write_text(path.read_text().replace(keys["ada"][1], f"ada@example.org {keys['eve'][1].split(' ', 1)[1]}"))
    near_production.approve("ada", "governance/decisions/gate-production.md", key="eve")
    reasons = json.loads(near_production.promote("grace", "--to", "production", "--json").out)["reasons"]
    assert any("typed address alone" in reason and "was changed in this pilot" in reason for reason in reasons), reasons
    assert any(reason.startswith("ENG010 ") for reason in reasons), reasons
