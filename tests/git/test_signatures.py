"""Signatures by real ssh keys; nothing else starts a program."""

import os
import subprocess
from pathlib import Path

import pytest

from pilotline.git.signatures import read_signature
from tests.helpers import IDENTITY, git


def make_key(folder: Path, name: str) -> tuple[Path, str]:
    """Make a key pair; give its private file, and the public half as a line of allowed signers for the name."""
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True)
    kind, public, _ = key.with_suffix(".pub").read_text().split(" ", 2)
    return key, f"{name}@example.org {kind} {public}"


def signed_commit(repository: Path, key: Path) -> str:
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
    git(repository, *settings, "commit", "--quiet", "--allow-empty", "-S", "--message", "signed")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("ada", "eve")}


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "--quiet")
    return tmp_path


def test_a_signature_names_whom_the_organisation_lists_for_the_key(repository, keys):
    commit = signed_commit(repository, keys["ada"][0])
    found = read_signature(repository, commit, [line for _, line in keys.values()])
    assert (found.state, found.signer) == ("good", "ada@example.org")
    assert found.key.startswith("SHA256:")


def test_a_key_that_nobody_lists_proves_nothing(repository, keys):
    commit = signed_commit(repository, keys["eve"][0])
    assert read_signature(repository, commit, [keys["ada"][1]]).state == "unknown"
    assert read_signature(repository, commit, []).state == "unknown"


def test_an_unsigned_commit_is_unsigned(repository, keys):
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "x\n\ngpgsig of nobody")
    assert read_signature(repository, "HEAD", [keys["ada"][1]]).state == "none"


def test_a_signature_of_other_words_is_wrong(repository, keys):
    commit = signed_commit(repository, keys["ada"][0])
    forged = git(repository, "cat-file", "commit", commit).replace("signed", "forged") + "\n"
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repository, input=forged, text=True,
        capture_output=True, check=True, env={**os.environ, **IDENTITY},
    )  # fmt: skip
    assert read_signature(repository, done.stdout.strip(), [keys["ada"][1]]).state == "bad"


def test_no_program_is_started_that_the_repository_names(repository, keys, tmp_path):
    mark, program = tmp_path / "started", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    commit = signed_commit(repository, keys["ada"][0])
    for name in ("gpg.program", "gpg.openpgp.program", "gpg.x509.program", "gpg.ssh.program"):
        git(repository, "config", name, str(program))
    raw = git(repository, "cat-file", "commit", commit).replace("SSH SIGNATURE", "PGP SIGNATURE") + "\n"
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repository, input=raw, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    assert read_signature(repository, commit, [keys["ada"][1]]).state == "good"
    assert read_signature(repository, done.stdout.strip(), [keys["ada"][1]]).state in {"unknown", "bad", "none"}
    assert not mark.exists()
