"""Fixtures: a home of its own for every test, so that no user's settings decide a result."""

import os
from itertools import chain, islice
from pathlib import Path

import pytest

from pilotline.catalog.loading import load_builtin
from pilotline.template.snapshot import Snapshot
from tests.pilot_environment import install_environment


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long where several processes share the tests, so that none is left with it at the end.

    Each process first gets its part of the list, and takes over from the end of another's when it is done. Files stay
    whole, for their fixtures. The first process makes the pilots' environment; the others begin with what needs none.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes == 1:
        return
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = [tests for tests in files.values() if any(test.get_closest_marker("slow") for test in tests)]
    quick = iter([test for tests in files.values() if tests not in slow for test in tests])
    ordered: list[pytest.Item] = []
    for number in range(processes):
        first = sorted(slow[number::processes], key=lambda tests: _needs_environment(tests) == (number > 0))
        end = len(items) * (number + 1) // processes
        ordered.extend(chain.from_iterable(first))
        ordered.extend(islice(quick, max(0, end - len(ordered))))
    items[:] = [*ordered, *quick]


def _needs_environment(tests: list[pytest.Item]) -> bool:
    return any("pilot_environment" in getattr(test, "fixturenames", ()) for test in tests)


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
