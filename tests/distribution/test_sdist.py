"""The source distribution is the whole repository: its tests run in it. (The wheel is built from it.)"""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--sdist", "--outdir", str(tmp_path), str(ROOT)], check=True
    )
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as packed:
        packed.extractall(tmp_path, filter="data")
    return next(path for path in tmp_path.iterdir() if path.is_dir())


def test_it_carries_everything_and_its_tests_run_in_it_on_its_own_code(unpacked):
    wanted = ("LICENSE", "NOTICE", "copier.yml", "noxfile.py", "tests/helpers.py", ".ci/run", "docs/conf.py")
    assert [name for name in wanted if not (unpacked / name).is_file()] == []
    around = {**os.environ, "PYTHONPATH": str(unpacked / "generator")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "tests/kpi", "tests/files", "tests/git"],
        cwd=unpacked, env=around, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    where = [sys.executable, "-c", "import pilotline; print(pilotline.__file__)"]
    told = subprocess.run(where, cwd=unpacked, env=around, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()).is_relative_to(unpacked)
