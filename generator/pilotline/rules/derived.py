"""Files that are made from the manifests: what they are made from, where they go, and which were written by hand."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from .plain import as_mapping

MANIFESTS: Final = ("kpis.yml", "pilot.yml")
"""In the order in which they are hashed."""
MARK: Final = b"Source: sha256 "
_WRITES: Final = re.compile(r"\A\{#-?\s*writes:\s*(?P<places>[^#]+?)\s*-?#\}")


def source_hash(kpis: bytes, pilot: bytes) -> str:
    """Hash what derived files are made from, as each of them carries it."""
    return hashlib.sha256(kpis + pilot).hexdigest()


def is_derived(content: bytes) -> bool:
    """Tell whether a file says what it is made from; one that does not was written by hand and is left alone."""
    return MARK in content


def read_place(template: str, has_folder: Callable[[str], bool]) -> str | None:
    """Read where a template writes: the first of its places whose folder is there, else the last.

    Args:
        template: The text of the template, whose first line names its places: `{#- writes: A or B -#}`.
        has_folder: Tells whether the pilot has a folder; its root is the empty text.

    Returns:
        None when the template names no place.
    """
    found = _WRITES.match(template)
    if found is None:
        return None
    places = [place.strip() for place in found["places"].split(" or ")]
    return next((place for place in places[:-1] if has_folder(place.rpartition("/")[0])), places[-1])


def read_evidence(text: str) -> list[object]:
    """Read what was measured so far, as templates see it.

    Raises:
        ValueError: A line is no JSON.
    """
    return [json.loads(line) for line in text.splitlines()]


def completed(manifest: Mapping[str, object]) -> dict[str, object]:
    """Fill in what templates of derived files read and a manifest need not have, so that a valid one gives them all."""
    open_ended = {"kind": "", "target": "", "owner": "", "example": False}
    objective = {**open_ended, **as_mapping(manifest.get("objective"))}
    model = {"max_age_days": None, **as_mapping(manifest.get("model"))}
    return {"example": [], **manifest, "objective": objective, "model": model}


def to_json(value: object, *, ensure_ascii: bool = True) -> str:
    """Write a value as JSON: the filter that templates of derived files have."""
    return json.dumps(value, ensure_ascii=ensure_ascii)
