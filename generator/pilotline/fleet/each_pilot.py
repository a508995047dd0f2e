"""One piece of work for each pilot of a fleet, on whatever runs it: this machine's cores, or an executor of the caller.

Results come in the order of the pilots. Whatever ends one piece of work, the others go on.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from pilotline.errors import PilotlineError
from pilotline.files.supervised import SupervisedExecutor, count_cores
from pilotline.files.worker import WorkerDiedError, WorkerMemoryError, WorkerTimeoutError

_Result = TypeVar("_Result")
SECONDS: Final = 60.0
"""How long one pilot may take."""
_HANDFUL: Final = 4
"""Up to how many pilots one process does alone."""
_TICK: Final = 0.5
"""Seconds after which whoever waits looks up: Python does not hear a signal that arrives as it begins to wait."""
_AHEAD: Final = 16
"""How many pilots are given out for each process, so that one that takes long does not stop the others."""


class UntoldPilotError(PilotlineError):
    """Nobody can tell about a pilot: its work ended without an answer."""


class Crew(NamedTuple):
    """Who works: an executor of the caller's, or processes of this machine."""

    jobs: int | None = None
    """How many processes; None for this machine's cores, and for one alone where there is only a handful to do."""
    seconds: float = SECONDS
    """How long one of them may take for one pilot."""
    executor: Executor | None = None
    """Whoever gives one watches over it; what it runs crosses a process."""


ALL_CORES: Final = Crew()


def for_each_pilot(
    function: Callable[[Path], _Result], folders: Sequence[Path], crew: Crew = ALL_CORES
) -> Iterator[tuple[Path, _Result | UntoldPilotError]]:
    """Run a function for each pilot.

    Args:
        function: Crosses a process, as do its results. It raises nothing that it foresees.
        folders: The pilots' folders.
        crew: Who works.

    Yields:
        Each folder with its result, in their order, as soon as it is there; or with why there is none.
    """
    with ExitStack() as stack:
        workers = crew.jobs or (1 if len(folders) <= _HANDFUL else count_cores())
        if crew.executor is None:
            run: Executor = stack.enter_context(SupervisedExecutor(min(workers, len(folders) or 1), crew.seconds))
        else:
            run = crew.executor
        waiting: deque[tuple[Path, Future[_Result]]] = deque()
        stack.callback(_cancel, waiting)
        left = iter(folders)
        for folder in islice(left, _AHEAD * workers):
            waiting.append((folder, run.submit(partial(function, folder))))
        while waiting:
            folder, future = waiting[0]
            result = _result_of(future, crew.seconds)
            waiting.popleft()
            waiting.extend((following, run.submit(partial(function, following))) for following in islice(left, 1))
            yield folder, result


def _cancel(waiting: deque[tuple[Path, Future[_Result]]]) -> None:
    for _, future in waiting:
        future.cancel()


def _result_of(future: Future[_Result], seconds: float) -> _Result | UntoldPilotError:
    """Wait for a result, and say in one sentence why there is none."""
    while not wait((future,), _TICK).done:
        pass
    try:
        return future.result()
    except WorkerTimeoutError:
        return UntoldPilotError(f"It took longer than {seconds:g} seconds, and was stopped.", "Or longer: --timeout.")
    except WorkerMemoryError:
        return UntoldPilotError("It needs more memory than a catalog may take, and was stopped.", _ALONE)
    except WorkerDiedError as error:
        return UntoldPilotError(f"Its process ended twice before it was done ({error}).", _ALONE)
    except Exception as error:  # noqa: BLE001 - an executor of others has errors of its own
        return UntoldPilotError(f"{type(error).__name__}: {error}", _ALONE)


_ALONE: Final = "Look at it alone: `pilotline upgrade --plan` there."
