"""Writes answers and verdicts to MLflow beside the requests: a dead server delays nobody, and costs traces only.

An answer's steps are recorded in memory while it is given. One thread writes them as a trace afterwards; what people
say of the answer becomes feedback on that trace.
"""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final, Literal, TypeAlias

from ..mlflow_runs import Runs
from ..monitoring import logger
from ..recorded_spans import Recording
from .prompts import Registered, register_prompt
from .replies import Turn, Verdict
from .trace_writing import TraceStore, open_store

Outcome = Literal["written", "left_out", "lost"]
Count = Callable[[Outcome], None]
BREATH: Final = 30.0  # seconds for which a server that failed is left alone; what comes meanwhile is counted as lost
TELL: Final = 300.0  # seconds between two lines of the log about it


@dataclass(frozen=True)
class Answered:
    """An answer with the steps that led to it."""

    turn: Turn
    steps: Recording


@dataclass(frozen=True)
class Judged:
    """A verdict, with the turn that it is about."""

    turn: Turn
    verdict: Verdict


Work: TypeAlias = Answered | Judged


class Traces:
    """Takes what is to be written, and writes it when there is time."""

    def __init__(self, runs: Runs, prompt: tuple[str, str] | None, share: float, waiting: int, count: Count) -> None:
        self._runs, self._prompt, self._share, self._count = runs, prompt, share, count
        self._queue: Queue[Work] = Queue(waiting)
        self._ends = Event()
        self._thread = Thread(target=self._work, name="traces", daemon=True)
        self._store: TraceStore | None = None
        self._registered: Registered | None = None
        self._quiet_until = self._told = float("-inf")

    @property
    def prompt_version(self) -> str:
        """The version of the prompt in MLflow's registry; empty until it is known, and without a prompt."""
        return str(self._registered.version) if self._registered else ""

    def begin(self) -> None:
        """Begin to write; the server is connected to at once, so that the first trace does not wait for that."""
        self._thread.start()

    def answered(self, turn: Turn, steps: Recording) -> None:
        """Take an answer; of many only a share is written, when the settings say so."""
        if random.random() < self._share:  # noqa: S311 - no secret depends on it
            self._take(Answered(turn, steps))
        else:
            self._count("left_out")

    def judged(self, turn: Turn, verdict: Verdict) -> None:
        """Take a verdict."""
        self._take(Judged(turn, verdict))

    def end(self, seconds: float) -> None:
        """Write what waits, for so long at most."""
        self._ends.set()
        self._thread.join(seconds)
        if left := self._queue.qsize():
            logger("traces").warning("traces are lost: the service ended before they were written", traces=left)

    def _take(self, work: Work) -> None:
        try:
            self._queue.put_nowait(work)
        except Full:
            self._count("lost")

    def _work(self) -> None:
        self._try(self._connect)
        while True:
            try:
                work = self._queue.get(timeout=0.2)
            except Empty:
                if self._ends.is_set():
                    return
                continue
            self._count("written" if self._write(work) else "lost")

    def _write(self, work: Work) -> bool:
        if time.monotonic() < self._quiet_until:
            return False
        return self._try(lambda: self._store_it(work))

    def _store_it(self, work: Work) -> None:
        store = self._store or self._connect()
        if isinstance(work, Answered):
            store.write(work.turn, work.steps, self._registered)
        else:
            store.judge(work.turn, work.verdict, self._registered)

    def _connect(self) -> TraceStore:
        os.environ.setdefault("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")  # this thread is the queue
        store = open_store(self._runs)
        if self._prompt is not None:
            self._registered = register_prompt(self._runs, *self._prompt)
        self._store = store
        return store

    def _try(self, do: Callable[[], object]) -> bool:
        """Do it; whatever is wrong with the server ends here, in a line of the log."""
        try:
            do()
        except Exception as error:  # noqa: BLE001 - an answer is worth more than its trace
            now = time.monotonic()
            self._quiet_until = now + BREATH
            if now - self._told > TELL:
                self._told = now
                with suppress(OSError):
                    logger("traces").warning("answers are not traced", reason=str(error))
            return False
        return True
