"""Whether a pilot's templates of derived files are this pilotline's own, so that they are rendered where it runs."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from pilotline.catalog.builtin import builtin_root
from pilotline.catalog.frozen_releases import list_releases, release_digests

_TEMPLATES: Final = "templates/*/src/*/_platform/derived/*.j2"
_FROZEN: Final = re.compile(r"templates/[^/]+/src/[^/]+/_platform/derived/[^/]+\.j2")


def carries(contents: Iterable[bytes]) -> bool:
    """Tell whether each of some templates is, byte for byte, one of a built-in catalog."""
    digests = {hashlib.sha256(content).hexdigest() for content in contents}
    return digests <= _current() or digests <= _current() | _frozen()


@cache
def _current() -> frozenset[str]:
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in builtin_root().glob(_TEMPLATES))


@cache
def _frozen() -> frozenset[str]:
    return frozenset(digest for version in list_releases() for digest in _digests(version))


def _digests(version: str) -> Iterator[str]:
    return (digest for path, digest in release_digests(version).items() if _FROZEN.fullmatch(path))
