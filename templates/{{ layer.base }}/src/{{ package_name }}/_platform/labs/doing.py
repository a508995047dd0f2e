"""A lab from its beginning to the line of evidence: the sheet, the clone, what is still wrong, and that it is done."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .. import PilotError
from ..beginning import find_beginning
from ..corrections import pseudonym_of
from ..evidence import evidence_file, read_lines
from ..revision import commit_of
from ..rules.evidence import FORMAT, Line
from ..settings import PlatformSettings
from . import engineer, executive, practitioner
from .sheet import Answers, Questions, hand_out, read_sheet, sheet_file

DATA: Final = ("data", "documents")
"""Folders of which a clone needs what is not committed, too."""


@dataclass(frozen=True)
class Lab:
    """One lab: what is asked, and what finds an answer wrong."""

    layer: str
    title: str
    questions: Questions
    find_wrong: Callable[[PlatformSettings, Answers, Path], Iterator[str]]
    has_clone: bool = True
    embedded: bool = False
    """Whether its clone works without the real systems around the pilot, so that nothing reaches them."""


LABS: Final[Mapping[str, Lab]] = {
    each.layer: each
    for each in (
        Lab(
            "executive",
            executive.TITLE,
            executive.QUESTIONS,
            lambda settings, answers, _: executive.find_wrong(settings, answers),
            has_clone=False,
        ),
        Lab("practitioner", practitioner.TITLE, practitioner.QUESTIONS, practitioner.find_wrong, embedded=True),
        Lab("engineer", engineer.TITLE, engineer.QUESTIONS, engineer.find_wrong),
    )
}


def labs_file(settings: PlatformSettings) -> Path:
    """Name the file of evidence that labs were done."""
    return evidence_file(settings).with_name("labs.jsonl")


def clone_of(settings: PlatformSettings, lab: Lab) -> Path:
    """Name the folder in which a lab is done."""
    return settings.var / "labs" / lab.layer


def begin(settings: PlatformSettings, lab: Lab) -> list[Path]:
    """Hand out the sheet, and make the clone; what is there already stays. Return what was made."""
    if lab.layer == "practitioner":
        practitioner.levers(settings.root)
    made = [sheet_file(settings, lab.layer)] if hand_out(settings, lab.layer, lab.questions) else []
    clone = clone_of(settings, lab)
    if lab.has_clone and not clone.exists():
        draft = clone.with_name(f".{clone.name}.{os.getpid()}")
        clone.parent.mkdir(parents=True, exist_ok=True)
        _git("clone", "--quiet", "--no-hardlinks", str(settings.root), str(draft))
        _git("-C", str(draft), "remote", "remove", "origin")
        _link_data(settings.root, draft)
        if lab.embedded:
            shutil.rmtree(draft / "config" / "integrations", ignore_errors=True)
        draft.rename(clone)
        made.append(clone)
    return made


def find_wrong(settings: PlatformSettings, lab: Lab) -> list[str]:
    """Say what is still wrong, one sentence each; nothing means that the lab is done."""
    answers, clone = read_sheet(settings, lab.layer), clone_of(settings, lab)
    if lab.has_clone and not (clone / "pilot.yml").is_file():
        return [f"There is no clone to work in: `{settings.distribution} lab {lab.layer} --begin` makes it."]
    return list(lab.find_wrong(settings, answers, clone))


def complete(settings: PlatformSettings, lab: Lab, who: str, people: int) -> Line | None:
    """Record that the lab was done, once for each sheet; None where it is recorded already."""
    sheet = hashlib.sha256(sheet_file(settings, lab.layer).read_bytes()).hexdigest()[:16]
    path = labs_file(settings)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if any((line.get("layer"), line.get("sheet")) == (lab.layer, sheet) for line in read_lines(path)):
        return None
    beginning = find_beginning(settings.root)
    line: dict[str, object] = {
        "format": FORMAT,
        "layer": lab.layer,
        "lab": lab.title,
        "on": datetime.now(UTC).date().isoformat(),
        "people": people,
        "by": pseudonym_of(settings, who),
        "sheet": sheet,
        "commit": commit_of(settings.root) or "none",
        "contract": beginning.contract or None if beginning else None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(f"{before}{json.dumps(line, ensure_ascii=False)}\n", encoding="utf-8")
    draft.replace(path)
    return line


def _link_data(root: Path, clone: Path) -> None:
    """Let the clone read the data that git does not hold."""
    for folder in DATA:
        for path in sorted((root / folder).rglob("*")) if (root / folder).is_dir() else ():
            there = clone / path.relative_to(root)
            if path.is_file() and not there.exists():
                there.parent.mkdir(parents=True, exist_ok=True)
                there.symlink_to(path)


def _git(*words: str) -> None:
    try:
        subprocess.run(["git", *words], check=True, capture_output=True, text=True)  # noqa: S603, S607 - our own words
    except FileNotFoundError:
        raise PilotError("git is not installed here, and a lab is done in a clone.") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip() or "it said nothing").splitlines()[-1]
        raise PilotError(f"The pilot cannot be cloned for the lab: {said}") from error
