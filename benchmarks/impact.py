"""The impact of a catalog on simulated fleets, side by side with `copier update` on a sample of the same pilots.

    python -m benchmarks.impact [--sample 30] [10 100 1000 10000]

The pilots are of the built-in catalog's first release, the catalog's next version changes every ninth file. All of it
is measured in one run, the pieces in turn: a bar is a ratio within that run. Processor time tells what other work on
the machine does not touch.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.simulated.catalogs import SOURCE, SimulatedCatalog, builtin_catalog
from tests.simulated.deeds import BREAKAGES, BROKEN_COMMITS, DEEDS
from tests.simulated.fleets import SimulatedPilot, make_fleet

ROOT: Final = Path(__file__).resolve().parents[1]
TABLE: Final = ROOT / "benchmarks" / "impact.md"
BINARIES: Final = Path(sys.executable).parent
IDENTITY: Final = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Benchmark"), ("EMAIL", "benchmark@example.org"))
}
_KEPT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT: Final = {**_KEPT, **IDENTITY, "GIT_CONFIG_NOSYSTEM": "1"}
HAPPENED: Final = (*DEEDS, "nothing", "uncommitted work") * 9 + (*BROKEN_COMMITS, *BREAKAGES)
"""One pilot in eleven is broken."""
ANSWERS: Final = 40
ROUNDS: Final = 10
CHECKED: Final = 1000
_COLUMNS: Final = (
    "| pilots | impact, without checks but where said | ms each | of `copier update` | processor, ms each "
    "| of `copier update` | cores kept busy | peak MB of a worker | of the command |"
)
_REMARK: Final = """
Two processes are as much faster than one as there are cores free for them: where the machine has other work, that shows
only in how many cores they keep busy, and in that each pilot takes no more processor time than with one process.
"""
PILOT_BAR, CORES_BAR, MEMORY_BAR, GROWTH_BAR = 0.012, 1.7, 1.3, 1.25


class Took(NamedTuple):
    """What one process took, with all that it started."""

    seconds: float
    processor: float
    own_mb: float
    worker_mb: float
    """Peak memory of the command itself, and of the largest of its workers."""


def run(command: Sequence[str], folder: Path, **environment: str) -> tuple[Took, bytes]:
    """Run a process; give what it took, and what it said."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=folder, env={**ENVIRONMENT, **environment}, stdin=subprocess.DEVNULL, stdout=said,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        peaks = _watch(process)
        seconds = time.perf_counter() - start
        if process.returncode:
            raise SystemExit(f"{command} ended with {process.returncode}")
        said.seek(0)
        output = said.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, processor, *peaks), output


def _watch(process: "subprocess.Popen[bytes]") -> tuple[float, float]:
    """Wait for the end of a process; give the peak memory of itself and of its largest child, in megabytes."""
    own, workers, ended = 0.0, 0.0, threading.Event()
    threading.Thread(target=_wait, args=(process, ended)).start()
    while not ended.wait(0.1):
        own = max(own, _peak(process.pid))
        try:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        except OSError:
            continue
        workers = max([workers, *(_peak(int(child)) for child in children)])
    return own, workers


