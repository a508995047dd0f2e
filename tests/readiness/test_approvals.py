"""Who approved, in real repositories with real keys: a typed address, a signature, and what is forged."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from pilotline.pilot.stages import STAGES
from pilotline.readiness.approvals import judge_approval
from pilotline.readiness.gates import find_gate, gate_file, next_gate_file
from pilotline.readiness.view.origin import NoOrigin
from pilotline.readiness.view.pilot_view import Repository, open_pilot_view
from tests.git.test_signatures import make_key
from tests.helpers import IDENTITY, build_file_tree, git

TODAY = date(2026, 12, 1)
ORGANISATION = "src/pay/_platform/organisation.yml"
GATE = "governance/decisions/gate-production.md"
HISTORY = "governance/stage_history.yml"
MANIFEST = """\
package: pay
stage: pilot
decision_rights: {approves: head-of-sales, identities: [ada@example.org]}
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("ada", "eve", "mallory")}


class Place:
    """A pilot whose organisation lists the keys of Ada and Eve, and not that of Mallory."""

    def __init__(self, folder: Path, keys: dict[str, tuple[Path, str]]) -> None:
        self.folder = folder
        self.keys = keys
        signers = "".join(f"    - {keys[name][1]}\n" for name in ("ada", "eve"))
        files = {
            "pilot.yml": MANIFEST,
            ORGANISATION: f"approvals:\n  signers:\n{signers}",
            HISTORY: "history:\n  - {stage: pilot, since: 2026-11-01}\n",
        }
        git(build_file_tree(folder, files), "init", "--quiet")
        self.commit("grace")

    def commit(self, author: str, *, committer: str = "", key: str = "") -> None:
        git(self.folder, "add", "--all")
        names = {"AUTHOR": author, "COMMITTER": committer or author}
        said = {f"GIT_{who}_EMAIL": f"{name}@example.org" for who, name in names.items()}
        settings = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={self.keys[key][0]}") if key else ()
        command = ["git", *settings, "commit", "--quiet", *(["-S"] if key else []), "--message", "work"]
        subprocess.run(command, cwd=self.folder, check=True, env={**os.environ, **IDENTITY, **said})

    def approve(self, author: str, **more: str) -> None:
        build_file_tree(self.folder, {GATE: "---\napproved: true\n---\nBecause.\n"})
        self.commit(author, **more)

    def judge(self, stage: str = "production", promoter: str = "grace@example.org"):
        repo = open_pilot_view(self.folder, TODAY, NoOrigin())
        return judge_approval(repo, STAGES[stage], find_gate(repo, STAGES["production"]), promoter)


@pytest.fixture
def place(tmp_path, keys):
    return Place(tmp_path, keys)


def test_a_signature_by_a_listed_key_proves_who_approved(place):
    place.approve("ada", key="ada")
    found = place.judge()
    assert (found.problems, found.unproven, found.is_signed) == ((), "", True)
    assert found.proof.startswith("signed, key SHA256:")


def test_a_typed_address_is_attested_and_does_not_do_for_production(place):
    place.approve("ada")
    found = place.judge()
    assert found.proof == "attested: an unsigned, typed address"
    assert found.problems == ()
    assert "typed address alone" in found.unproven
    assert place.judge("pilot").unproven == ""


@pytest.mark.parametrize("key", ["", "mallory"], ids=["unsigned", "signed by a key that nobody lists"])
def test_a_forged_address_does_not_enter_production(place, key):
    """Mallory calls herself Ada in git's settings, which anybody can."""
    place.approve("ada", key=key)
    found = place.judge()
    assert not found.is_signed
    assert "typed address alone" in found.unproven


@pytest.mark.parametrize("stage", ["pilot", "production"])
def test_a_forged_address_under_one_s_own_listed_key_is_found_at_every_stage(place, stage):
    place.approve("ada", key="eve")
    found = place.judge(stage)
    assert found.problems == (
        f"The approval of {stage} bears the name of ada@example.org, and eve@example.org signed it",
    )


def test_a_key_of_one_s_own_does_not_give_the_right(place):
    place.approve("eve", key="eve")
    assert place.judge().problems == ("eve@example.org decided on production, and is not among those who may approve",)


def test_who_commits_in_another_one_s_name_does_not_promote(place):
    place.approve("ada", committer="grace")
    assert place.judge().problems == (
        "grace@example.org promoted to production, and committed the approval in the name of ada@example.org",
    )
    assert place.judge(promoter="somebody@example.org").problems == ()


def test_what_changes_after_the_approval_was_approved_by_nobody(place):
    place.approve("ada", key="ada")
    build_file_tree(place.folder, {GATE: "---\napproved: true\n---\nAnd more.\n"})
    assert "not as its last commit has it" in place.judge().problems[0]
    place.commit("grace")
    assert place.judge().problems[0].startswith("grace@example.org decided on production")


def test_afterwards_the_history_tells_who_promoted(place):
    place.approve("ada", key="ada")
    entry = f"  - {{stage: production, since: 2026-12-01, gate: {GATE}}}\n"
    place.folder.joinpath(HISTORY).write_text(f"{place.folder.joinpath(HISTORY).read_text()}{entry}")
    place.commit("ada")
    assert place.judge(promoter="").problems == ("ada@example.org both promoted to production and approved it",)


def test_a_decision_that_is_used_up_is_followed_by_another_file():
    history = f"history:\n  - {{stage: production, since: 2026-12-01, gate: {GATE}}}\n"
    files = {"pilot.yml": MANIFEST, GATE: "---\napproved: true\n---\n", HISTORY: history}
    repo, stage = Repository.of(files, TODAY), STAGES["production"]
    assert (gate_file(repo, stage), next_gate_file(repo, stage)) == (GATE, GATE.replace(".md", "-2.md"))
    asked = Repository.of({**files, GATE.replace(".md", "-2.md"): "---\napproved: false\n---\n"}, TODAY)
    assert gate_file(asked, stage) == next_gate_file(asked, stage) == GATE.replace(".md", "-2.md")
