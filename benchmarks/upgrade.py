"""Upgrading, side by side with `copier update` and `cruft update`: one pilot as a process, many pilots in one process.

The same template, the same edits, fresh copies, interleaved runs; the median counts. A bar is a ratio within one run.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "benchmarks" / "upgrade.md"
BINARIES = Path(sys.executable).parent
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.org"))
}
# Bytecode is kept, as on a user's machine: an editable install is compiled once, not on every start.
_KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {**_KEPT, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
PROCESS_BAR, PILOT_BAR = 0.06, 0.012
SIZES = (50, 500)
MANY = 1000  # pilots from which on one round is enough


def git(folder: Path, *arguments: str) -> None:
    """Run git with an identity of its own."""
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def commit(folder: Path, message: str, tag: str = "") -> None:
    """Commit everything, in a repository that is made where there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    if tag:
        git(folder, "tag", tag)


def text(number: int, *, second: bool) -> str:
    """Write a template file of forty lines; a third of them differ between the versions."""
    lines = [f"value_{line} = '{{{{ name }}}} {number}'" for line in range(40)]
    if second and number % 3 == 0:
        lines[5] = "improved = True"
    return "\n".join(lines) + "\n"


def write(folder: Path, files: int, *, second: bool, variable: str = "name") -> None:
    """Write the template's files."""
    for number in range(files):
        target = folder / f"package_{number % 10}" / f"module_{number}.py{'.jinja' if variable == 'name' else ''}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text(number, second=second).replace("{{ name }}", f"{{{{ {variable} }}}}"))


def make_template(folder: Path, files: int) -> Path:
    """Make a Copier template with two versions."""
    catalog = folder / "template"
    for second in (False, True):
        write(catalog, files, second=second)
        (catalog / "copier.yml").write_text("_exclude: [copier.yml, .git]\nname: {type: str, default: ada}\n")
        (catalog / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
        commit(catalog, "version", tag=f"v{1 + second}.0.0")
    return catalog


def make_cookie(folder: Path, files: int) -> Path:
    """Make the same as a cookiecutter template, for cruft."""
    cookie = folder / "cookie"
    for second in (False, True):
        write(cookie / "{{ cookiecutter.project }}", files, second=second, variable="cookiecutter.name")
        (cookie / "cookiecutter.json").write_text('{"project": "pilot", "name": "ada"}')
        commit(cookie, "version", tag=f"v{1 + second}.0.0")
    return cookie


def edit(pilot: Path, number: int = 0) -> None:
    """Work in a pilot as a team does: some lines here, a file deleted there, a file of its own."""
    for module in (3, 6, 7):
        target = pilot / f"package_{module}" / f"module_{module}.py"
        target.write_text(target.read_text().replace("value_30 = ", f"ours_{number} = "))
    (pilot / "package_9" / "module_9.py").unlink()
    (pilot / "own.py").write_text("ours = True\n")
    commit(pilot, "our work")


def run(command: list[str], folder: Path) -> float:
    """Time one whole process, in seconds."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def single(folder: Path, files: int, rounds: int) -> dict[str, float]:
    """Time each tool on one pilot; give the medians by name."""
    template = make_template(folder, files)
    copier, pilotline = str(BINARIES / "copier"), str(BINARIES / "pilotline")
    run([copier, "copy", "--quiet", "--defaults", "--vcs-ref", "v1.0.0", str(template), "pilot"], folder)
    commit(folder / "pilot", "made")
    edit(folder / "pilot")
    cases = {
        "copier update": (folder / "pilot", [copier, "update", "--defaults", "--quiet", "--vcs-ref", "v2.0.0"]),
        "pilotline upgrade --plan": (folder / "pilot", [pilotline, "upgrade", "--plan"]),
        "pilotline upgrade --commit": (folder / "pilot", [pilotline, "upgrade", "--commit"]),
    }
    cruft, cookie = str(BINARIES / "cruft"), make_cookie(folder, files)
    (folder / "cruft").mkdir()
    run([cruft, "create", "--no-input", "--checkout", "v1.0.0", str(cookie)], folder / "cruft")
    commit(folder / "cruft" / "pilot", "made")
    edit(folder / "cruft" / "pilot")
    command = [cruft, "update", "--skip-apply-ask", "--checkout", "v2.0.0"]
    cases["cruft update"] = (folder / "cruft" / "pilot", command)
    return medians({name: lambda c=case: fresh(*c) for name, case in cases.items()}, rounds)  # type: ignore[misc]


def fresh(pilot: Path, command: list[str]) -> float:
    """Time a command in a fresh copy of a pilot."""
    with tempfile.TemporaryDirectory() as scratch:
        return run(command, Path(shutil.copytree(pilot, Path(scratch) / "pilot", symlinks=True)))


def medians(cases: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Time the cases in turn, after one round that warms up."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(rounds + 1):
        for name, measure in cases.items():
            seconds = measure()
            if round_:
                times[name].append(seconds)
    return {name: statistics.median(values) for name, values in times.items()}


def many(folder: Path, pilots: int, rounds: int) -> float:
    """Plan the upgrade of many pilots in one process, a fresh one for each round; give the median seconds for each."""
    copies = []
    for number in range(pilots):
        copy = Path(shutil.copytree(folder / "pilot", folder / f"fleet-{pilots}" / str(number), symlinks=True))
        (copy / "own.py").write_text(f"ours = {number}\n")
        commit(copy, "and more")
        copies.append(copy)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        return statistics.median(processes.map(plan_all, [copies] * rounds)) / pilots


def plan_all(pilots: list[Path]) -> float:
    """Plan the upgrade of each pilot; give the seconds for all."""
    from pilotline.fleet.preview import preview_upgrades  # noqa: PLC0415 - the processes above are not to inherit its start-up

    start = time.perf_counter()
    for preview in preview_upgrades(pilots):
        if preview.plan is None or preview.plan.conflicts or not preview.plan.changes:
            raise SystemExit(f"{preview.folder} was not upgraded as expected.")
    return time.perf_counter() - start


def main() -> int:
    """Measure, write the table, and fail when a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    fleet = [int(size) for size in sys.argv[2:]] or [10, 100, 1000]
    lines, broken = (
        [f"Medians of {rounds} interleaved runs, {os.cpu_count()} cores. Made by `nox -s benchmarks`.", ""],
        0,
    )
    lines += ["| files | command | seconds | of `copier update` | at most |", "|---|---|---|---|---|"]
    for files in SIZES:
        with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as scratch:
            folder = Path(scratch)
            seconds = single(folder, files, rounds)
            reference = seconds["copier update"]
            rows = {
                name: (value, PROCESS_BAR if name.startswith("pilotline") else None) for name, value in seconds.items()
            }
            for pilots in fleet if files == SIZES[0] else fleet[:1]:
                each = many(folder, pilots, rounds if pilots < MANY else 1)
                rows[f"each of {pilots} pilots in one process"] = (each, PILOT_BAR)
            for name, (value, bar) in rows.items():
                ratio = value / reference
                broken = broken or (bar is not None and ratio > bar)
                lines.append(f"| {files} | {name} | {value:.3f} | {ratio:.3f} | {bar or ''} |")
    table = "\n".join(lines) + "\n"
    sys.stdout.write(table)
    TABLE.write_text(f"# Benchmarks: upgrading\n\n{table}", encoding="utf-8")
    return int(broken)


if __name__ == "__main__":
    raise SystemExit(main())
