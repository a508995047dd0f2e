"""Workers that are free: one is started when it is first needed, and used again.

A command that renders many times starts one, in whichever thread it asks.
"""

import atexit
import os
from collections.abc import Callable
from typing import Final, TypeVar

from pilotline.files.worker import Worker

_Result = TypeVar("_Result")
_IDLE: Final[list[Worker]] = []


def work(
    function: Callable[..., _Result],
    *arguments: object,
    seconds: float,
    memory: int,
    prepare: Callable[[], object],
    heard: Callable[[object], None] = lambda _: None,
) -> _Result:
    """Let a worker that is free run a function, as `Worker.work` does; from any thread.

    Args:
        function: A function of a module of ours.
        arguments: What it is called with.
        seconds: How long the worker may say nothing.
        memory: How many bytes more than now it may take.
        prepare: What a worker does that is started for this.
        heard: Hears what the function tells while it works.

    Raises:
        WorkerTimeoutError: It said nothing for longer than that.
        WorkerMemoryError: It took more memory.
        WorkerDiedError: The process ended before.
    """
    worker = _take(prepare)
    try:
        return worker.work(function, *arguments, seconds=seconds, memory=memory, heard=heard)
    finally:
        if worker.is_usable:
            _IDLE.append(worker)
        else:
            worker.end()


def start_ahead(prepare: Callable[[], object]) -> None:
    """Start the worker that will be needed, where none is free: it prepares itself while this process goes on."""
    if not _IDLE:
        _IDLE.append(Worker(fork=True, prepare=prepare))


def _take(prepare: Callable[[], object]) -> Worker:
    """Give a worker that is free; a new one where there is none."""
    while True:
        try:
            worker = _IDLE.pop()
        except IndexError:
            break
        if worker.is_usable:
            return worker
        worker.end()
    return Worker(fork=True, prepare=prepare)


def end_all() -> None:
    """End every worker that waits for work."""
    while _IDLE:
        _IDLE.pop().end()


def _forget_all() -> None:
    while _IDLE:
        _IDLE.pop().forget()


atexit.register(end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
