"""Gathering change fragments into the changelog and into the note of a version, when that is released."""

import re
from collections.abc import Mapping
from typing import Final

from pilotline.errors import CatalogError

KINDS: Final = ("added", "changed", "deprecated", "removed", "fixed", "security")


_FRAGMENT: Final = re.compile(rf"changelog\.d/[^/]+\.({'|'.join(KINDS)})\.md")


def read_fragments(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Read the change fragments by kind.

    Raises:
        CatalogError: A file in `changelog.d/` is no fragment, or empty; all of them at once.
    """
    gathered: dict[str, list[str]] = {kind: [] for kind in KINDS}
    wrong = []
    for path in sorted(files):
        if not path.startswith("changelog.d/") or path == "changelog.d/README.md":
            continue
        found = _FRAGMENT.fullmatch(path)
        text = files[path].decode(errors="replace").strip()
        if found is None or not text:
            wrong.append(path)
        else:
            gathered[found[1]] += _items(text)
    if wrong:
        raise CatalogError(
            f"These files are no change fragments: {', '.join(wrong)}.",
            f"Call each WHAT.KIND.md, KIND one of {', '.join(KINDS)}, and write one sentence into it.",
        )
    return {kind: tuple(texts) for kind, texts in gathered.items() if texts}


def _items(text: str) -> list[str]:
    """Take a fragment that was written as a list for its items; any other is one item."""
    listed = text.startswith(("- ", "* "))
    return [item.replace("\n  ", "\n") for item in re.split(r"\n[-*] ", text[2:])] if listed else [text]


def format_changes(fragments: Mapping[str, tuple[str, ...]], level: int) -> str:
    """Write fragments as sections with one list each."""
    sections = []
    for kind, texts in fragments.items():
        items = "\n".join("- " + text.replace("\n", "\n  ") for text in texts)
        sections.append(f"{'#' * level} {kind.capitalize()}\n\n{items}\n")
    return "\n".join(sections)


def extend_changelog(changelog: str, title: str, changes: str) -> str:
    """Put a version's section on top of the others, below what the file begins with."""
    section = f"## {title}\n\n{changes}"
    before, mark, after = changelog.partition("\n## ")
    if not mark:
        intro = re.sub(r"\n*Nothing is released yet\.\s*\Z", "", before).rstrip()
        return f"{intro}\n\n{section}" if intro else f"# Changelog\n\n{section}"
    return f"{before.rstrip()}\n\n{section}\n## {after}"


def format_note(version: str, changes: str, written: str) -> str:
    """Write the note of a version: its changes, then what was written by hand."""
    return "\n".join(
        part for part in (f"# {version}\n", changes, f"{written.strip()}\n" if written.strip() else "") if part
    )
