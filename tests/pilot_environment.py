"""One environment that all generated pilots share.

It is installed once, for the largest pilots that there are (each architecture, every integration), and kept in `build/`
until their requirements change. Pilots are not installed into it: their `src` is on the path, as their settings of
pytest have it. uv installs it, in a tenth of pip's time; that pip can install a pilot is what the tutorial shows.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from pilotline.authoring.answer_matrix import largest_answers, requirements_of
from pilotline.files.disk import write_tree
from pilotline.files.tree import Tree
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import ROOT

MAXIMAL: dict[str, object] = {
    "integrations": ["postgres", "mlflow_server", "otlp"],
    "prepared_for": "production",
    "ci_provider": "gitlab",
}

UV_CACHE = ROOT / "build" / "uv-cache"
"""What uv downloaded, for all tests that install something."""


def install_environment(builtin: Snapshot, scratch: Path) -> Path:
    """Install what the largest pilot needs, unless that is done, and return the environment's folder of executables."""
    tree = render(builtin, accept_answers(builtin, MAXIMAL))
    project = tomllib.loads(tree["pyproject.toml"].content.decode())
    others = requirements_of_all(builtin)
    required = json.dumps(
        ["with tracing, by uv, without wheel", project["project"], project["dependency-groups"], others, sys.version]
    )
    wanted = hashlib.sha256(required.encode()).hexdigest()
    folder = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:  # the tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(tree, folder, wanted, scratch, others)
    return folder / "bin"


def requirements_of_all(builtin: Snapshot) -> list[str]:
    """Name what the largest pilots of all architectures need, each with the integrations that fit it."""
    names = resolve_answers(builtin, {})[0].choices("architecture")
    largest = (accept_answers(builtin, largest_answers(builtin, name)) for name in names)
    return list(requirements_of(render(builtin, answers) for answers in largest))


def _install(tree: Tree, folder: Path, wanted: str, pilot: Path, others: list[str]) -> None:
    """Install what a pilot needs into an environment, unless that is what it holds."""
    stamp = folder / "requirements.sha256"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    write_tree(tree, pilot)
    uv, python = str(Path(sys.executable).parent / "uv"), str(folder / "bin" / "python")
    around = {**os.environ, "UV_CACHE_DIR": str(UV_CACHE)}
    subprocess.run([uv, "--quiet", "venv", "--seed", "--python", sys.executable, str(folder)], env=around, check=True)
    wanted_by_it = ["--editable", ".", "--group", "dev", "--group", "tracing", *others]
    pip = [uv, "--quiet", "pip"]
    subprocess.run([*pip, "install", "--python", python, *wanted_by_it], cwd=pilot, env=around, check=True)
    subprocess.run([folder / "bin" / "customer-call-list", "--help"], cwd=pilot, stdout=subprocess.DEVNULL, check=True)
    subprocess.run([*pip, "uninstall", "--python", python, "customer-call-list", "wheel"], check=True)
    stamp.write_text(wanted)
