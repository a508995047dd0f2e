"""Another problem, another library: what the how-to changes, in at most five of the team's files."""

import re
import subprocess
from pathlib import Path

import pytest

from pilotline.template.answers import accept_answers
from pilotline.template.ownership import owner_of_paths
from tests.e2e.conftest import MINIMAL, RenderPilot, RunIn
from tests.e2e.test_pilots import CHECKS
from tests.helpers import ROOT, git

pytestmark = [pytest.mark.slow, pytest.mark.combinations]

OWN: dict[str, object] = {**MINIMAL, "start": "own_case", "kpi": "Hours of repair", "shape": "snapshots"}
HOW_TO = ROOT / "docs" / "how-to" / "another-model-library.md"
MOST_FILES = 5


@pytest.fixture(scope="module")
def library(pilot_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install LightGBM beside the shared environment, which stays as it is."""
    folder = tmp_path_factory.mktemp("library")
    python = str(pilot_environment / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), "lightgbm>=4.6,<5"]
    subprocess.run(pip, check=True)
    return folder


def test_a_number_is_predicted_by_another_library_as_the_how_to_says(
    make_pilot: RenderPilot, builtin, run_in: RunIn, library: Path, tmp_path: Path
):
    pilot = make_pilot(**OWN)
    found = re.search(r"```diff\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    assert found
    (tmp_path / "change.diff").write_text(found[1].replace("PACKAGE", "late_payers"))
    git(pilot, "apply", str(tmp_path / "change.diff"))
    changed = git(pilot, "diff", "--name-only").split()
    owner = owner_of_paths(builtin, accept_answers(builtin, OWN))
    assert len(changed) <= MOST_FILES
    assert [path for path in changed if owner(path) != "seed"] == ["pyproject.toml"], "in the team's own block of it"

    path = f"{pilot / 'src'}:{library}"
    results = {" ".join(check): run_in(pilot, check, PYTHONPATH=path) for check in CHECKS}

    assert {name: f"{done.out[-3000:]}{done.err}" for name, done in results.items() if done.code} == {}
    named = run_in(pilot, ["pytest", "-q", "--collect-only", "tests"], PYTHONPATH=path).out
    assert "lightgbm-number-median" in named, "the contract of the ports holds for the new library"
