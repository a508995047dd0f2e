"""The pilot whose stage a command changes, and how it is shown what was done."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from pilotline.cli.options.common import echo_json, user_catalogs
from pilotline.cli.views.terminal import say
from pilotline.lifecycle.stand import Stand, look_at
from pilotline.lifecycle.turns import StageTurn

_F = TypeVar("_F", bound=Callable[..., Any])


def today() -> date:
    """Give the user's own day."""
    return date.today()  # noqa: DTZ011 - the user's own


def stand_here(path: Path) -> Stand:
    """Look at the pilot that a folder belongs to."""
    return look_at(path, today(), user_catalogs())


def because_option(function: _F) -> _F:
    """Add `--because`."""
    return click.option("--because", required=True, metavar="TEXT", help="The reason; it stays in the history.")(
        function
    )


def path_argument(function: _F) -> _F:
    """Add the argument `path`: a pilot or a folder in it."""
    return click.argument("path", type=click.Path(path_type=Path), default=".")(function)


def show_turn(turn: StageTurn, *, as_json: bool) -> None:
    """Show what was done, what could not be, and how to keep it."""
    if as_json:
        fields = {"what": turn.what, "written": list(turn.written), "notes": list(turn.notes)}
        echo_json({"format": 1, **fields})
        return
    say("\n".join([turn.said, *turn.notes, keep_it(turn.written, turn.what)]))


def keep_it(written: tuple[str, ...], word: str) -> str:
    """Name the command that commits what was written."""
    return f"Commit it: git add {' '.join(written)} && git commit -m '{word.capitalize()}'"
