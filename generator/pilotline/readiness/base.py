"""What a check is: rule, title and advice in one class, so that they cannot drift apart."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import ClassVar, NamedTuple, Protocol

from pilotline.pilot.stages import Stage
from pilotline.readiness.results import Card, Effort, Grade, Problem, Severity
from pilotline.readiness.view.pilot_view import Repository


class Check(ABC):
    """One rule about a pilot; see the package's docstring for how to write one."""

    id: ClassVar[str]
    title: ClassVar[str]
    stage: ClassVar[Stage]
    source: ClassVar[str]
    effort: ClassVar[Effort]
    advice: ClassVar[str]
    example: ClassVar[str] = ""
    severity: ClassVar[Severity] = Severity.ERROR
    grade: ClassVar[Grade] = Grade.STATIC
    applies_from: ClassVar[date | None] = None

    @cached_property
    def card(self) -> Card:
        """What is known about it before it runs."""
        return Card(
            id=self.id,
            title=self.title,
            why=(type(self).__doc__ or "").strip().splitlines()[0],
            stage=self.stage,
            severity=self.severity,
            grade=self.grade,
            source=self.source,
            effort=self.effort,
            advice=self.advice,
            example=self.example.strip("\n"),
            applies_from=self.applies_from,
        )

    def not_applicable(self, repo: Repository) -> str:
        """Say why the check does not apply to this pilot; empty when it does."""
        del repo
        return ""

    def law(self, repo: Repository) -> date | None:
        """Tell from which day a law asks for it; only a check whose day depends on the pilot overrides this."""
        del repo
        return self.applies_from

    def proof(self, repo: Repository) -> Grade:
        """Tell how strong the proof of passing is; only a check whose proof depends on the pilot overrides this."""
        del repo
        return self.grade

    @abstractmethod
    def find(self, repo: Repository) -> Iterable[Problem]:
        """Find what is wrong; nothing means that it passes.

        Raises:
            NotProvenError: It cannot be told here.
        """

    def mend(self, repo: Repository) -> Mapping[str, bytes]:
        """Write what can be mended without judgement: new content by path, and only of what is wrong."""
        del repo
        return {}


class Output(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str = ""


class NotProvenError(Exception):
    """What a check needs to know cannot be had here: no tool, no network, no history; the message says which.

    Args:
        message: What cannot be had.
        next_step: How to get it, where running the check again is not enough.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class Tools(Protocol):
    """The commands of the pilot's own environment."""

    @property
    def offline(self) -> bool:
        """Whether the network must not be used."""
        ...

    @property
    def place(self) -> str:
        """Where the commands come from, in words: the pilot's environment, or what stands in for it."""
        ...

    def run(self, command: Sequence[str], *, seconds: float = 600) -> Output:
        """Run a command in the pilot's folder.

        Raises:
            NotProvenError: It is not installed, or did not end in time.
        """
        ...


Measured = Mapping[str, object]
"""What a command found, as plain JSON values: small, and judged anew whenever it is read."""


class ExecutedCheck(Check):
    """A check that only a command can prove."""

    grade = Grade.EXECUTED
    needs_network: ClassVar[bool] = False
    proof_stage: ClassVar[Stage | None] = None
    """Stage from which the proof is required, where that is later than the check's own."""

    def find(self, repo: Repository) -> Iterable[Problem]:
        """Find what can be seen without running anything; most have no such part."""
        del repo
        return ()

    @abstractmethod
    def command(self, repo: Repository) -> str:
        """Name the command, for people and for the evidence."""

    @abstractmethod
    def measure(self, repo: Repository, tools: Tools) -> Measured:
        """Run the command and keep what matters.

        Raises:
            NotProvenError: The command cannot be run here.
        """

    @abstractmethod
    def judge(self, measured: Measured) -> Iterable[Problem]:
        """Judge what was measured, now or earlier."""
