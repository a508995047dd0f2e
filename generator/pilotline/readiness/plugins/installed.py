"""Checks of other packages, found by the entry point group `pilotline.checks` and run in processes of their own.

The name of an entry point is its family: three capital letters. One that raises, prints, hangs or dies costs its own
result, which is then an error; the run and its output go on.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from pilotline.pilot.stages import Stage
from pilotline.readiness.evidence import Record
from pilotline.readiness.plugins.messages import load_card, load_result
from pilotline.readiness.registry import FAMILIES, CheckSelection
from pilotline.readiness.results import Card, Effort, Grade, Result, Severity, Status

GROUP: Final = "pilotline.checks"
SECONDS: Final = 10.0
"""How long one process may take; only executed checks need more, and get it."""
_EXECUTED_SECONDS: Final = 1800.0
_FAMILY: Final = re.compile(r"[A-Z]{3}")
_MOST_RESTARTS: Final = 20


@dataclass(frozen=True)
class Request:
    """What a child process is asked for."""

    root: Path
    today: date
    builtin_source: str
    choice: CheckSelection
    run: bool = False
    offline: bool = False
    seconds: float = SECONDS


@dataclass
class FamilyResults:
    """What the processes of one family gave."""

    results: list[Result] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def installed_families() -> tuple[str, ...]:
    """Name the families that other packages bring; a built-in one cannot be replaced."""
    names = {point.name for point in entry_points(group=GROUP)}
    return tuple(sorted(name for name in names if _FAMILY.fullmatch(name) and name not in FAMILIES))


def run_families(families: Sequence[str], request: Request) -> FamilyResults:
    """Run families side by side, each in its own process."""
    gathered, children = FamilyResults(), _Children()
    if not families:
        return gathered
    with ThreadPoolExecutor(max_workers=len(families)) as pool:
        try:
            for answers in pool.map(lambda family: _run_family(family, request, children), families):
                gathered.results += answers.results
                gathered.records += answers.records
        except BaseException:
            children.end_all()
            raise
    return gathered


def _run_family(family: str, request: Request, children: "_Children") -> FamilyResults:
    """Run the checks of a family; when one takes the process down, go on after it in a new one."""
    answers = FamilyResults()
    skipped: list[str] = []
    if not request.choice.touches(family):
        return answers
    for _ in range(_MOST_RESTARTS):
        failure, begun = _run_child(family, request, skipped, answers, children)
        if not failure:
            break
        card = begun or _unknown_card(family)
        answers.results.append(Result(card, Status.ERROR, card.stage, card.grade, failure))
        if begun is None:
            break
        skipped.append(begun.id)
    return answers


def _run_child(
    family: str, request: Request, skipped: list[str], answers: FamilyResults, children: "_Children"
) -> tuple[str, Card | None]:
    """Run one process; return why it failed and the check that it was in, or nothing."""
    with tempfile.TemporaryDirectory(prefix="pilotline-checks-") as folder:
        results = Path(folder) / "results.jsonl"
        asked = {
            "family": family,
            "results": str(results),
            "root": str(request.root.resolve()),
            "today": request.today.isoformat(),
            "builtin": request.builtin_source,
            "skip": ",".join(skipped),
            "select": ",".join(request.choice.select),
            "ignore": ",".join(request.choice.ignore),
            "run": "yes" if request.run else "no",
            "offline": "yes" if request.offline else "no",
        }
        seconds = _EXECUTED_SECONDS if request.run else request.seconds
        failure = children.run(asked, Path(folder) / "errors.txt", seconds)
        lines = results.read_text(encoding="utf-8", errors="replace").splitlines() if results.exists() else []
    begun = _read(lines, answers, skipped)
    return (failure or ("it ended in the middle of a check" if begun else "")), begun


class _Children:
    """The processes that run now, each with whatever it starts itself: none is left behind, also by an interrupt."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()

    def run(self, asked: dict[str, str], errors: Path, seconds: float) -> str:
        """Start a child and wait for it; return why it failed."""
        with errors.open("w") as said:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "pilotline.readiness.plugins.installed_worker"],
                cwd=errors.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                text=True,
                start_new_session=True,
            )
        self._running.add(child)
        try:
            child.communicate(json.dumps(asked), timeout=seconds)
        except subprocess.TimeoutExpired:
            return f"The check itself failed: it did not end within {seconds:g} seconds"
        finally:
            _end(child)
            self._running.discard(child)
        lines = [line for line in errors.read_text(errors="replace").splitlines() if line.strip()]
        last = (lines or ["it said nothing"])[-1][:300]
        return f"The check itself failed (exit code {child.returncode}): {last}" if child.returncode else ""

    def end_all(self) -> None:
        """End them, whatever they do."""
        for child in tuple(self._running):
            _end(child)


def _end(child: "subprocess.Popen[str]") -> None:
    """End a process and what it left behind in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()


def _read(lines: list[str], answers: FamilyResults, skipped: list[str]) -> Card | None:
    """Take what a process has written; return the card of a check that began and did not end."""
    begun: Card | None = None
    for line in lines:
        try:
            data = json.loads(line)
            if "begin" in data:
                begun = load_card(data["begin"])
            else:
                answers.results.append(load_result(data["end"]))
                skipped.append(answers.results[-1].card.id)
                answers.records += [Record(**data["record"])] if data["record"] else []
                begun = None
        except (ValueError, KeyError, TypeError):
            continue
    return begun


def _unknown_card(family: str) -> Card:
    """Describe a family of which nothing is known, because it could not even be loaded."""
    return Card(
        id=f"{family}000",
        title=f"The checks of {family} can be loaded",
        why="A check that cannot be loaded proves nothing.",
        stage=Stage.SANDBOX,
        severity=Severity.ERROR,
        grade=Grade.STATIC,
        source=f"entry point {family} of the group {GROUP}",
        effort=Effort.HOURS,
        advice=f"Mend or uninstall the package that brings {family}, or leave it out with --ignore {family}.",
    )
