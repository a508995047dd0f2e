"""How other systems name people: each has a grammar of its own, and finds nobody by a name of another's.

A role that people write (`Head of Sales`) is none of these names. Who owns a pilot therefore has one field per system
in `references` of pilot.yml.
"""

import re
from collections.abc import Mapping
from typing import Final

from .plain import as_mapping, as_text

NOBODY: Final = "unknown"
"""What stands where a file needs an entity reference and there is none."""
_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_ENTITY: Final = re.compile(rf"(?:[A-Za-z][A-Za-z0-9]{{0,62}}:)?(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?/)?{_NAME}")
"""`[kind:][namespace/]name`, as Backstage's "Descriptor Format of Catalog Entities" has it."""
_HANDLE: Final = r"@[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*"
_ADDRESS: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_CODE_OWNER: Final = re.compile(rf"{_HANDLE}|{_ADDRESS}")
"""`@user`, `@organisation/team`, `@group/subgroup`, or an e-mail address, as GitHub and GitLab read CODEOWNERS."""


def is_entity_reference(text: str) -> bool:
    """Tell whether Backstage reads a text as the name of an entity."""
    return _ENTITY.fullmatch(text) is not None and text != NOBODY


def is_code_owner(text: str) -> bool:
    """Tell whether GitHub and GitLab read a text as an owner in CODEOWNERS."""
    return _CODE_OWNER.fullmatch(text) is not None


def entity_reference(manifest: Mapping[str, object]) -> str:
    """Give the entity that owns a pilot in Backstage; empty where pilot.yml names none of that form."""
    return next(filter(is_entity_reference, _named(manifest, "backstage")), "")


def code_owner(manifest: Mapping[str, object]) -> str:
    """Give who owns the files of a pilot in CODEOWNERS; empty where pilot.yml names none of that form."""
    return next(filter(is_code_owner, _named(manifest, "code_owners")), "")


def _named(manifest: Mapping[str, object], system: str) -> tuple[str, ...]:
    """Give the field of a system; the technical owner only where a manifest is older than these fields."""
    if "references" in manifest:
        return (as_text(as_mapping(manifest["references"]).get(system)) or "",)
    return (as_text(as_mapping(manifest.get("owners")).get("technical")) or "",)
