"""The decision that lets a pilot enter a stage: where it is written, what it says, and by whose hand.

`promote --request` drafts it with data at its beginning, and whoever approves commits `approved: true`. Earlier pilots
wrote three lines in words; those still count.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from pilotline.documents.front_matter import split_front_matter
from pilotline.documents.section import Section
from pilotline.documents.yaml_text import YamlError
from pilotline.pilot.paths import DECISIONS, STAGE_HISTORY
from pilotline.pilot.stages import Stage
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.view.pilot_view import Repository

GATES: Final = (Stage.PILOT, Stage.PRODUCTION)
_FIELD: Final = r"(?im)^[-*\s]*\**{name}\**\s*:\**\s*(.+)$"
_DECIDED: Final = re.compile(r"(?i)\b(?:go|no[- ]go|stop|change)\b")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Gate(NamedTuple):
    """What is written about entering a stage."""

    path: str
    is_there: bool
    approved: bool
    problems: tuple[str, ...]
    """Why it is no decision; nothing where it is one, or where there is none."""
    in_words: bool
    """Whether it has the form of earlier pilots."""


def find_gate(repo: Repository, stage: Stage) -> Gate:
    """Read the newest decision on a stage."""
    path = gate_file(repo, stage)
    if path not in repo.files:
        return Gate(path, is_there=False, approved=False, problems=(), in_words=False)
    text = repo.text(path)
    try:
        front = split_front_matter(text)
    except YamlError:
        return _gate(path, approved=False, problems=(f"{path} begins with data that is no YAML",))
    if front is None or "approved" not in front.data:
        problems = tuple(_read_words(path, text))
        return _gate(path, approved=not problems, problems=problems, in_words=True)
    if front.data["approved"] is True:
        return _gate(path, approved=True)
    said = "is not approved yet" if front.data["approved"] is False else "says neither yes nor no to `approved`"
    return _gate(path, approved=False, problems=(f"{path} {said}",))


def _gate(path: str, *, approved: bool, problems: tuple[str, ...] = (), in_words: bool = False) -> Gate:
    return Gate(path, is_there=True, approved=approved, problems=problems, in_words=in_words)


def _read_words(path: str, text: str) -> Iterator[str]:
    """Read the three lines of earlier pilots."""
    decision, name, day = (_read(text, field) for field in ("Decision", "Decided by", "Date"))
    if not _DECIDED.search(decision):
        yield f"{path} does not say go or no-go (Decision:)"
    elif not re.match(r"(?i)go\b", decision):
        yield f"{path} says {decision}: the pilot does not enter this stage"
    if is_unanswered(name) or not _DATE.search(day):
        yield f"{path} says neither who decided nor when"


def _read(text: str, name: str) -> str:
    found = re.search(_FIELD.format(name=name), text)
    return found[1].strip() if found else ""


def gate_file(repo: Repository, stage: Stage) -> str:
    """Name the newest file of a decision on a stage; where there is none, the first that there would be."""
    pattern = re.compile(rf"{re.escape(DECISIONS)}gate-{stage.label}(?:-(\d+))?\.md")
    numbers = (int(found[1] or 1) for path in repo.below(DECISIONS) if (found := pattern.fullmatch(path)))
    return name_gate(stage, max(numbers, default=1))


def name_gate(stage: Stage, number: int) -> str:
    """Name the file of the first, second, … decision on a stage."""
    return f"{DECISIONS}gate-{stage.label}{f'-{number}' if number > 1 else ''}.md"


def next_gate_file(repo: Repository, stage: Stage) -> str:
    """Name the file for a new request: a decision that the pilot was promoted by is used up, and stays as it is."""
    newest = gate_file(repo, stage)
    if not is_used(repo, newest):
        return newest
    number = re.search(r"-(\d+)\.md$", newest)
    return name_gate(stage, int(number[1]) + 1 if number else 2)


def stage_entries(repo: Repository) -> tuple[Section, ...]:
    """List what the pilot's history of stages holds, oldest first."""
    return repo.document(STAGE_HISTORY).items("history")


def is_used(repo: Repository, gate: str) -> bool:
    """Tell whether the pilot was promoted by a decision already."""
    return any(gate in {entry.text("gate"), entry.text("decision")} for entry in stage_entries(repo))
