"""Where a snapshot's templates are rendered: here those that this pilotline carries, all others in a worker."""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, Final, ParamSpec, TypeVar

from pilotline.errors import CatalogError
from pilotline.files.worker_process import bounded, is_worker
from pilotline.template.limits import BYTES, limited
from pilotline.template.snapshot import Snapshot

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_KNOWN: Final[dict[int, Snapshot]] = {}
"""In a worker: what was parsed and compiled before, by the tree that it came from."""


def confined(
    what: str,
    function: Callable[Concatenate[Snapshot, _Arguments], _Result],
    snapshot: Snapshot,
    *arguments: _Arguments.args,
    **options: _Arguments.kwargs,
) -> _Result:
    """Run a function over a snapshot where its templates can do no harm.

    Args:
        what: The work, as the beginning of a sentence.
        function: A function of a module.
        snapshot: The catalog.
        arguments: What it is called with besides.
        options: The same, by name.

    Raises:
        CatalogError: It took too long, or too much memory.
    """
    if snapshot.is_ours:
        return function(snapshot, *arguments, **options)
    if is_worker():
        with bounded(BYTES):
            return function(snapshot, *arguments, **options)
    result: _Result = limited(what, _run, function, snapshot, arguments, options)
    return result


def compile_ahead(snapshot: Snapshot) -> None:
    """Parse and compile where its templates may run what all uses of a snapshot share, before the first of them."""
    if snapshot.is_ours or is_worker():
        with suppress(CatalogError):  # what is wrong with it is said where it is used
            _ = snapshot.folders, snapshot.templating


def _run(
    function: Callable[..., _Result], snapshot: Snapshot, arguments: tuple[object, ...], options: dict[str, object]
) -> _Result:
    return function(_compiled(snapshot), *arguments, **options)


def _compiled(snapshot: Snapshot) -> Snapshot:
    """Give a snapshot that arrived here with what was made of the same one before."""
    usage = snapshot.usage
    if usage.successor is not None:
        usage = usage._replace(successor=_compiled(usage.successor))
    known = _KNOWN.get(id(snapshot.tree))
    if known is None or known.identity != snapshot.identity or known.origin != snapshot.origin:
        known = _KNOWN[id(snapshot.tree)] = snapshot
        compile_ahead(known)
    return known.used(usage)
