"""The words of a report: stages, grades, statuses, problems and results; all plain values."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from pilotline.documents.section import NOWHERE, Location
from pilotline.pilot.stages import Stage


class Severity(StrEnum):
    """Whether a failure blocks the stage."""

    ERROR = "error"
    WARNING = "warning"


class Grade(StrEnum):
    """How strong the proof is: somebody's word, a file that was read, or a command that ran."""

    ATTESTED = "attested"
    STATIC = "static"
    EXECUTED = "executed"

    @property
    def weight(self) -> float:
        """Points of a passing check (after the ML Test Score, which knows only 0.5 and 1)."""
        return {"attested": 0.5, "static": 0.75, "executed": 1.0}[self.value]


class Status(StrEnum):
    """How one check ended."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    WARN = "warn"
    SKIP = "skip"
    ERROR = "error"
    WAIVED = "waived"


class Reason(StrEnum):
    """Why a check was skipped; only the first blocks."""

    NOT_PROVEN = "not_proven"
    NOT_APPLICABLE = "not_applicable"


class Effort(StrEnum):
    """How long mending usually takes one person."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"

    @property
    def rank(self) -> int:
        """Order of the efforts, smallest first."""
        return list(Effort).index(self)


class Problem(NamedTuple):
    """One thing that is wrong."""

    message: str
    location: Location = NOWHERE
    calendar: bool = False
    """Whether only the passing of time made it wrong: it warns now and counts in a promotion."""
    stage: "Stage | None" = None
    """Stage from which it blocks, where that is later than the check's own."""


class Card(NamedTuple):
    """What is known about a check before it runs."""

    id: str
    title: str
    why: str
    stage: Stage
    source: str
    effort: Effort
    advice: str
    severity: Severity = Severity.ERROR
    grade: Grade = Grade.STATIC
    example: str = ""
    applies_from: date | None = None

    @property
    def family(self) -> str:
        """The three letters before the number."""
        return self.id.rstrip("0123456789")


_NO_NOTES: Final[Mapping[str, str]] = {}


class Result(NamedTuple):
    """How one check ended for one pilot."""

    card: Card
    status: Status
    stage: Stage
    """Stage from which this outcome blocks."""
    grade: Grade
    """Strength of the proof that there is."""
    message: str = ""
    reason: Reason | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    calendar: bool = False
    next_step: str = ""
    """What to do instead of the check's advice, where the proof cannot be had here."""
    notes: Mapping[str, str] = _NO_NOTES
    """Further facts for machines, such as who waived it until when."""

    @property
    def location(self) -> Location:
        """The first place to look at."""
        return self.problems[0].location if self.problems else Location()

    @property
    def is_unproven(self) -> bool:
        """Whether only the proof is missing."""
        return self.reason is Reason.NOT_PROVEN and self.status is Status.SKIP

    @property
    def advice(self) -> str:
        """The next step: mend it, or prove it where nothing is known to be wrong."""
        prove = self.next_step or "Prove it: commit, then `pilotline check --run`."
        return prove if self.is_unproven else self.card.advice

    @property
    def effort(self) -> Effort:
        """How long the next step takes; proving is a command."""
        return Effort.MINUTES if self.is_unproven else self.card.effort

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.is_unproven or self.status in {Status.FAIL, Status.ERROR, Status.WARN}

    def blocks(self, *, strict: bool = False) -> bool:
        """Tell whether it keeps the pilot from its stage; `strict` counts calendar findings, as a promotion does."""
        if self.status is Status.WARN:
            return strict and self.calendar and self.card.severity is Severity.ERROR
        return self.is_open and self.card.severity is Severity.ERROR