def _wait(process: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    process.wait()
    ended.set()


def _peak(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


class Bench:
    """A catalog, its fleet, and the two tools."""

    def __init__(self, folder: Path, pilots: int) -> None:
        """Make the catalog, and as many pilots."""
        self.folder = folder
        self.catalog: SimulatedCatalog = builtin_catalog(folder / "catalog", ANSWERS)
        start = time.perf_counter()
        self.pilots = make_fleet(folder / "fleet", pilots, self.catalog, happened=HAPPENED, linked=True)
        print(f"{pilots} pilots made in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        published = folder / "published"
        shutil.copytree(self.catalog.folder, published)
        for arguments in (["add", "--all"], ["commit", "--quiet", "-m", "next"], ["tag", "v2.0.0"]):
            subprocess.run(["git", *arguments], cwd=published, env=ENVIRONMENT, check=True)
        self.settings = folder / "gitconfig"
        self.settings.write_text(f'[url "{published}"]\n\tinsteadOf = {SOURCE}\n', encoding="utf-8")

    def impact(self, pilots: Sequence[SimulatedPilot], jobs: int, *options: str) -> Took:
        """Run `pilotline catalog impact` for some pilots, and hold what it says against what is true."""
        listed = self.folder / "pilots.txt"
        listed.write_text("".join(f"{pilot.folder}\n" for pilot in pilots), encoding="utf-8")
        command = [str(BINARIES / "pilotline"), "catalog", "impact", "--pilots", str(listed), "--source", SOURCE]
        took, said = run(
            [*command, "--json", "--jobs", str(jobs), *options], self.catalog.folder, GIT_CONFIG_GLOBAL=os.devnull
        )
        outcomes = [pilot["outcome"] for pilot in json.loads(said)["pilots"]]
        wrong = [p.folder for p, outcome in zip(pilots, outcomes, strict=True) if outcome != p.outcome]
        if wrong:
            raise SystemExit(f"impact is wrong about {len(wrong)} pilots, such as {wrong[0]}")
        return took

    def copier(self, pilot: SimulatedPilot) -> Took:
        """Run `copier update` in a copy of a pilot, with a cache folder of its own."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            copy = shutil.copytree(pilot.folder, Path(scratch) / "pilot", symlinks=True)
            command = [
                str(BINARIES / "copier"),
                "update",
                "--defaults",
                "--skip-answered",
                "--quiet",
                "--vcs-ref",
                "v2.0.0",
            ]
            around = {"COPIER_CACHE_DIR": str(Path(scratch) / "cache"), "GIT_CONFIG_GLOBAL": str(self.settings)}
            return run(command, copy, **around)[0]


class Row(NamedTuple):
    """A line of the table: what was measured, for how many pilots."""

    what: str
    pilots: int
    took: Took


def measure_side_by_side(bench: Bench, sample: int) -> tuple[list[Took], Row, Row]:
    """Run Copier and impact, on one core and on two, in turn, so that a busy moment hits all of them."""
    fit = [
        pilot for pilot in bench.pilots if pilot.outcome in {"clean", "merged"} and "uncommitted work" not in pilot.done
    ]
    chunk = max(1, min(1000, len(bench.pilots)) // ROUNDS)
    copied: list[Took] = []
    alone: list[Took] = []
    both: list[Took] = []
    for number in range(ROUNDS):
        copied += [bench.copier(pilot) for pilot in fit[number:sample:ROUNDS]]
        part = bench.pilots[number * chunk : (number + 1) * chunk]
        alone.append(bench.impact(part, 1, "--no-checks"))
        both.append(bench.impact(part, 2, "--no-checks"))
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
    return (
        copied,
        Row("one process, in turn with Copier", chunk * ROUNDS, _sum(alone)),
        Row("two, in turn", chunk * ROUNDS, _sum(both)),
    )


def _sum(parts: Sequence[Took]) -> Took:
    peaks = max(part.own_mb for part in parts), max(part.worker_mb for part in parts)
    return Took(sum(part.seconds for part in parts), sum(part.processor for part in parts), *peaks)


def report(copied: Sequence[Took], alone: Row, both: Row, rows: Sequence[Row], checked: Row) -> tuple[str, bool]:
    """Lay the measurements out, and hold them against the bars."""
    wall, processor = (statistics.mean(getattr(took, name) for took in copied) for name in ("seconds", "processor"))
    lines = [
        f"`copier update` on {len(copied)} of the pilots, each with a cache folder of its own: {wall:.2f} s for each,",
        f"of the processor {processor:.2f} s. {os.cpu_count()} cores. Made by `python -m benchmarks.impact`.",
        "",
        _COLUMNS,
        "|---" * _COLUMNS.count(" |") + "|",
    ]
    for what, pilots, took in (alone, both, *rows, checked):
        each, work = took.seconds / pilots, took.processor / pilots
        lines.append(
            f"| {pilots} | {what} | {1000 * each:.0f} | {each / wall:.4f} | {1000 * work:.0f} | {work / processor:.4f} "
            f"| {took.processor / took.seconds:.2f} | {took.worker_mb:.0f} | {took.own_mb:.0f} |"
        )
    bars = [*_bars(alone, both, rows, wall), _bar_of_checks(checked, processor)]
    lines += ["", "| promise | bar | measured |", "|---|---|---|", *(f"| {w} | {b} | {m:.3f} |" for w, b, m, _ in bars)]
    return "\n".join(lines) + "\n" + _REMARK, all(is_kept for *_, is_kept in bars)


def _bars(alone: Row, both: Row, rows: Sequence[Row], wall: float) -> list[tuple[str, str, float, bool]]:
    each = alone.took.seconds / alone.pilots / wall
    faster = alone.took.seconds / both.took.seconds
    small, large = rows[min(1, len(rows) - 1)], rows[-1]
    before = rows[max(0, len(rows) - 2)]
    memory = large.took.worker_mb / small.took.worker_mb
    growth = (large.took.processor / large.pilots) / (before.took.processor / before.pilots)
    peak = f"peak of a worker at {large.pilots} pilots, of that at {small.pilots}"
    growing = f"processor time for each of {large.pilots} pilots, of that at {before.pilots}"
    return [
        ("each pilot on one core, of `copier update`", f"at most {PILOT_BAR}", each, each <= PILOT_BAR),
        ("two cores, times faster than one", f"at least {CORES_BAR}", faster, faster >= CORES_BAR),
        (peak, f"at most {MEMORY_BAR}", memory, memory <= MEMORY_BAR),
        (growing, f"at most {GROWTH_BAR}", growth, growth <= GROWTH_BAR),
    ]


def _bar_of_checks(checked: Row, processor: float) -> tuple[str, str, float, bool]:
    each = checked.took.processor / checked.pilots / processor
    return "the same with checks before and after, by processor time", f"at most {PILOT_BAR}", each, each <= PILOT_BAR


def main() -> int:
    """Measure, write the table, and fail when a promise is broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000, 10_000])
    asked.add_argument("--sample", type=int, default=30)
    asked.add_argument("--folder", type=Path, help="where the fleet is made; the system's folder for such by default")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-", dir=given.folder) as scratch:
        bench = Bench(Path(scratch), max(given.sizes))
        copied, alone, both = measure_side_by_side(bench, given.sample)
        few = bench.pilots[:CHECKED]
        checked = Row("two processes, with checks", len(few), bench.impact(few, 2))
        rows = []
        for size in sorted(given.sizes):
            rows.append(Row("two processes", size, bench.impact(bench.pilots[:size], 2, "--no-checks")))
            print(rows[-1], file=sys.stderr)
    text, is_kept = report(copied, alone, both, rows, checked)
    print(text)
    TABLE.write_text(f"# Benchmarks: the impact of a catalog\n\n{text}", encoding="utf-8")
    return int(not is_kept)


if __name__ == "__main__":
    raise SystemExit(main())
