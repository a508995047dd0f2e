"""What continuous integration runs, and nothing else: `nox` here and there are the same."""

import shutil
import tempfile
from pathlib import Path

import nox

ROOM = 8 * 2**30  # bytes that the tests' folders may take

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "contracts", "dead_code", "docs", "package", "tests", "licences"]


@nox.session
def lint(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    session.run("mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    session.run("lint-imports")


@nox.session
def dead_code(session: nox.Session) -> None:
    session.run("vulture")


@nox.session
def docs(session: nox.Session) -> None:
    session.run("python", "docs/make_reference.py", "--check")
    session.run("python", "docs/make_wings.py", "--check")
    strictly = ("-W", "--keep-going", "--nitpicky", "-q", "-E", "-b", "html", "-d", "build/doctrees")
    session.run("sphinx-build", *strictly, "docs", "build/site")
    session.run("python", "docs/check_site.py", "build/site")


@nox.session
def package(session: nox.Session) -> None:
    """Build what is published and have it judged; 8 of 10, as the project has no mailbox to name."""
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--quiet", "--outdir", folder)
        built = sorted(map(str, Path(folder).iterdir()))
        session.run("twine", "check", "--strict", *built)
        session.run("check-wheel-contents", *(path for path in built if path.endswith(".whl")))
        session.run("pyroma", "--min", "8", *(path for path in built if path.endswith(".tar.gz")))


@nox.session
def tests(session: nox.Session) -> None:
    _pytest(session, "not combinations")


@nox.session
def combinations(session: nox.Session) -> None:
    """What only repeats with other answers: not in continuous integration, before a release."""
    _pytest(session, "combinations")
    session.run("pilotline", "catalog", "test")


def _pytest(session: nox.Session, marked: str) -> None:
    """Run tests in memory where there is room: a pilot is some hundred files, each synced to disk by git.

    What Python compiles is kept beside them for all processes, also where the environment says to keep none of it: the
    tests start thousands. pip compiles nothing while it installs, as most of it is never imported; what it downloads is
    kept for all of them. Tests run beside each other, so that threads of linear algebra would only wait for a core.
    """
    parallel = ("--numprocesses=auto", "--dist=worksteal", "--durations=40", "-m", marked)
    memory = Path("/dev/shm")  # noqa: S108 - a file system, not a place in it
    room = shutil.disk_usage(memory).free if memory.is_dir() else 0
    with tempfile.TemporaryDirectory(dir=memory if room > ROOM else None, ignore_cleanup_errors=True) as folder:
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        pip = {"PIP_NO_COMPILE": "0", "PIP_CACHE_DIR": f"{folder}/pip"}  # pip reads it as `compile`, which is then off
        session.run(
            "pytest", *parallel, *session.posargs, env={"TMPDIR": folder, "OMP_NUM_THREADS": "1", **kept, **pip}
        )


@nox.session
def licences(session: nox.Session) -> None:
    # After the tests, which install what pilots need.
    session.run("python", "licences/check.py")


@nox.session
def benchmarks(session: nox.Session) -> None:
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/upgrade.py", *session.posargs)
    session.run("python", "-m", "benchmarks.impact", "10", "100", "1000")


@nox.session
def freeze(session: nox.Session) -> None:
    session.run(
        "python",
        "-c",
        "from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION as version;"
        "from pilotline.catalog.frozen_releases import freeze_release;"
        "from pilotline.catalog.loading import load_builtin;"
        "freeze_release(load_builtin(CATALOG_SOURCE).tree, version)",
    )
