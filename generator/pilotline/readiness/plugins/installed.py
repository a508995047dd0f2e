"""Checks of other packages, found by the entry point group `pilotline.checks` and run in processes of their own.

The name of an entry point is its family: three capital letters. One that raises, prints, hangs or dies costs its own
result, which is then an error; the run and its output go on.
"""

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from pilotline.files.scratch import scratch_folder
from pilotline.files.worker import Worker, WorkerDiedError, WorkerTimeoutError
from pilotline.pilot.stages import Stage
from pilotline.readiness.evidence import Record
from pilotline.readiness.plugins.found import GROUP, Request
from pilotline.readiness.plugins.installed_worker import run_checks
from pilotline.readiness.plugins.messages import load_card, load_result
from pilotline.readiness.results import Card, Effort, Grade, Result, Severity, Status

_EXECUTED_SECONDS: Final = 1800.0
_MOST_RESTARTS: Final = 20


@dataclass
class FamilyResults:
    """What the processes of one family gave."""

    results: list[Result] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def run_families(families: Sequence[str], request: Request) -> FamilyResults:
    """Run families side by side, each in its own process."""
    gathered = FamilyResults()
    if not families:
        return gathered
    with contextlib.ExitStack() as running, ThreadPoolExecutor(max_workers=len(families)) as pool:
        try:
            for answers in pool.map(lambda family: _run_family(family, request, running), families):
                gathered.results += answers.results
                gathered.records += answers.records
        except BaseException:
            running.close()
            raise
    return gathered


def _run_family(family: str, request: Request, running: contextlib.ExitStack) -> FamilyResults:
    """Run the checks of a family; when one takes the process down, go on after it in a new one."""
    answers = FamilyResults()
    skipped: list[str] = []
    if not request.choice.touches(family):
        return answers
    for _ in range(_MOST_RESTARTS):
        listener = _Listener(answers, skipped)
        failure = _ask(family, request, listener, running)
        if not failure:
            break
        card = listener.begun or _unknown_card(family)
        answers.results.append(Result(card, Status.ERROR, card.stage, card.grade, failure))
        if listener.begun is None:
            break
        skipped.append(listener.begun.id)
    return answers


def _ask(family: str, request: Request, listener: "_Listener", running: contextlib.ExitStack) -> str:
    """Let a process run the checks of a family; say why that failed."""
    asked = {
        "family": family,
        "root": str(request.root.resolve()),
        "today": request.today.isoformat(),
        "builtin": request.builtin_source,
        "skip": ",".join(listener.skipped),
        "select": ",".join(request.choice.select),
        "ignore": ",".join(request.choice.ignore),
        "run": "yes" if request.run else "no",
        "offline": "yes" if request.offline else "no",
    }
    seconds = _EXECUTED_SECONDS if request.run else request.seconds
    with scratch_folder("pilotline-checks-") as folder, Worker(folder) as worker:
        running.callback(worker.end)
        try:
            worker.work(run_checks, asked, seconds=seconds, heard=listener.hear)
        except WorkerTimeoutError:
            return f"The check itself failed: it did not end within {seconds:g} seconds"
        except WorkerDiedError as error:
            ended = "it ended in the middle of a check" if error.code == 0 else f"exit code {error.code}: {error.said}"
            return f"The check itself failed ({ended})"
        except Exception as error:  # noqa: BLE001 - whatever a package raises costs its own checks only
            return f"The check itself failed ({type(error).__name__}: {error})"[:300]
    return ""


@dataclass
class _Listener:
    """Takes what a process says of its checks, with as much care as anything from outside."""

    answers: FamilyResults
    skipped: list[str]
    begun: Card | None = None
    """The card of a check that began and did not end."""

    def hear(self, data: object) -> None:
        """Take one message: a check begins, or has ended."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            if not isinstance(data, dict):
                return
            if "begin" in data:
                self.begun = load_card(data["begin"])
            else:
                self.answers.results.append(load_result(data["end"]))
                self.skipped.append(self.answers.results[-1].card.id)
                self.answers.records += [Record(**data["record"])] if data["record"] else []
                self.begun = None


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
