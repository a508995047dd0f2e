"""Limits of what a catalog may take: its templates are programs, and a program may run for ever or fill the memory.

They hold wherever such work is asked for, since a worker does it that can be killed: no time-out inside of Python stops
a regular expression, or what Jinja computes while it compiles. What this pilotline carries itself is rendered here.
"""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, TypeVar

from pilotline.config import cache_folder
from pilotline.errors import CatalogError
from pilotline.files.worker import WorkerDiedError, WorkerMemoryError, WorkerTimeoutError
from pilotline.files.worker_pool import start_ahead, work
from pilotline.files.worker_process import bounded, is_worker

_Result = TypeVar("_Result")
_SECONDS: Final = 20.0
BYTES: Final = 2**30
"""How much memory rendering may take."""
_RENDERS: Final = ("pilotline.template.conversation", "pilotline.template.renderer")
"""By name, because they are built on this module."""
VARIABLE: Final = "PILOTLINE_RENDER_SECONDS"


def limited(
    what: object,
    function: Callable[..., _Result],
    *arguments: object,
    seconds: float | None = None,
    heard: Callable[[object], None] = lambda _: None,
) -> _Result:
    """Let a worker run a function, and stop it when it takes too long or too much memory.

    Args:
        what: The work, as the beginning of a sentence; asked for its text when that is said.
        function: A function of a module; its arguments and its result cross a process.
        arguments: What it is called with.
        seconds: How long it may take, or between two things that it tells; None for what rendering may. In a worker
            that is its owner's business; less than that is not, so another worker does it.
        heard: Hears what the function tells.

    Raises:
        CatalogError: It did.
    """
    if is_worker() and seconds is None:
        with bounded(BYTES):
            return function(*arguments)
    most = seconds or render_seconds()
    try:
        result: _Result = work(
            _with_cache, str(cache_folder()), function, arguments,
            seconds=most, memory=BYTES, prepare=_load_all, heard=heard,
        )  # fmt: skip
    except (WorkerTimeoutError, WorkerMemoryError, WorkerDiedError) as error:
        raise explain_stop(what, error, most) from error
    return result


def get_ready() -> None:
    """Let a worker load what renders, while this process reads what is to be rendered."""
    if not is_worker():
        start_ahead(_load_all)


def _load_all() -> None:
    """Load in a worker, before any clock runs, what the work there needs and this process may do without."""
    for name in _RENDERS:
        import_module(name)


def render_seconds(environment: Mapping[str, str] = os.environ) -> float:
    """Say how long rendering may take."""
    try:
        return max(0.1, float(environment.get(VARIABLE, "")))
    except ValueError:
        return _SECONDS


def explain_stop(what: object, error: Exception, seconds: float) -> CatalogError:
    """Say in one sentence why a worker was stopped."""
    if isinstance(error, WorkerTimeoutError):
        return CatalogError(
            f"{what} takes longer than {seconds:g} seconds, and was stopped.",
            f"Report it to the catalog's owner, or set {VARIABLE} to a longer time.",
        )
    if isinstance(error, WorkerMemoryError):
        return CatalogError(
            f"{what} needs more than {BYTES // 2**20} MiB, and was stopped.", "Report it to the catalog's owner."
        )
    return CatalogError(
        f"{what} was stopped from outside, or broke its process ({error}).",
        "Try again; if it comes again, report it to the catalog's owner.",
    )


def _with_cache(cache: str, function: Callable[..., _Result], arguments: tuple[object, ...]) -> _Result:
    """Keep compiled templates where whoever asked keeps them."""
    os.environ["PILOTLINE_CACHE"] = cache
    return function(*arguments)
