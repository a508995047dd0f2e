"""Errors that a user can act on, and the exit codes that they end in.

An error says what is wrong and where; its `hint` is the next step. Errors never print themselves: one handler in the
command line turns them into text and an exit code.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """What the shell sees; the same meaning for every command."""

    DONE = 0
    FOUND = 1
    REFUSED = 2
    FAULT = 3
    INTERRUPTED = 130


class PilotlineError(Exception):
    """Base of all errors that a user can act on."""

    exit_code = ExitCode.REFUSED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Callable[..., "PilotlineError"], tuple[object, ...]]:
        """Cross a process as it is, whatever its `__init__` asks for: an error that cannot ends a pool of them."""
        return _remake, (type(self), self.args, vars(self))


def _remake(kind: type[PilotlineError], arguments: tuple[object, ...], state: Mapping[str, object]) -> PilotlineError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(state)
    return error


class AnswerProblem(NamedTuple):
    """What is wrong with one answer; with several together where it names no question."""

    question: str
    reason: str
    missing: bool = False

    def __str__(self) -> str:
        """Say it in one line, as people read it."""
        if not self.question:
            return self.reason
        return f"{self.question} is missing: {self.reason}" if self.missing else f"{self.question}: {self.reason}"


class AnswersError(PilotlineError):
    """Answers that cannot be accepted: all of them at once, so that they are mended in one go."""

    def __init__(self, problems: Sequence[AnswerProblem], hint: str) -> None:
        count = "One answer needs" if len(problems) == 1 else f"{len(problems)} answers need"
        super().__init__("\n".join([f"{count} your attention:", *(f"  - {problem}" for problem in problems)]), hint)
        self.problems = tuple(problems)


class CatalogError(PilotlineError):
    """A catalog that is not there, is none, or holds a mistake."""


class UnsupportedTemplateError(CatalogError):
    """A template feature that only Copier itself renders."""


class CopierVersionError(CatalogError):
    """A catalog asks for a version of Copier that is later than the rules followed here, or is none."""


class UnrepeatableTemplateError(CatalogError):
    """A template whose result depends on where or when it is rendered, so that a merge would have no true base."""


class UntrustedError(CatalogError):
    """A catalog would run code of its own, and nobody said that it may."""


class ConfigError(PilotlineError):
    """The user's configuration file cannot be used."""


class DestinationError(PilotlineError):
    """The place to write to is taken or cannot be written."""


class GitError(PilotlineError):
    """Git is missing, or refused what it was asked."""
