"""Pilots of many combinations, made and checked beside each other: what fails is kept, all else is gone afterwards."""

import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from pilotline.authoring.combinations import Combination
from pilotline.authoring.failed_pilots import FailedPilots
from pilotline.authoring.pilot_checks import Command, PilotChecks, read_checks
from pilotline.authoring.pilot_environment import (
    FinishedCommand,
    begin_types,
    command_in_pilot,
    keep_types,
    quiet_in,
    types_in,
)
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.errors import PilotlineError
from pilotline.files.child_group import ChildGroup
from pilotline.files.janitor import Janitor
from pilotline.files.scratch import scratch_folder
from pilotline.template.answers import accept_answers
from pilotline.template.snapshot import Snapshot

_PAUSE: Final = 0.05
_TOO_LONG: Final = -1
"""The exit code of a command that was ended."""


@dataclass(frozen=True)
class CombinationResult:
    """What came of one combination."""

    combination: Combination
    seconds: float
    failed: tuple[FinishedCommand, ...] = ()
    problem: str = ""
    """Why there is no pilot of it."""
    kept: Path | None = None
    """Where the pilot lies that failed."""

    @property
    def passed(self) -> bool:
        """Whether there is a pilot of it that passes its own checks."""
        return not self.failed and not self.problem


@dataclass(frozen=True)
class RunningCheck:
    """What runs now."""

    name: str
    command: Command
    seconds: float


class Watch(Protocol):
    """Follows a run."""

    def running(self, checks: Sequence[RunningCheck]) -> None:
        """Hear what runs, some times a second."""

    def finished(self, result: CombinationResult) -> None:
        """Hear what came of a combination."""


@dataclass(frozen=True)
class Depth:
    """How far a run goes."""

    at_once: int = 1
    """How many pilots are checked beside each other."""
    quick: bool = False
    """Whether the tests are left out."""
    stop_early: bool = False
    """Whether the first failure ends the run."""
    most_seconds: float = 1800
    """How long one command may take."""


def run_combinations(
    snapshot: Snapshot, combinations: Sequence[Combination], executables: Path, kept: FailedPilots, watch: Watch,
    depth: Depth,
) -> tuple[CombinationResult, ...]:  # fmt: skip
    """Make a pilot of each combination and run its own checks.

    Args:
        snapshot: The catalog.
        combinations: What is tested, in this order.
        executables: The environment for all pilots.
        kept: Where failed ones go.
        watch: Hears how far it is.
        depth: How far it goes.

    Returns:
        What came of those that were run; fewer than asked for where the first failure ends it.
    """
    results: list[CombinationResult] = []
    with _room() as (scratch, janitor):
        place = _Shared(snapshot, executables, scratch, janitor, kept, depth)
        for result in _run_all(place, deque(combinations), watch):
            results.append(result)
            watch.finished(result)
            if depth.stop_early and not result.passed:
                break
    return tuple(results)


@contextmanager
def _room() -> Iterator[tuple[Path, Janitor]]:
    with scratch_folder("pilotline-test-") as scratch, Janitor(scratch) as janitor:
        yield scratch, janitor


@dataclass(frozen=True)
class _Shared:
    """What all pilots of a run share."""

    snapshot: Snapshot
    executables: Path
    scratch: Path
    janitor: Janitor
    kept: FailedPilots
    depth: Depth


def _run_all(place: _Shared, waiting: deque[Combination], watch: Watch) -> Iterator[CombinationResult]:
    """Run as many beside each other as may be; whatever ends this ends them."""
    active: list[_PilotRun] = []
    try:
        while waiting or active:
            while waiting and len(active) < place.depth.at_once:
                active.append(_PilotRun(place, waiting.popleft()))
                active[-1].begin()
            for run in [run for run in active if run.advance()]:
                active.remove(run)
                yield run.finish()
            watch.running([run.now for run in active])
            time.sleep(_PAUSE)
    finally:
        for run in active:
            run.stop()


@dataclass
class _PilotRun:
    """One combination under check."""

    place: _Shared
    combination: Combination
    _begun: float = field(default_factory=time.monotonic)
    _waiting: deque[Command] = field(default_factory=deque)
    _command: Command = ()
    _since: float = 0.0
    _child: ChildGroup | None = None
    _failed: list[FinishedCommand] = field(default_factory=list)
    _problem: str = ""

    @property
    def _folder(self) -> Path:
        return self.place.scratch / self.combination.name

    @property
    def _pilot(self) -> Path:
        return self._folder / "pilot"

    @property
    def now(self) -> RunningCheck:
        """What of it runs now."""
        return RunningCheck(self.combination.name, self._command, time.monotonic() - self._since)

    def begin(self) -> None:
        """Make the pilot and start its first check."""
        self._folder.mkdir()
        try:
            checks = self._make()
        except PilotlineError as error:
            self._problem = error.message
            return
        begin_types(self.place.executables, types_in(self._folder))
        self._waiting.extend(checks.quick if self.place.depth.quick else checks.commands)
        self._start_next()

    def _make(self) -> PilotChecks:
        answers = accept_answers(self.place.snapshot, self.combination.answers)
        create_pilot(plan_pilot(self.place.snapshot, answers), self._pilot)
        return read_checks(answers)

    def _start_next(self) -> None:
        if not self._waiting:
            return
        self._command, self._since = self._waiting.popleft(), time.monotonic()
        own = quiet_in(self._folder) | ({"OMP_NUM_THREADS": "1"} if self.place.depth.at_once > 1 else {})
        command, around = command_in_pilot(self._pilot, self.place.executables, self._command, own)
        try:
            self._child = ChildGroup(command, self._pilot, around, self._folder / "said")
        except OSError as error:
            self._failed.append(FinishedCommand(self._command, 127, f"It cannot be started: {error.strerror}."))
            self._start_next()
        else:
            self.place.janitor.watch(self._child.number)

    def advance(self) -> bool:
        """Go on where a check has ended; tell whether all have."""
        if self._child is None:
            return True
        code = self._child.poll()
        if code is None and time.monotonic() - self._since > self.place.depth.most_seconds:
            self._child.end()
            code = _TOO_LONG
        if code is None:
            return False
        self._heed(code)
        self._start_next()
        return self._child is None

    def _heed(self, code: int) -> None:
        """Take what a check that has ended said."""
        said = (self._folder / "said").read_bytes().decode(errors="replace")
        if code == _TOO_LONG:
            said += f"\nIt took longer than {self.place.depth.most_seconds:g} seconds, and was ended.\n"
        if code:
            self._failed.append(FinishedCommand(self._command, code, said))
        self.stop()

    def stop(self) -> None:
        """End what runs."""
        if self._child is not None:
            self._child.end()
            self.place.janitor.forget(self._child.number)
            self._child = None

    def finish(self) -> CombinationResult:
        """Keep the pilot where it failed, remove it where it passed, and say what came of it."""
        seconds = time.monotonic() - self._begun
        kept = None
        if self._failed:
            kept = self.place.kept.keep(self.combination, self._pilot, self._failed)
        elif not self._problem:
            keep_types(self.place.executables, types_in(self._folder))
        shutil.rmtree(self._folder, ignore_errors=True)
        return CombinationResult(self.combination, seconds, tuple(self._failed), self._problem, kept)
