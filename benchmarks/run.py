"""Start-up and generation, side by side with Copier and cookiecutter in one run; writes a table of ratios.

The runs are interleaved, so that a busy moment of the machine hits all of them alike; the median counts.
A bar is a ratio between two columns of the same run, never a number of seconds.
"""

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


BARS = (
    Bar("pilotline --help", "cookiecutter --version", 0.5),
    Bar("pilotline new --defaults", "copier copy (same template)", 0.5),
    Bar("pilotline check (a generated pilot)", "copier copy (same template)", 0.5),
)


def cases(template: Path, cookie: Path, pilot: Path) -> tuple[Case, ...]:
    """Name the commands; generation writes the same files in all three tools."""
    binary = {name: str(BINARIES / name) for name in ("pilotline", "copier", "cookiecutter")}
    return (
        Case("pilotline --help", (binary["pilotline"], "--help")),
        Case("cookiecutter --version", (binary["cookiecutter"], "--version")),
        Case("copier --version", (binary["copier"], "--version")),
        Case("pilotline check (a generated pilot)", (binary["pilotline"], "check", str(pilot))),
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
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return time.perf_counter() - start


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


def table(medians: dict[str, float], rounds: int) -> str:
    """Lay out the medians and the bars as Markdown."""
    lines = [
        f"Medians of {rounds} interleaved runs, Python {platform.python_version()}, {os.cpu_count()} cores.",
        "Made by `nox -s benchmarks`.",
        "",
        "| command | seconds |",
        "|---|---|",
        *(f"| {name} | {seconds:.3f} |" for name, seconds in medians.items()),
        "",
        "| promise | at most | measured |",
        "|---|---|---|",
        *(f"| {b.case} / {b.against} | {b.at_most} | {medians[b.case] / medians[b.against]:.2f} |" for b in BARS),
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


def main() -> int:
    """Measure, write the table, and fail when a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as scratch:
        folder = Path(scratch)
        all_cases = cases(make_template(folder), make_cookie(folder), make_pilot(folder))
        for case in all_cases:
            measure(case)
        times: dict[str, list[float]] = {case.name: [] for case in all_cases}
        for _ in range(rounds):
            for case in all_cases:
                times[case.name].append(measure(case))
    medians = {name: statistics.median(values) for name, values in times.items()}
    text = table(medians, rounds)
    print(text)
    TABLE.write_text(f"# Benchmarks\n\n{text}", encoding="utf-8")
    return int(any(medians[bar.case] > bar.at_most * medians[bar.against] for bar in BARS))


if __name__ == "__main__":
    raise SystemExit(main())
