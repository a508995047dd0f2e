"""What people write to name a catalog, `URL|PATH[@VERSION]`, and which place that means."""

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import CatalogError
from pilotline.git.credentials import set_user_apart, without_user

_ADDRESS: Final = re.compile(r"(?:https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")


_SHORTCUTS: Final = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


class Reference(NamedTuple):
    """What a user means by `URL|PATH[@VERSION]`; no place means the built-in catalog."""

    place: str | None = None
    version: str | None = None


def parse_reference(text: str | None) -> Reference:
    """Split `URL|PATH[@VERSION]`; an `@` that belongs to the address (`git@host:…`) or to a folder's name stays there.

    `@VERSION` alone is a version of the built-in catalog.
    """
    if not text:
        return Reference()
    found = _split(without_user(text))
    if found.place is not None:
        set_user_apart(text.removesuffix(f"@{found.version}"))
    return found


def _split(text: str) -> Reference:
    place, mark, version = text.rpartition("@")
    if place and Path(text).expanduser().is_dir():
        return Reference(text)
    if mark and not place:
        return Reference(None, version)
    if mark and version and not set(version) & set("/:\\"):
        return Reference(place, version)
    return Reference(text)


def is_remote(reference: Reference) -> bool:
    """Tell whether reading a catalog needs a clone, which takes a moment."""
    place = reference.place or ""
    return place.startswith(tuple(_SHORTCUTS)) or bool(_ADDRESS.match(place.removeprefix("git+")))


def expand_shortcut(place: str) -> str:
    """Write `gh:owner/name` and the like as the address that they stand for; anything else stays as it is."""
    for shortcut, address in _SHORTCUTS.items():
        if place.startswith(shortcut):
            return f"{address}{place.removeprefix(shortcut).removeprefix('/').removesuffix('.git')}.git"
    return place


def resolve_place(place: str) -> str:
    """Give the full address or path of a catalog.

    Raises:
        CatalogError: It is neither an address nor an existing folder.
    """
    full = expand_shortcut(place)
    if full != place:
        return full
    place = set_user_apart(place.removeprefix("git+"))
    if _ADDRESS.match(place):
        return place
    folder = Path(place).expanduser()
    if folder.is_dir():
        return os.path.abspath(folder)  # noqa: PTH100 - without `..`, and with a link as the user wrote it
    raise CatalogError(
        f"There is no catalog at {place}.",
        "Give an existing folder, or an address that begins with https:// or git@.",
    )
