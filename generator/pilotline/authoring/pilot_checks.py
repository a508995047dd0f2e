"""What a pilot of a catalog is checked with: data of the catalog, since its pilots may be of any kind."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pilotline.authoring.pilot_environment import CHECKS
from pilotline.errors import CatalogError
from pilotline.template.answers import Answers
from pilotline.template.question_roles import said

Command = tuple[str, ...]
_FORM: Final = "Write `quick` and `thorough`, each a list of commands, into the answer that `called.checks` names."


@dataclass(frozen=True)
class PilotChecks:
    """The commands that a pilot is checked with, in order."""

    quick: tuple[Command, ...] = CHECKS[:-1]
    """Style, types, layers: what takes seconds."""
    thorough: tuple[Command, ...] = CHECKS[-1:]
    """Its tests."""

    @property
    def commands(self) -> tuple[Command, ...]:
        """All of them."""
        return (*self.quick, *self.thorough)


def read_checks(answers: Answers) -> PilotChecks:
    """Read what the catalog says that a pilot of some answers is checked with; the usual tools where it says nothing.

    Raises:
        CatalogError: It says it in another form.
    """
    written = said(answers.values, "checks")
    if written is None:
        return PilotChecks()
    if not isinstance(written, dict) or not set(written) <= {"quick", "thorough"}:
        raise CatalogError("copier.yml says what a pilot is checked with in another form than expected.", _FORM)
    return PilotChecks(_commands(written, "quick"), _commands(written, "thorough"))


def _commands(written: Mapping[str, object], kind: str) -> tuple[Command, ...]:
    lines = written.get(kind) or []
    if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
        raise CatalogError(f"copier.yml: the {kind} checks of a pilot are no list of commands.", _FORM)
    try:
        return tuple(tuple(shlex.split(line)) for line in lines)
    except ValueError as error:
        raise CatalogError(f"copier.yml: a {kind} check cannot be read as a command: {error}.", _FORM) from error
