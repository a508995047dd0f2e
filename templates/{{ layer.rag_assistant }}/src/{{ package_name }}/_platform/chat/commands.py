"""`cases`: questions for the evaluation, made of what people asked and said."""

import json
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

import click

from .. import PilotError
from ..manifest import PACKAGE

CASES: Final = f"{PACKAGE}.entrypoints.cases"
AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one object instead of lines.")


def cases_command() -> click.Group:
    """Make the commands."""

    @click.group("cases")
    def cases() -> None:
        """Make questions of the evaluation out of what people asked, and of what they said of the answers."""

    @cases.command("draft")
    @AS_JSON
    def draft(*, as_json: bool) -> None:
        """Draft a line for each answer with a verdict: a person completes it with the right source."""
        _show(_module().draft(), as_json=as_json)

    @cases.command("accept")
    @AS_JSON
    def accept(*, as_json: bool) -> None:
        """Add the completed lines to the questions; then look at them and freeze."""
        _show(_module().accept(), as_json=as_json)

    return cases


def _show(found: dict[str, object], *, as_json: bool) -> None:
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(map(str, found["said"])))  # type: ignore[call-overload]


def _module() -> ModuleType:
    if find_spec(CASES) is None:
        raise PilotError(
            "This pilot has no entrypoints/cases.py: copy it from a new pilot of this architecture, or write one."
        )
    return import_module(CASES)
