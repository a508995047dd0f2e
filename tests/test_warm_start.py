"""A warm start is that of a new process, but for the time it takes."""

import os

import pytest

from tests.helpers import build_file_tree, pilotline
from tests.warm_start import PILOTLINE

NEW = {"PYTHONSAFEPATH": ""}  # says nothing, and differs from where it forks: so it is a new process


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("nonsense",), ("check", "."), ("new", "--defaults", "--dry-run"), ("kpi", "--json"), ()],
    ids=" ".join,
)
def test_it_says_and_ends_as_a_new_process_does(tmp_path, arguments):
    folder = build_file_tree(tmp_path, {"yaml.py": "1 / 0\n", "pilot.yml": "name: ä\n"})
    assert (PILOTLINE.can_start(os.environ), PILOTLINE.can_start({**os.environ, **NEW})) == (True, False)
    assert pilotline(*arguments, cwd=folder) == pilotline(*arguments, cwd=folder, environment=NEW)


def test_it_has_the_environment_that_it_is_given_and_no_other(tmp_path, monkeypatch):
    seen = build_file_tree(tmp_path / "seen", {"pilot.yml": "name: mine\n"})
    monkeypatch.setenv("PILOTLINE_CATALOG", str(tmp_path / "nowhere"))
    refused = pilotline("new", tmp_path / "pilot", "--defaults", cwd=seen)
    assert (refused.code, "nowhere" in refused.err) == (2, True)
    monkeypatch.delenv("PILOTLINE_CATALOG")
    assert pilotline("new", "--defaults", "--dry-run", cwd=seen).code == 0
