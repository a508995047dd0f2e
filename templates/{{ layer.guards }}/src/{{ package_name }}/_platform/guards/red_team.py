"""Attacks the pilot's own guards with a corpus, as they are configured, and leaves evidence of what came through.

Two files hold cases: the catalog's, which an upgrade brings further ones of, and the team's own, in the same form.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .. import PilotError
from ..revision import commit_of
from ..settings import PlatformSettings
from ..sql_database import open_sqlite
from .pipeline import Guards
from .section import GuardsSection

CORPUS: Final = Path("tests/platform/red_team.yml")
OWN: Final = Path("tests/team/red_team.yml")
EVIDENCE: Final = Path("governance/evidence/red_team.json")
MARK, LONG = "LONG", "long " * 3000  # a case of its length is written short


class Case(BaseModel):
    """A text, and where it comes in; `found: false` is a weakness that is known, and `holds` says what else holds."""

    model_config = ConfigDict(extra="forbid")
    text: str
    at: Literal["question", "passage", "answer"]
    family: str = ""
    found: bool = True
    holds: str = ""


class Corpus(BaseModel):
    """Attacks, and harmless texts that look alike."""

    model_config = ConfigDict(extra="forbid")
    attacks: list[Case]
    harmless: list[Case] = []
    thresholds: dict[str, float] = {}
    hidden: str = ""  # what a model is told, as far as no answer may give it away
    quotes: list[str] = []  # what answers rest on


@dataclass(frozen=True)
class Attacked:
    """What came of it."""

    cases: int
    through: tuple[Case, ...]
    known: tuple[Case, ...]
    harmless: int
    stopped: tuple[Case, ...]
    digest: str


def attack(root: Path, settings: PlatformSettings, section: GuardsSection) -> Attacked:
    """Try every case on the guards as they are configured; what they find there counts for no statistics.

    Raises:
        PilotError: There is no corpus, or one cannot be read.
    """
    paths = [path for path in (root / CORPUS, root / OWN) if path.is_file()]
    if not paths:
        raise PilotError(f"There are no attacks to try: {CORPUS} is gone. `pilotline diff` shows it; put it back.")
    through, known, stopped, cases, harmless, whole = [], [], [], 0, 0, hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        whole.update(content)
        corpus = read_corpus(path, content)
        with _attacking(settings, section, corpus) as is_stopped:
            passed = [case for case in corpus.attacks if not is_stopped(case)]
            stopped += [case for case in corpus.harmless if is_stopped(case)]
        known += [case for case in passed if not case.found and case.holds]
        through += [case for case in passed if case.found or not case.holds]
        cases, harmless = cases + len(corpus.attacks), harmless + len(corpus.harmless)
    return Attacked(cases, tuple(through), tuple(known), harmless, tuple(stopped), whole.hexdigest()[:16])


def read_corpus(path: Path, content: bytes) -> Corpus:
    """Read a corpus.

    Raises:
        PilotError: It is none.
    """
    try:
        return Corpus.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise PilotError(f"{path.name} is no list of attacks ({first}): {CORPUS} shows the form.") from error


class _Uncounted(Guards):
    """Guards whose findings are no findings of the pilot's."""

    def _count(self, guard: str, kind: str, action: str) -> None:
        """Count nothing."""


@contextmanager
def _attacking(settings: PlatformSettings, section: GuardsSection, corpus: Corpus) -> Iterator[Callable[[Case], bool]]:
    """Give what tells whether the guards stop a case."""
    database = open_sqlite("sqlite://")
    guards = _Uncounted(section, settings, database, corpus.hidden)

    def is_stopped(case: Case) -> bool:
        text = case.text.replace(MARK, LONG)
        if case.at == "question":
            return bool(guards.question(text).refusal)
        if case.at == "passage":
            return bool(guards.passage(text).refusal)
        return bool(guards.answer(text, corpus.quotes).refusal)

    try:
        yield is_stopped
    finally:
        database.close()


def as_evidence(found: Attacked, root: Path, distribution: str) -> Mapping[str, object]:
    """Write down what came of it; a text that came through is not repeated, as evidence is read by many."""
    return {
        "format": 1,
        "commit": commit_of(root) or "",
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": f"{distribution} red-team, corpus {found.digest}",
        "attacks": found.cases,
        "succeeded": len(found.through),
        "succeeded_by_family": _by_family(found.through),
        "known_weaknesses": [{"family": case.family, "at": case.at, "holds": case.holds} for case in found.known],
        "harmless": found.harmless,
        "harmless_stopped": len(found.stopped),
    }


def _by_family(cases: Sequence[Case]) -> dict[str, int]:
    families = [case.family or "none" for case in cases]
    return {family: families.count(family) for family in sorted(set(families))}


def keep(evidence: Mapping[str, object], root: Path) -> Path:
    """Replace the evidence, whole or not at all."""
    path = root / EVIDENCE
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(evidence, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return draft.replace(path)
