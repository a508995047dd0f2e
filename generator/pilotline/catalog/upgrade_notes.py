"""What a catalog tells pilot teams: the notes of the versions on their way."""

import re
from typing import Final, NamedTuple

from packaging.version import Version

from pilotline.catalog.versions import parse_version
from pilotline.files.tree import Tree

NOTES: Final = "upgrade_notes"
NEXT: Final = f"{NOTES}/next.md"
"""What is written by hand while the next version comes about."""


_STEPS: Final = re.compile(r"^## Manual steps[ \t]*\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Note(NamedTuple):
    """What a team should know when it upgrades to a version."""

    version: str
    text: str

    @property
    def manual_steps(self) -> str:
        """What has to be done by hand; empty where there is nothing."""
        found = _STEPS.search(self.text)
        return found["text"].strip() if found else ""


def notes_between(tree: Tree, base: str | None, target: str | None) -> tuple[Note, ...]:
    """Give the notes of every version after the base up to the target, oldest first.

    Args:
        tree: The target's snapshot, which holds the notes of all versions before it.
        base: Version that the pilot comes from; one that is no release counts as the release before it.
        target: Version that it goes to.
    """
    low, high = _as_version(base), _as_version(target)
    found: list[tuple[Version, Note]] = []
    for path, file in tree.items():
        tag = path.removeprefix(f"{NOTES}/").removesuffix(".md")
        version = parse_version(tag) if path == f"{NOTES}/{tag}.md" else None
        if version is not None and (low is None or version > low) and (high is None or version <= high):
            found.append((version, Note(tag, file.content.decode(errors="replace").strip())))
    return tuple(note for _, note in sorted(found, key=lambda pair: pair[0]))


def _as_version(text: str | None) -> Version | None:
    """Read a version as pilots record it; a tag with distance and commit counts as its tag."""
    return parse_version(re.sub(r"-\d+-g[0-9a-f]+\Z", "", text)) if text else None
