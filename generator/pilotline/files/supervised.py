"""An executor of processes that are watched: one that dies is replaced, and only what it was doing is done again.

Python's own pool of processes gives up all of its work when one process dies, and cannot end one that hangs.
"""

import gc
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Final, ParamSpec, Self, TypeVar

from pilotline.files.children import deaf, finishing
from pilotline.files.scratch import scratch_folder, work_below
from pilotline.files.worker import Worker, WorkerDiedError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_OFTEN: Final = (700, 10, 10)
"""When Python looks for rubbish by itself: a command does so seldom, as it is short, but its workers live long."""


def count_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SupervisedExecutor(Executor):
    """Processes of ours behind the interface that all executors have.

    A future fails with `WorkerTimeoutError` or `WorkerMemoryError` where its work was stopped, and with
    `WorkerDiedError` where the process died under it twice.
    """

    def __init__(self, workers: int, seconds: float, prepare: Callable[[], object] | None = None) -> None:
        """Start the processes: copies of this one where that is safe, as long as it has no other thread.

        Args:
            workers: How many.
            seconds: How long one piece of work may take.
            prepare: What each process does before any work.
        """
        self._seconds, self._prepare = seconds, prepare
        self._lock = threading.Lock()
        self._is_closed = False
        self._places: dict[Worker, Path] = {}
        self._stack = ExitStack()
        try:
            self._scratch = self._stack.enter_context(scratch_folder("pilotline-workers-", brief=True))
            self._idle = deque(self._start() for _ in range(workers))
        except BaseException:
            self._end_all()
            raise
        self._threads = ThreadPoolExecutor(workers, "supervisor")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown(cancel_futures=True)

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of the processes that are there now."""
        with self._lock:
            return tuple(worker.process for worker in self._places)

    def submit(
        self, fn: Callable[_Arguments, _Result], /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        """Let a process run a function of a module of ours; all of it crosses a process."""
        with deaf():  # a signal that one of its threads gets would not wake the main one
            return self._threads.submit(self._work, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT002 - as Python has it
        """End every process: after all work, or at once where what is left is cancelled."""
        if cancel_futures:
            self._end_all()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._end_all()

    def _work(self, function: Callable[[], _Result]) -> _Result:
        try:
            return self._try(function)
        except WorkerDiedError:
            if self._is_closed:
                raise
            return self._try(function)

    def _try(self, function: Callable[[], _Result]) -> _Result:
        worker = self._take()
        try:
            return worker.work(function, seconds=self._seconds)
        finally:
            self._give_back(worker)

    def _take(self) -> Worker:
        """Give a process that is free, or a new one in the place of one that ended."""
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                return self._start()
            if worker.is_usable:
                return worker
            self._end(worker)

    def _give_back(self, worker: Worker) -> None:
        if worker.is_usable:
            self._idle.append(worker)
        else:
            self._end(worker)

    def _start(self) -> Worker:
        """Start a process whose scratch is ours to take away, however it ends.

        Raises:
            WorkerDiedError: It is not needed any more.
        """
        with self._lock:
            if self._is_closed:
                raise WorkerDiedError(0, "the work was given up")
            place = self._scratch / f"{len(self._places)}-{os.urandom(4).hex()}"
            place.mkdir()
            worker = Worker(fork=True, prepare=partial(_prepare, place, self._prepare))
            self._places[worker] = place
        return worker

    def _end(self, worker: Worker) -> None:
        with self._lock:
            place = self._places.pop(worker, None)
        if place is not None:
            with suppress(OSError, ValueError):
                worker.end()
            shutil.rmtree(place, ignore_errors=True)

    def _end_all(self) -> None:
        with finishing():
            with self._lock:
                self._is_closed = True
                workers = [*self._places]
            for worker in workers:
                self._end(worker)
            self._stack.close()


def _prepare(place: Path, prepare: Callable[[], object] | None) -> None:
    work_below(place)
    gc.set_threshold(*_OFTEN)
    if prepare is not None:
        prepare()
