#!/usr/bin/env python3
"""From a fresh clone to something to look at, in one command; needs Python, git and a package registry.

python3 bootstrap.py demo   install, make the example pilot, run it on its real data, show its KPIs
python3 bootstrap.py test   install and run every check of this repository
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
WINDOWS = os.name == "nt"
EXECUTABLES = "Scripts" if WINDOWS else "bin"
SUFFIX = ".exe" if WINDOWS else ""


def main(arguments: list[str]) -> int:
    """Run one of the two jobs."""
    if sys.version_info < OLDEST:
        print(f"bootstrap: Python {sys.version.split()[0]} is too old. Run this with Python 3.11 or newer.")
        return 2
    if shutil.which("git") is None:
        print("bootstrap: git was not found. Install it (https://git-scm.com/downloads) and run this again.")
        return 2
    job = arguments[0] if arguments else ""
    try:
        if job == "demo":
            return demo(Path(arguments[1]) if len(arguments) > 1 else None)
        if job == "test":
            return test(arguments[1:])
    except KeyboardInterrupt:
        print("\nbootstrap: interrupted. Run the same command again; it goes on from what is installed.")
        return 130
    print(__doc__)
    return 2


def demo(destination: Path | None) -> int:
    """Make the example pilot, install it, and run its main job."""
    python = environment(ROOT / ".venv", ["--editable", str(ROOT)], "1/4 Installing pilotline")
    target = (destination or free_folder(ROOT / "demo" / "customer-call-list")).absolute()
    place = target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target
    pilotline = python.with_name(f"pilotline{SUFFIX}")
    step(f"2/4 Making the example pilot in {place}", [pilotline, "new", target, "--defaults"])
    pilot_python = environment(target / ".venv", ["--editable", str(target)], "3/4 Installing the pilot's own packages")
    print("4/4 Running its main job on its data\n", flush=True)
    command = pilot_python.with_name(f"customer-call-list{SUFFIX}")
    done = subprocess.run([command, "run"], cwd=target, check=False)
    if done.returncode == 0:
        activate = r".venv\Scripts\activate" if WINDOWS else ". .venv/bin/activate"
        print(f"\nIts commands are yours after: cd {place} {'&' if WINDOWS else '&&'} {activate}")
    return done.returncode


def test(arguments: list[str]) -> int:
    """Run what continuous integration runs."""
    wanted = ["--editable", str(ROOT), "--group", f"{ROOT / 'pyproject.toml'}:dev"]
    python = environment(ROOT / ".venv", ["uv>=0.9"], "Installing uv")
    uv: list[str | Path] = [
        python,
        "-m",
        "uv",
        "--cache-dir",
        ROOT / "build" / "uv-cache",
        "pip",
        "install",
        "--python",
        python,
    ]
    if (
        attempt("Installing", [*uv, *wanted]) is not None
    ):  # in a tenth of pip's time; but only pip may know the registry
        environment(ROOT / ".venv", wanted, "Installing with pip")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run([python, "-m", "nox", *arguments], cwd=ROOT, env={**os.environ, "PATH": path}, check=False)
    return done.returncode


def environment(folder: Path, requirements: list[str], title: str) -> Path:
    """Make a virtual environment with something installed in it, and return its Python."""
    python = folder / EXECUTABLES / f"python{SUFFIX}"
    if not python.exists():
        hint = "The module venv is needed; on Debian: apt install python3-venv."
        step(f"{title}: environment", [sys.executable, "-m", "venv", folder], hint)
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    hint = "The package registry must be reachable; try again, the same command goes on from what is installed."
    step(f"{title}: pip", [*pip, "--upgrade", "pip>=25.1"], hint)
    step(title, [*pip, *requirements], hint)
    return python


def step(title: str, command: Sequence[str | Path], hint: str = "") -> None:
    """Run a step; when it fails, show what it said and stop."""
    said = attempt(title, command)
    if said is not None:
        print(said, file=sys.stderr)
        print(f"bootstrap: this step failed. {hint}".rstrip(), file=sys.stderr)
        raise SystemExit(2)


def attempt(title: str, command: Sequence[str | Path]) -> str | None:
    """Run a command silently, showing that time passes; when it fails, give what it said."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*map(str, command)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while process.poll() is None:
            show(f"\r{title} ... {time.monotonic() - start:.0f} s")
            time.sleep(0.2)
        show("\r")
        print(f"{title} ... {'failed' if process.returncode else f'{time.monotonic() - start:.0f} s'}", flush=True)
        log.seek(0)
        return log.read().decode(errors="replace").strip() if process.returncode else None


def show(text: str) -> None:
    """Write over the same line of a terminal; elsewhere say nothing."""
    if sys.stdout.isatty():
        sys.stdout.write(text)
        sys.stdout.flush()


def free_folder(wanted: Path) -> Path:
    """Find a folder that is not taken, so that an earlier demo is never touched."""
    number, folder = 1, wanted
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
