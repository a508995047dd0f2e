"""A plan names the organisation's rules that change, and what the pilot's level will be."""

import json
import shutil

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.readiness.complete import complete
from tests.upgrade.helpers import upgrade

ORGANISATION = "src/customer_call_list/_platform/organisation.yml"
# So that the small catalog's pilot has a level at all: it lies in a folder and has no definitions.
LOWERED = "lowered: [TPL001, TPL006, VAL007]\n"
OLD = (
    LOWERED + "retention: {logs_days: 184}\nchecks:\n- {id: ACM001, title: A license, advice: Add it., file: LICENSE}\n"
)
NEW = (
    LOWERED + "retention: {logs_days: 365, quarantine_days: 30}\nchecks:\n"
    "- {id: ACM001, title: A license, advice: Add it., file: LICENSE, stage: pilot}\n"
    "- {id: ACM002, title: Support is named, advice: Name it., text: {file: README.md, matches: '^## Support'}}\n"
)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    """Give a pilot that has everything, and a catalog whose second version asks for more."""
    folder = tmp_path_factory.mktemp("foresight")
    catalog = {
        "copier.yml": "_exclude: [copier.yml]\nname: ada\n",
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        ORGANISATION: OLD,
    }
    commit_all(build_file_tree(folder / "catalog", catalog), "one", tag="v1.0.0")
    made = pilotline("new", folder / "pilot", "--defaults", "--catalog", folder / "catalog", environment=IDENTITY)
    assert made.code == 0, made.err
    files = {path: text for path, text in complete().items() if path not in {ORGANISATION, ".copier-answers.yml"}}
    commit_all(build_file_tree(folder / "pilot", {**files, "LICENSE": "ours\n"}), "all of it")
    commit_all(build_file_tree(folder / "catalog", {ORGANISATION: NEW}), "two", tag="v2.0.0")
    return folder / "pilot"


def test_a_plan_says_it_to_machines(pilot):
    found = json.loads(upgrade(pilot, "--plan", "--json").out)["readiness"]
    assert found["checks"] == [
        {"id": "ACM001", "title": "A license", "stage": "pilot", "kind": "changed", "fields": ["stage"]},
        {"id": "ACM002", "title": "Support is named", "stage": "sandbox", "kind": "added", "fields": []},
    ]
    assert found["policies"] == [
        {"name": "retention.logs_days", "old": 184, "new": 365},
        {"name": "retention.quarantine_days", "old": None, "new": 30},
    ]
    blocking = {row["check"]: row["message"] for row in found["level"]["blocking"]}
    assert blocking["ACM002"] == "README.md does not say ^## Support"
    assert found["level"]["after"] is None


def test_a_plan_says_it_to_people(pilot):
    shown = upgrade(pilot, "--plan").out
    assert "New checks\n  ACM002 Support is named (from sandbox on)" in shown
    assert "Changed checks\n  ACM001 A license (from pilot on; its stage)" in shown
    assert "retention.logs_days: 184 -> 365" in shown
    assert "Level after it\n  no stage yet (now sandbox; `pilotline status` tells it then)" in shown
    assert "    ACM002 README.md does not say ^## Support (needed for sandbox)" in shown


def test_what_it_foresees_is_what_the_checks_say_afterwards(pilot, tmp_path):
    foreseen = json.loads(upgrade(pilot, "--plan", "--json").out)["readiness"]["level"]
    now = json.loads(pilotline("check", pilot, "--json").out)["level"]
    assert upgrade(pilot, "--branch", "later").code == 0
    git(pilot, "worktree", "add", "--quiet", str(tmp_path / "later"), "later")
    after = json.loads(pilotline("check", tmp_path / "later", "--json").out)["level"]
    assert (foreseen["now"], foreseen["after"]) == (now, after) == ("sandbox", None)


@pytest.mark.parametrize("options", [(), ("--commit",)], ids=["ready to commit", "committed"])
def test_what_it_foresees_is_what_status_tells_then(pilot, tmp_path, options):
    there = shutil.copytree(pilot, tmp_path / "pilot", symlinks=True)
    foreseen = json.loads(upgrade(there, "--plan", "--json").out)["readiness"]["level"]
    assert level_of(there) == foreseen["now"]
    assert upgrade(there, *options).code == 0
    assert level_of(there) == foreseen["after"] != foreseen["now"]


def level_of(pilot):
    return json.loads(pilotline("status", pilot, "--json").out)["level"]
