"""A pilot made by an older pilotline from its built-in catalog is upgraded by a newer one, without a network.

Both are wheels, built in a scratch clone in which both versions are released as a maintainer releases them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pilotline.about import __version__
from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, git, pilotline

pytestmark = pytest.mark.slow

AGENTS = "templates/{{ layer.base }}/AGENTS.md.jinja"
OLD, NEW = "900.0.0", "900.1.0"
"""Above every version that this checkout may have released."""


def release(clone: Path, version: str) -> None:
    done = pilotline("catalog", "release", version, clone, environment=IDENTITY)
    assert done.code == 0, done.err


def install(clone: Path, folder: Path) -> Path:
    """Build the wheel of a checkout and install it alone into a folder."""
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(folder / "dist"), str(clone)], check=True
    )
    wheel = next((folder / "dist").glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(wheel)], check=True, capture_output=True)
    return folder / "site"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Release, build and install an old version, and a new one with a changed template."""
    scratch = tmp_path_factory.mktemp("wheels")
    clone = scratch / "clone"
    git(scratch, "clone", "--quiet", str(ROOT), str(clone))
    build_file_tree(clone, {"changelog.d/first.changed.md": "The first of both.\n"})
    commit_all(clone, "Something to tell")
    release(clone, OLD)
    old = install(clone, scratch / "old")

    template = clone / AGENTS
    template.write_text(template.read_text() + "\nA line that the catalog added.\n")
    build_file_tree(clone, {"changelog.d/line.changed.md": "A line more.\n"})
    commit_all(clone, "Change a template")
    release(clone, NEW)
    new = install(clone, scratch / "new")
    shutil.rmtree(clone)
    return old, new


def run(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an installed pilotline without a network."""
    return subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "pilotline", *arguments],
        cwd=cwd, env={**os.environ, **IDENTITY, "PYTHONPATH": str(site)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_newer_wheel_upgrades_what_an_older_one_made(wheels, tmp_path):
    assert __version__ not in {OLD, NEW}, "choose versions that are not this checkout's"
    old, new = wheels
    assert run(old, tmp_path, "--version").stdout == f"pilotline, version {OLD}\n"
    assert run(new, tmp_path, "--version").stdout == f"pilotline, version {NEW}\n"
    made = run(old, tmp_path, "new", "pilot", "--defaults")
    assert made.returncode == 0, made.stderr
    pilot = tmp_path / "pilot"
    assert f"_commit: v{OLD}\n" in (pilot / ".copier-answers.yml").read_text()
    agents = pilot / "AGENTS.md"
    agents.write_text(f"A line of the team.\n{agents.read_text()}")
    (pilot / "noxfile.py").unlink()
    commit_all(pilot, "our work")

    plan = run(new, pilot, "upgrade", "--plan")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    done = run(new, pilot, "upgrade", "--commit")
    assert done.returncode == 0, done.stdout + done.stderr

    text = agents.read_text()
    assert text.startswith("A line of the team.\n")
    assert text.endswith("\nA line that the catalog added.\n")
    assert not (pilot / "noxfile.py").exists()
    assert f"_commit: v{NEW}\n" in (pilot / ".copier-answers.yml").read_text()
    assert git(pilot, "diff", "--name-only", "HEAD~1").split() == [".copier-answers.yml", "AGENTS.md"]
    assert "Already at" in run(new, pilot, "upgrade").stdout


def test_the_newer_wheel_lists_and_makes_the_older_version_too(wheels, tmp_path):
    new = wheels[1]
    listed = run(new, tmp_path, "catalog", "versions").stdout
    assert [line.split()[0] for line in listed.splitlines()[1:3]] == [f"v{NEW}", f"v{OLD}"]
    made = run(new, tmp_path, "new", "pilot", "--defaults", "--catalog", f"@v{OLD}")
    assert made.returncode == 0, made.stderr
    assert f"_commit: v{OLD}\n" in (tmp_path / "pilot/.copier-answers.yml").read_text()
