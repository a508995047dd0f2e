"""What pilots learned, as a catalog keeps it: gathered from them, read by people, and named to whoever begins."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

import yaml

from pilotline.documents.harmless import one_line
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import Tree

LEARNINGS: Final = "templates/_organisation/learnings.yml"
PAGE: Final = "LEARNINGS.md"
CHALLENGES: Final[Mapping[str, str]] = {
    "strategy": "Strategy: which outcome, against which baseline",
    "data": "Data: owners, access and quality",
    "legacy": "Legacy systems and integration",
    "skills": "Skills",
    "culture": "Culture and adoption",
    "trust": "Trust, security and governance",
    "production": "The way to production",
}
"""What keeps AI from reaching production, by the word that a learning names."""
_HEAD: Final = "# What pilots learned: written by `pilotline catalog learnings`, read by `pilotline new`.\n"


class Finding(NamedTuple):
    """One thing that a pilot learned and others should know."""

    architecture: str
    challenge: str
    pilot: str
    title: str
    text: str
    date: str
    path: str
    """Where it is written in the pilot."""


def read_findings(tree: Tree | Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Read what a catalog keeps; what is no finding is left out.

    Raises:
        CatalogError: The file is no list of findings.
    """
    file = tree.get(LEARNINGS)
    if file is None:
        return ()
    content = file if isinstance(file, bytes) else file.content
    try:
        listed = (parse_mapping(content) or {}).get("learnings")
    except (YamlError, UnicodeDecodeError):
        listed = None
    if not isinstance(listed, list):
        raise CatalogError(
            f"{LEARNINGS} cannot be read as a list of learnings.",
            f"Restore it from an earlier commit: git log -- {LEARNINGS}",
        )
    items = [each for each in listed if isinstance(each, dict)]
    return tuple(Finding(*(one_line(str(each.get(name, ""))) for name in Finding._fields)) for each in items)


def concerning(findings: Iterable[Finding], architecture: str) -> tuple[Finding, ...]:
    """Choose what concerns an architecture, the latest first."""
    chosen = [each for each in findings if each.architecture == architecture]
    return tuple(sorted(chosen, key=lambda each: (each.date, each.title), reverse=True))


def format_findings(findings: Sequence[Finding]) -> bytes:
    """Write the catalog's file."""
    listed = [each._asdict() for each in sorted(findings)]
    return (_HEAD + yaml.safe_dump({"learnings": listed}, allow_unicode=True, sort_keys=False, width=4096)).encode()


def format_page(findings: Sequence[Finding]) -> bytes:
    """Write the page: by architecture, and in each by challenge."""
    lines = ["# What our pilots learned", "", "Written by `pilotline catalog learnings`; do not edit it here.", ""]
    for architecture, of_one in groupby(sorted(findings), key=lambda each: each.architecture):
        lines += [f"## {_plain(architecture or 'Any architecture')}", ""]
        for challenge, same in groupby(of_one, key=lambda each: each.challenge):
            lines += [f"### {CHALLENGES.get(challenge, 'Other')}", ""]
            lines += [_item(each) for each in same]
            lines.append("")
    return "\n".join(lines).encode()


def _item(each: Finding) -> str:
    when = f", {each.date}" if each.date else ""
    text = f" {_plain(each.text)}" if each.text else ""
    return f"- **{_plain(each.title)}**{text} ({_plain(each.pilot)}, `{each.path.replace('`', '')}`{when})"


def _plain(text: str) -> str:
    """Let a pilot's words be words: no markup of the page, and no HTML."""
    shown = escape(text, quote=False)
    for mark in ("\\", "`", "*", "_", "[", "]", "|"):
        shown = shown.replace(mark, f"\\{mark}")
    return shown
