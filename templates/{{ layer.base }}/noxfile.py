"""The pilot's checks, the same here and in CI; `nox` runs all of them."""

import os
import re
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2026.10.20"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "imports", "tests", "gate", "upgrade"]
nox.options.reuse_existing_virtualenvs = True

PYPROJECT = nox.project.load_toml("pyproject.toml")
ANSWERS = ".copier-answers.yml"
ANSWER = r"(?m)^(\w+):(.*(?:\n[ -].*)*)"  # a key of the file with its lines
COMMAND = next(iter(PYPROJECT["project"]["scripts"]))
DEV = nox.project.dependency_groups(PYPROJECT, "dev")


def install(session: nox.Session, *groups: str) -> None:
    """Install the pilot and the named groups of dependencies."""
    session.install("-e", ".", *nox.project.dependency_groups(PYPROJECT, "dev", *groups))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, likely mistakes, formatting."""
    session.install(*(tool for tool in DEV if tool.startswith("ruff")))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types."""
    install(session)
    session.run("mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """The layers of the architecture, and derived files that are fresh."""
    install(session)
    session.run("lint-imports")
    session.run(COMMAND, "derive", "--check")


@nox.session
def tests(session: nox.Session) -> None:
    """The quick tests, on samples; arguments after -- go to pytest."""
    install(session)
    session.run("pytest", "-q", *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """The tests that need the whole data, where there are any."""
    install(session)
    session.run("pytest", "-q", "-m", "full", *session.posargs, success_codes=[0, 5])  # 5: there is none


@nox.session
def gate(session: nox.Session) -> None:
    """The KPIs, measured anew on the data of this repository, show what kpis.yml asks for."""
    install(session)
    for step in ("run", "gate"):
        session.run(COMMAND, step, env={"PILOT_EVIDENCE__TO": "var"})


@nox.session(venv_backend="none")
def upgrade(session: nox.Session) -> None:
    """No half-done upgrade: no conflict markers, no answer changed unseen; `-- BASE` names what to compare with."""
    left = git(session, "grep", "-lE", "^(<{7}|>{7}|[|]{7})( |$)") + git(session, "ls-files", "*.rej")
    if left:
        session.error(f"Finish the merge in: {', '.join(left.split())}")
    for base in session.posargs:
        changed = changed_answers(session, base)
        named = git(session, "log", "--format=%(trailers:key=Answers,valueonly,separator=%x20)", f"{base}..HEAD")
        unseen = [name for name in changed if name not in named.replace(",", " ").split()]
        if unseen:
            session.error(
                f"Answers in {ANSWERS} changed since {base}: {', '.join(unseen)}. Undo it; or, if it is meant, "
                f"say so to the reviewer with a line at the end of the commit message, `Answers: {', '.join(unseen)}`."
            )


@nox.session
def readiness(session: nox.Session) -> None:
    """The stage that pilot.yml claims is reached, as pilotline from the address in PILOTLINE_SOURCE judges it."""
    source = os.environ.get("PILOTLINE_SOURCE", "")
    if not source:
        session.skip("set PILOTLINE_SOURCE to pilotline's address, such as git+https://example.org/pilotline@v1")
    if "://" not in source:  # a bare name: whoever registered it first would run code here
        session.error(f"PILOTLINE_SOURCE is no address (https://…, git+https://…, file:///…): {source}")
    manifest = Path("pilot.yml").read_text(encoding="utf-8")
    proofs = [] if re.search(r"(?m)^stage: *[\"']?sandbox\b", manifest) else ["--run"]
    if proofs:
        install(session)  # what only a command can prove runs in the pilot's own environment
    with tempfile.TemporaryDirectory() as tools:
        session.run("python", "-m", "venv", tools)
        session.run(f"{tools}/bin/python", "-m", "pip", "install", "--quiet", f"pilotline @ {source}", external=True)
        check = (f"{tools}/bin/pilotline", "check", *proofs, *session.posargs)
        if "GITHUB_ACTIONS" in os.environ:
            session.run(*check, "--format", "github", external=True)
            return
        if "GITLAB_CI" in os.environ:
            Path("var").mkdir(exist_ok=True)
            with Path("var/readiness.xml").open("w", encoding="utf-8") as report:
                session.run(*check, "--format", "junit", external=True, stdout=report, success_codes=[0, 1])
            check = tuple(part for part in check if part != "--run")  # its evidence is there now
        session.run(*check, external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Pin all dependencies with their hashes in uv.lock; `-- --check` tells whether it is in sync."""
    session.install("uv>=0.9")
    session.run("uv", "lock", *session.posargs)


@nox.session
def sbom(session: nox.Session) -> None:
    """The bill of materials of the packages that the pilot needs to run, as CycloneDX: var/sbom.cdx.json."""
    session.install(".")
    with tempfile.TemporaryDirectory() as tools:
        session.run("python", "-m", "venv", tools)
        session.run(f"{tools}/bin/python", "-m", "pip", "install", "--quiet", "cyclonedx-bom>=7.3,<8", external=True)
        Path("var").mkdir(exist_ok=True)
        made = ("--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", "var/sbom.cdx.json")
        session.run(f"{tools}/bin/cyclonedx-py", "environment", *made, session.virtualenv.location, external=True)


@nox.session
def release(session: nox.Session) -> None:
    """What of a release runs where: `-- deploy --to staging`; it needs two packages, and not the pilot's."""
    package = PYPROJECT["project"]["scripts"][COMMAND].partition(":")[0].partition(".")[0]
    if not Path("src", package, "_platform", "release").is_dir():
        session.error("there are no releases yet: `pilotline prepare production` brings them")
    session.install(*(each for each in PYPROJECT["project"]["dependencies"] if re.match(r"(?:click|pyyaml)\b", each)))
    session.run("python", "-m", f"{package}._platform.release", *session.posargs, env={"PYTHONPATH": "src"})


def changed_answers(session: nox.Session, base: str) -> list[str]:
    """Return the answers whose recorded value differs from that of the common ancestor; a new question is no change."""
    ancestor = git(session, "merge-base", base, "HEAD").strip()
    if not git(session, "ls-tree", ancestor, "--", ANSWERS):
        return []
    files = (git(session, "show", f"{commit}:./{ANSWERS}") for commit in (ancestor, "HEAD"))
    before, now = (dict(re.findall(ANSWER, text)) for text in files)
    return [name for name, value in before.items() if not name.startswith("_") and now.get(name) != value]


def git(session: nox.Session, *arguments: str) -> str:
    """Ask git; 1 is its answer for "nothing found", and with --install-only nothing is asked."""
    return str(session.run("git", *arguments, external=True, silent=True, success_codes=[0, 1]) or "")


@nox.session
def ui(session: nox.Session) -> None:
    """Show the runs in MLflow's own pages, on http://127.0.0.1:5000 or, with `-- --port 5001`, elsewhere."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "ui"))  # MLflow alone: it reads what the pilot wrote
    command = ("mlflow", "ui", "--backend-store-uri", "sqlite:///var/mlflow.db", "--workers", "2")
    alone = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    session.run(*command, *session.posargs, env=alone, interrupt_timeout=10)  # seconds for it to end after Ctrl-C
