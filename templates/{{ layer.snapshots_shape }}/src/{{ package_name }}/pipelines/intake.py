"""Take the table in: what can be learned from, what waits for a decision, and what was set aside."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .._platform import PilotError
from .._platform.contracts import Checked
from .._platform.counted_reading import read_counted
from ..adapters.model import Feature, Kind, SklearnLearner
from ..adapters.table import Reading
from ..bootstrap import Parts
from ..domain.case import Case, Known, labels
from ..domain.decision import Decision
from ..domain.rule import Rule

LEAST = 60  # known outcomes without which nothing can be learned and judged


@dataclass(frozen=True)
class Due:
    """The cases that are to be decided on now; `waiting` tells that their outcome is not known yet."""

    cases: tuple[Case, ...]
    waiting: bool

    @property
    def period(self) -> str:
        """Name them: by their newest day, and by which cases they are."""
        digest = hashlib.sha256("\n".join(sorted(case.key for case in self.cases)).encode()).hexdigest()[:6]
        days = [case.day for case in self.cases if case.day]
        return f"{max(days)}.{digest}" if days else digest


@dataclass(frozen=True)
class Intake:
    """The table as the pipelines see it."""

    known: tuple[Known, ...]
    due: Due
    features: tuple[Feature, ...]
    labels: tuple[str, ...]
    decision: Decision
    rule: Rule
    checked: Checked
    contract: str
    set_aside: Path | None

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the known cases, where they have one."""
        found = [each.case.day for each in self.known if each.case.day]
        return (min(found), max(found)) if found else None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    def learner(self, parts: Parts, kind: Kind) -> SklearnLearner:
        """Make a learner for this table."""
        return parts.learner(kind, self.features, self.labels)


def read_table(parts: Parts, purpose: str) -> Intake:
    """Read the table once, keep what was set aside, and count it."""
    reading, aside = read_counted(parts.settings, lambda: parts.read(purpose))
    known, due = _due(reading)
    words = parts.words
    if len(known) < LEAST:
        raise PilotError(
            f"{len(known)} {words.cases} have a known {words.outcome}: too few to learn from some and judge by others. "
            f"Bring at least {LEAST}."
        )
    found = labels(known)
    decision, rule = parts.settings.decision_on(found), parts.settings.rule_in_use
    contract = reading.contract.id
    return Intake(known, due, reading.features, found, decision, rule, reading.checked, contract, aside)


def _due(reading: Reading) -> tuple[tuple[Known, ...], Due]:
    """Decide on the cases without an outcome; where all have one, on the newest month or day, without learning it."""
    newest = max((each.case.day for each in reading.known if each.case.day), default=None)
    if reading.waiting or newest is None:
        return reading.known, Due(reading.waiting, waiting=True)
    start = newest.replace(day=1)
    if all(_is_since(each, start) for each in reading.known):
        start = newest
    before = tuple(each for each in reading.known if not _is_since(each, start))
    due = tuple(each.case for each in reading.known if _is_since(each, start))
    return (before, Due(due, waiting=False)) if len(before) >= LEAST else (reading.known, Due((), waiting=True))


def _is_since(known: Known, day: date) -> bool:
    return known.case.day is not None and known.case.day >= day


def cases_of(known: Sequence[Known]) -> list[Case]:
    """Give the cases alone."""
    return [each.case for each in known]
