"""Who may read one document: its front matter or a file beside it names groups, and narrows what its folder allows."""

import re
from pathlib import Path
from typing import Final

import yaml

from .. import PilotError
from ..yaml_text import load_yaml

SIDECAR: Final = ".readers"  # beside plan.pdf: plan.pdf.readers, a group on each line
FENCE: Final = "---"
ENDS: Final = ("---", "...")
FRONT_MATTER_LINES: Final = 40
NAMED: Final = re.compile(r"^\W*readers\W*:", re.IGNORECASE | re.MULTILINE)


class UnreadableError(PilotError):
    """A document that cannot be read; the others go on without it."""


def part_front_matter(text: str, name: str) -> tuple[str, tuple[str, ...] | None]:
    """Take the front matter off a text, and give the groups that it names; None where it names none.

    Raises:
        UnreadableError: It seems to name readers and cannot be understood: rather nobody reads it than everybody.
    """
    lines = text.lstrip("\ufeff \t\n").splitlines()
    if not lines or lines[0].rstrip() != FENCE:
        return text, None
    within = lines[1 : FRONT_MATTER_LINES + 1]
    end = next((place for place, line in enumerate(within) if line.rstrip() in ENDS), None)
    block = "\n".join(within[:end])
    try:
        found = load_yaml(block) if end is not None else None
    except (yaml.YAMLError, ValueError, TypeError):
        found = None
    if end is None or not isinstance(found, dict):
        if NAMED.search(block):
            raise UnreadableError(f"{name} cannot be read: its front matter names readers, and is no YAML between ---.")
        return text, None
    said = [value for key, value in found.items() if str(key).strip().lower() == "readers"]
    return "\n".join(lines[end + 2 :]), _groups(said[0], name) if said else None


def read_sidecar(path: Path) -> tuple[str, ...] | None:
    """Read the groups that the file beside a document names; None where there is no such file."""
    beside = path.with_name(path.name + SIDECAR)
    if not beside.exists():
        return None
    try:
        lines = beside.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{path.name} cannot be read: {beside.name} is no text.") from error
    return _groups([line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")], path.name)


def narrowed(name: str, *named: tuple[str, ...] | None) -> tuple[str, ...]:
    """Put together what a document's front matter and the file beside it name: whoever may read it is in both."""
    said = [set(each) for each in named if each is not None]
    if not said:
        return ()
    both = set.intersection(*said)
    if not both:
        raise UnreadableError(f"{name} cannot be read: its front matter and its {SIDECAR} file name no group together.")
    return tuple(sorted(both))


def _groups(said: object, name: str) -> tuple[str, ...]:
    several = [said] if isinstance(said, str) else said
    groups = [each.strip() for each in several if isinstance(each, str)] if isinstance(several, list) else []
    if not isinstance(several, list) or not groups or len(groups) != len(several) or not all(groups):
        raise UnreadableError(f"{name} cannot be read: its readers have to be names of groups, one at least.")
    return tuple(groups)
