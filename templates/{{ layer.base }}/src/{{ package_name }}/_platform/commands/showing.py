"""What the platform's commands share: rows as a table or as JSON, and who is at the keyboard."""

import json
import sys
from collections.abc import Sequence
from getpass import getuser
from typing import Final

import click

from .. import PilotError

WIDTH: Final = 118
AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")


def show(rows: Sequence[dict[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, default=str))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(escape(_cell(row.get(column))) for column in columns))
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def account() -> str:
    """Return the name of this account; in a container it may have none."""
    try:
        return getuser()
    except (KeyError, OSError):
        raise PilotError("This account has no name: say who it is with --by NAME.") from None
