"""Reading for a look: what is only tried leaves no trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_KEEPS: Final[ContextVar[bool]] = ContextVar("keeps", default=True)


@contextmanager
def keep_nothing() -> Iterator[None]:
    """Read for a look: in here nothing that is set aside is kept, and nothing is counted."""
    token = _KEEPS.set(False)
    try:
        yield
    finally:
        _KEEPS.reset(token)


def keeps() -> bool:
    """Tell whether what is read here may be kept and counted."""
    return _KEEPS.get()
