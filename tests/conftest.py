"""Fixtures: a home of its own for every test, so that no user's settings decide a result."""

import os
from pathlib import Path

import pytest

from pilotline.catalog.loading import load_builtin
from pilotline.template.snapshot import Snapshot
from tests.pilot_environment import install_environment


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty home: no git identity, no configuration, no catalog from the environment."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(folder / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    identity = [name for name in os.environ if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))]
    others = ("PILOTLINE_CATALOG", "PILOTLINE_CACHE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "EMAIL")
    for name in (*identity, *others):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def builtin() -> Snapshot:
    """Give the built-in catalog, its templates compiled once for all tests."""
    return load_builtin("https://pilotline.invalid/pilotline.git")


@pytest.fixture(scope="session")
def pilot_environment(builtin: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of executables of the environment that all generated pilots share."""
    return install_environment(builtin, tmp_path_factory.mktemp("largest"))
