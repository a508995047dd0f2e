"""Start-up and generation, side by side with Copier and cookiecutter in one run; writes a table of ratios.

The runs are interleaved, so that a busy moment of the machine hits all of them alike; the median counts.
A bar is a ratio between two columns of the same run. The one promise in seconds, for the checks, is the difference of
two processes of the same round, so that neither start-up nor a busy machine is part of it. Python may keep its compiled
files, as it does for everything that is installed.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "benchmarks" / "results.md"
BINARIES = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Case:
    """One command that is timed; `{target}` stands for a fresh folder."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """A promise: one case takes at most this share of another."""

    case: str
    against: str
    at_most: float


@dataclass(frozen=True)
class Limit:
    """A promise in seconds: what one case takes more than another of the same round."""

    case: str
    less: str
    at_most: float


CHECK = "pilotline check (a generated pilot)"
START = "pilotline --help"
LIMITS = (Limit(CHECK, START, 0.3),)
BARS = (
    Bar(START, "cookiecutter --version", 0.25),
    Bar("pilotline new --defaults", "copier copy (same template)", 0.2),
    Bar(CHECK, "copier copy (same template)", 0.1),
    Bar(CHECK, START, 4),
)


def cases(template: Path, cookie: Path, pilot: Path) -> tuple[Case, ...]:
    """Name the commands; generation writes the same files in all three tools."""
    binary = {name: str(BINARIES / name) for name in ("pilotline", "copier", "cookiecutter")}
    return (
        Case(START, (binary["pilotline"], "--help")),
        Case("cookiecutter --version", (binary["cookiecutter"], "--version")),
        Case("copier --version", (binary["copier"], "--version")),
        Case(CHECK, (binary["pilotline"], "check", str(pilot))),
        Case("pilotline new --defaults", (binary["pilotline"], "new", "{target}/pilot", "--defaults")),
        Case(
            "copier copy (same template)",
            (binary["copier"], "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD", str(template), "{target}/pilot"),
        ),
        Case(
            "cookiecutter (comparable template)",
            (binary["cookiecutter"], "--no-input", "--output-dir", "{target}", str(cookie)),
        ),
    )


def measure(case: Case) -> float:
    """Time one whole process, in seconds."""
    with tempfile.TemporaryDirectory() as target:
        command = [part.format(target=target) for part in case.command]
        start = time.perf_counter()
        done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        seconds = time.perf_counter() - start
    if done.returncode > 1:  # 1: something was found
        done.check_returncode()
    return seconds


def make_template(folder: Path) -> Path:
    """Make the catalog a git repository of its own, as Copier meets it."""
    target = folder / "catalog"
    target.mkdir()
    for part in ("templates", "reference_architectures"):
        shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "copier.yml", target)
    identity = ["-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org", "-c", "core.hooksPath=/dev/null"]
    for arguments in (["init", "-q"], ["add", "-A", "-f"], [*identity, "commit", "-q", "-m", "catalog"]):
        subprocess.run(["git", *arguments], cwd=target, check=True, capture_output=True)
    return target


def make_cookie(folder: Path) -> Path:
    """Make a cookiecutter template of the same size: the files of a generated pilot, two of its names as variables."""
    subprocess.run(
        [BINARIES / "pilotline", "new", folder / "plain", "--defaults"], check=True, capture_output=True, cwd=folder
    )
    cookie = folder / "cookie"
    body = cookie / "{{ cookiecutter.project }}"
    shutil.copytree(folder / "plain", body, ignore=shutil.ignore_patterns(".git"))
    (cookie / "cookiecutter.json").write_text(
        '{"project": "pilot", "package": "customer_call_list", "_copy_without_render": []}'
    )
    for path in sorted(body.rglob("*")):
        if path.is_file():
            _as_cookie(path)
    (body / "src" / "customer_call_list").rename(body / "src" / "{{ cookiecutter.package }}")
    return cookie


def _as_cookie(path: Path) -> None:
    """Turn one generated file into its template: names become variables, foreign syntax is escaped."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if "{{" in text or "{%" in text or "{#" in text:
        text = "{% raw %}" + text.replace("{% endraw", "{ % endraw") + "{% endraw %}"
    else:
        text = text.replace("customer_call_list", "{{ cookiecutter.package }}")
    path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Promise:
    """What was promised, and what was measured."""

    what: str
    at_most: str
    measured: str
    is_kept: bool


def promises(times: dict[str, list[float]]) -> list[Promise]:
    """Hold the measurements against the promises."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    found = []
    for bar in BARS:
        ratio = medians[bar.case] / medians[bar.against]
        found.append(Promise(f"{bar.case} / {bar.against}", f"{bar.at_most}", f"{ratio:.2f}", ratio <= bar.at_most))
    for limit in LIMITS:
        more = statistics.median(a - b for a, b in zip(times[limit.case], times[limit.less], strict=True))
        what = f"{limit.case} less {limit.less}"
        found.append(Promise(what, f"{limit.at_most} s", f"{more:.2f} s", more <= limit.at_most))
    return found


def table(times: dict[str, list[float]], checks: int) -> str:
    """Lay out the medians and the promises as Markdown."""
    rounds, cores = len(times[START]), os.cpu_count()
    lines = [
        f"Medians of {rounds} interleaved runs after a first one, Python {platform.python_version()}, {cores} cores.",
        f"Made by `nox -s benchmarks`. `pilotline check` evaluates {checks} checks.",
        "",
        "| command | seconds |",
        "|---|---|",
        *(f"| {name} | {statistics.median(values):.3f} |" for name, values in times.items()),
        "",
        "| promise | at most | measured |",
        "|---|---|---|",
        *(f"| {promise.what} | {promise.at_most} | {promise.measured} |" for promise in promises(times)),
    ]
    return "\n".join(lines) + "\n"


def make_pilot(folder: Path) -> Path:
    """Generate the pilot that is checked."""
    pilot = folder / "checked"
    answers = ("owner=ada@example.org", "kpi_baseline=1", "kpi_target=2", "kpi_unit_value=3")
    given = [part for answer in answers for part in ("-d", answer)]
    command = [str(BINARIES / "pilotline"), "new", str(pilot), "--defaults", *given]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return pilot


def count_checks(pilot: Path) -> int:
    """Count the checks that are evaluated, so that nobody makes them faster by leaving some out."""
    report = subprocess.run([BINARIES / "pilotline", "check", pilot, "--json"], check=False, capture_output=True)
    return len(json.loads(report.stdout)["checks"])


def _kept_sections() -> str:
    """Give what other benchmarks wrote below."""
    before = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    return before[start:] if (start := before.find("\n## ")) >= 0 else ""


def main() -> int:
    """Measure, write the table, and fail when a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as scratch:
        folder = Path(scratch)
        pilot = make_pilot(folder)
        all_cases = cases(make_template(folder), make_cookie(folder), pilot)
        for case in all_cases:
            measure(case)
        times: dict[str, list[float]] = {case.name: [] for case in all_cases}
        for _ in range(rounds):
            for case in all_cases:
                times[case.name].append(measure(case))
        text = table(times, count_checks(pilot))
    print(text)
    TABLE.write_text(f"# Benchmarks\n\n{text}{_kept_sections()}", encoding="utf-8")
    return int(not all(promise.is_kept for promise in promises(times)))


if __name__ == "__main__":
    raise SystemExit(main())
