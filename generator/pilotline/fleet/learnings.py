"""Gathering what pilots learned: decision records and retired experiments that are marked `learning: true`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.catalog.learnings import (
    CHALLENGES,
    LEARNINGS,
    PAGE,
    Finding,
    format_findings,
    format_page,
    read_findings,
)
from pilotline.documents.front_matter import split_front_matter
from pilotline.documents.harmless import one_line
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError
from pilotline.files.disk import write_atomically
from pilotline.pilot.paths import DECISIONS, MANIFEST
from pilotline.pilot.pilot import Pilot, open_pilot
from pilotline.pilot.repository import read_committed

_MOST_BYTES: Final = 200_000
_LONGEST: Final = 400
_HEADING: Final = re.compile(r"^# +(?:\d+[.:] *)?(?P<title>.+)$", re.MULTILINE)
_DATE: Final = re.compile(r"^[-*] *Date: *(\d{4}-\d\d-\d\d)", re.MULTILINE)


class Gathered(NamedTuple):
    """What was found in one pilot, or why nobody can tell."""

    folder: Path
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]


def gather_findings(folders: Iterable[Path]) -> Iterator[Gathered]:
    """Look through pilots, at their last commits; nothing of a pilot is run.

    Yields:
        One result for each folder, in their order.
    """
    for folder in folders:
        try:
            yield _gather(open_pilot(folder))
        except PilotlineError as error:
            yield Gathered(folder, (), (f"{error.message} {error.hint}".strip(),))


def renew_findings(catalog: Path, gathered: Iterable[Gathered]) -> tuple[Finding, ...]:
    """Put what was gathered in the place of what the same pilots said before; what others said stays.

    Of a pilot that nobody could look into nothing is new, so that what is known of it stays as well.

    Raises:
        CatalogError: What the catalog holds is no list of findings.
    """
    place, gathered = catalog / LEARNINGS, tuple(gathered)
    known = read_findings({LEARNINGS: place.read_bytes()}) if place.is_file() else ()
    looked = {one_line(each.folder.name) for each in gathered if each.findings or not each.problems}
    kept = (each for each in known if each.pilot not in looked)
    return tuple(sorted({*kept, *(one for each in gathered for one in each.findings)}))


def write_findings(catalog: Path, findings: Sequence[Finding]) -> None:
    """Write the catalog's list, and the page that is made of it."""
    (catalog / LEARNINGS).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(catalog / LEARNINGS, format_findings(findings))
    write_atomically(catalog / PAGE, format_page(findings))


def _gather(pilot: Pilot) -> Gathered:
    files = read_committed(
        pilot, lambda path: path == MANIFEST or (path.startswith(DECISIONS) and path.endswith(".md"))
    )
    findings: list[Finding] = []
    problems: list[str] = []
    for path, file in sorted(files.items()):
        if len(file.content) > _MOST_BYTES:
            continue
        read = _read_experiment if path == MANIFEST else _read_decision
        try:
            found = read(file.content.decode(errors="replace"))
        except YamlError:
            problems.append(f"{path} is no YAML at its beginning" if path != MANIFEST else f"{path} is no YAML")
            continue
        if found is None:
            continue
        if found.get("challenge") not in CHALLENGES:
            problems.append(f"{path} names no challenge; one of {', '.join(CHALLENGES)}")
        findings.append(_finding(pilot, path, found))
    return Gathered(pilot.folder, tuple(findings), tuple(problems))


def _finding(pilot: Pilot, path: str, found: Mapping[str, str]) -> Finding:
    architecture = one_line(str(pilot.answers.get("architecture", "")))
    told = {name: _shortened(one_line(found.get(name, ""))) for name in ("challenge", "title", "text", "date")}
    return Finding(architecture=architecture, pilot=one_line(pilot.folder.name), path=path, **told)


def _read_decision(text: str) -> dict[str, str] | None:
    """Read a decision record that is marked: its own summary, or the first words below its headings."""
    front = split_front_matter(text)
    if front is None or front.data.get("learning") is not True:
        return None
    data, body = front
    heading, day = _HEADING.search(body), _DATE.search(body)
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", body[heading.end() :] if heading else body))
    first = next((part for part in paragraphs if part and not part.startswith(("#", "-", "*", ">", "|"))), "")
    return {
        "challenge": str(data.get("challenge", "")),
        "title": str(data.get("title") or (heading["title"] if heading else "")),
        "text": str(data.get("learned") or first),
        "date": str(data.get("date") or (day[1] if day else "")),
    }


def _read_experiment(text: str) -> dict[str, str] | None:
    """Read the experiment of a manifest that is marked."""
    found = (parse_mapping(text) or {}).get("experiment")
    if not isinstance(found, dict) or found.get("learning") is not True:
        return None
    return {
        "challenge": str(found.get("challenge", "")),
        "title": str(found.get("hypothesis", "")),
        "text": str(found.get("learned", "")),
        "date": str(found.get("ends", "")),
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
