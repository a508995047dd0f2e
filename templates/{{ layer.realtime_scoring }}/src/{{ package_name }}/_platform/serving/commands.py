"""`rollout`: see how far a new model is, and move it on or back by hand."""

import json
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

import click

from .. import PilotError
from ..commands.showing import account
from ..manifest import PACKAGE

ROLLOUT: Final = f"{PACKAGE}.entrypoints.rollout"
WORDS: Final = {"on": "Take the next step with it: to its share, or to all.", "back": "Take it back, for good."}


def rollout_command() -> click.Group:
    """Make the command."""

    @click.group("rollout", invoke_without_command=True)
    @click.option("--json", "as_json", is_flag=True, help="Print one object instead of lines.")
    @click.pass_context
    def rollout(context: click.Context, *, as_json: bool) -> None:
        """Show how far a new model is, or move it on or back."""
        if context.invoked_subcommand is None:
            _show(as_json=as_json)

    for word in WORDS:
        rollout.add_command(_move(word))
    return rollout


def _move(word: str) -> click.Command:
    @click.command(word, help=WORDS[word])
    @click.option("--by", "who", default=account, show_default="your account", help="Who decides it.")
    @click.option("--why", required=True, help="The reason, for those who read it later.")
    def move(*, who: str, why: str) -> None:
        click.echo(_module().move(word, who, why))

    return move


def _show(*, as_json: bool) -> None:
    found = _module().show()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(found["now"])
    for step in found["steps"]:
        click.echo(f"  {step['at']}  version {step['version']}: {step['stage']}, by {step['who']}: {step['why']}")


def _module() -> ModuleType:
    if find_spec(ROLLOUT) is None:
        raise PilotError("There is no model to take up yet: the code that answers comes with the shape of your table.")
    return import_module(ROLLOUT)
