"""A pilot in a real repository that has everything for its next stage but the decision, and people with keys."""

import os
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pilotline.readiness.evidence import Record, write_records
from tests.git.test_signatures import make_key
from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.readiness.complete import COMMIT, complete
from tests.readiness.helpers import edited, set_value, write
from tests.readiness.test_every_check import MEASURED

COMMAND = """#!/bin/sh
echo "$@" >> "$PWD/var/called"
if [ -e "$PWD/var/broken" ]; then echo "error: no server" >&2; exit 2; fi
echo "MLflow $1 $2: version 3."
"""
GATE = "governance/decisions/gate-pilot.md"


class People:
    """Who works on a pilot; each commits under an address, typed or proven by a key."""

    def __init__(self, pilot: Path, keys: dict[str, Path]) -> None:
        self.pilot = pilot
        self.keys = keys

    def promote(self, name: str, *arguments: str):
        return pilotline("promote", *arguments, cwd=self.pilot, environment=identity(name))

    def run(self, name: str, *arguments: str):
        return pilotline(*arguments, cwd=self.pilot, environment=identity(name))

    def commit(self, name: str, *, key: str = "") -> str:
        git(self.pilot, "add", "--all")
        said = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in who_is(name)}
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={self.keys[key]}") if key else ()
        command = ["git", *signing, "commit", "--quiet", *(["-S"] if key else []), "--message", f"by {name}"]
        subprocess.run(command, cwd=self.pilot, check=True, env={**environment(), **said})
        return git(self.pilot, "rev-parse", "HEAD")

    def approve(self, name: str, gate: str = GATE, *, key: str = "") -> str:
        place = self.pilot / gate
        place.write_text(place.read_text().replace("approved: false", "approved: true"))
        return self.commit(name, key=key)

    def called(self) -> list[str]:
        place = self.pilot / "var/called"
        return place.read_text().splitlines() if place.exists() else []


def who_is(name: str) -> tuple[tuple[str, str], ...]:
    return (("NAME", name.capitalize()), ("EMAIL", f"{name}@example.org"))


def identity(name: str) -> dict[str, str]:
    return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in who_is(name)}


def environment() -> dict[str, str]:
    return {**os.environ, **IDENTITY}


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("ada", "grace", "eve")}


def as_of(today: date, files: dict[str, str | bytes]) -> dict[str, str | bytes]:
    """Move what was measured and decided to last week."""
    lately = (today - timedelta(days=5)).isoformat()
    moved = {path: content if isinstance(content, str) else content.decode() for path, content in files.items()
             if path.startswith("governance/evidence/")}  # fmt: skip
    return {**files, **{path: text.replace("2026-11-20", lately) for path, text in moved.items()}}


def make_promotable(folder: Path, *edits, command: str = COMMAND) -> Path:
    """Make a pilot in its sandbox that has all the proof for production."""
    today = date.today()  # noqa: DTZ011 - as the command reads it
    files = edited(complete(created_on=today.isoformat()), write("uv.lock", "version = 1\n"), *edits)
    files = {path: content for path, content in as_of(today, files).items() if "/gate-" not in path}
    build_file_tree(folder, files)
    commit_all(folder, "Generate")
    head = git(folder, "rev-parse", "HEAD")
    for place in (folder / "governance/evidence").iterdir():
        place.write_text(place.read_text().replace(COMMIT, head))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    records = {name: Record(name, head, now, "a command", 1.0, good) for name, (good, _) in MEASURED.items()}
    (folder / "governance/evidence/checks.jsonl").write_bytes(write_records(records))
    commit_all(folder, "Evidence")
    program = folder / ".venv/bin/customer-call-list"
    program.parent.mkdir(parents=True)
    program.write_text(command)
    program.chmod(0o755)
    (folder / "var").mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def promotable(tmp_path_factory):
    rights = {"approves": "head-of-sales", "monitors": "team", "repairs": "team", "identities": ["ada@example.org"]}
    return make_promotable(
        tmp_path_factory.mktemp("promotable") / "pilot", set_value("pilot.yml", "decision_rights", rights)
    )


@pytest.fixture
def people(promotable, keys, tmp_path):
    pilot = shutil.copytree(promotable, tmp_path / "pilot", symlinks=True)
    return People(pilot, {name: key for name, (key, _) in keys.items()})


@pytest.fixture
def requested(people):
    """Give the people of a pilot for which the decision was asked."""
    done = people.promote("grace", "--to", "pilot", "--request")
    assert done.code == 0, done.err
    people.commit("grace")
    return people
