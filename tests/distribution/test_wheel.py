"""The wheel carries its catalog: built, installed in an empty environment elsewhere, and used there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pilotline.catalog.builtin import builtin_root
from tests.helpers import ROOT, files_below

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(target), str(ROOT)], check=True
    )
    return next(target.glob("*.whl"))


def test_the_checkout_s_catalog_is_used_by_an_editable_install():
    assert builtin_root() == ROOT


def test_the_wheel_holds_the_whole_catalog_and_no_leftovers(wheel):
    names = [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("pilotline/_catalog/")]
    assert "pilotline/_catalog/copier.yml" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_an_installed_wheel_makes_the_same_pilot_in_an_empty_environment(wheel, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True, env=environment
    )
    made = subprocess.run(
        [tmp_path / "venv/bin/pilotline", "new", "pilot", "--defaults"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    here = subprocess.run(
        [sys.executable, "-m", "pilotline", "new", str(tmp_path / "here"), "--defaults"],
        capture_output=True,
        check=True,
    )
    assert here.returncode == 0
    assert files_below(tmp_path / "pilot") == files_below(tmp_path / "here")
