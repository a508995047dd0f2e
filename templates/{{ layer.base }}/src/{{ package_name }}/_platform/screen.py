"""Where results go: progress for people, tables, or one object for programs."""

import json
import sys
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

PLAIN_WIDTH = 118
SPAN = 11  # `(-43,724 to`: the longest word of an interval stays whole
Json = dict[str, object]


@dataclass(frozen=True)
class Screen:
    """Results go to standard output, progress to standard error; without a terminal both are plain text."""

    as_json: bool
    out: Console
    err: Console

    @classmethod
    def open(cls, *, as_json: bool) -> Self:
        """Look where the output goes; a pipe gets a fixed width instead of a terminal's."""
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        return cls(as_json, Console(highlight=False, width=width), Console(stderr=True, highlight=False))

    def step(self, text: str) -> None:
        """Say which step begins."""
        self.err.print(f"[bold]{escape(text)}[/bold]")

    def progress(self, text: str) -> None:
        """Say what a step is doing."""
        self.err.print(f"  {escape(text)}", style="dim", soft_wrap=True)

    def title(self, text: str) -> None:
        """Head a part of the result."""
        if not self.as_json:
            self.out.print(f"\n[bold]{escape(text)}[/bold]")

    def line(self, text: str = "") -> None:
        """Write a line of the result."""
        if not self.as_json:
            self.out.print(escape(text))

    def pair(self, name: str, text: str) -> None:
        """Write where something is; a path is never broken in two."""
        if not self.as_json:
            self.out.print(f"  {escape(name):<14} {escape(text)}", soft_wrap=True)

    def table(self, table: Table) -> None:
        """Write a table of the result."""
        if not self.as_json:
            self.out.print(table)

    def finish(self, value: Json) -> None:
        """Write the result as one object, when that was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False) + "\n")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def grid(*columns: str, right: tuple[int, ...] = (), spans: tuple[int, ...] = ()) -> Table:
    """Make a table with plain lines; `right` names the columns of numbers, `spans` those with an interval.

    A number never breaks; an interval does between its ends, so that a narrow screen keeps every column.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(columns):
        table.add_column(
            name,
            justify="right" if place in (*right, *spans) else "left",
            no_wrap=place in right,
            min_width=SPAN if place in spans else None,
            overflow="fold",
        )
    return table
