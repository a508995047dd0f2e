"""Shows a draft to people: lines break between words, whatever the width of the terminal."""

import re
from shutil import get_terminal_size
from textwrap import wrap
from typing import Final

import click

from .drafting import Draft
from .findings import Found

WIDEST: Final = 100
PIPE: Final = 118
SHAPES: Final = {"events": "events: many lines of each case", "snapshots": "snapshots: one row of each case"}


def width() -> int:
    """Return the width to write for; without a terminal a fixed one."""
    return min(get_terminal_size((PIPE, 24)).columns, PIPE)


def title(text: str) -> None:
    """Head a part."""
    click.echo()
    line(click.style(text, bold=True))


def line(text: str, hanging: str = "") -> None:
    """Write a line, or several; what follows the first is indented."""
    plain = width() - 1
    shown = wrap(text, plain, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
    click.echo("\n".join(shown) if shown else "")


def item(text: str) -> None:
    """Write one of a list."""
    line(f"- {text}", "  ")


def pair(name: str, text: str, indent: int = 12) -> None:
    """Write a name and what belongs to it; on a narrow screen below each other."""
    if width() < 60:  # noqa: PLR2004 - a telephone, a column of a split screen
        line(f"  {name}: {text}", "    ")
        return
    line(f"  {name:<{indent}} {text}", " " * (indent + 3))


def show_found(found: Found) -> None:
    """Show what the table is, and what was made of its columns."""
    title(f"{found.table.shown}: {found.table.rows:,} rows, {SHAPES[found.seen.shape]}")
    line(f"Because {found.seen.why}.")
    title("Columns")
    for guess in found.guesses:
        pair(guess.shown, f"{guess.column} ({guess.why}{_kind(found, guess.column)})")
    if found.features:
        pair("features", ", ".join(found.features))
    if found.rule is not None:
        pair("rule today", _rule(found))
    if found.left_out:
        title("Left out, and why")
        for name, why in found.left_out.items():
            pair(name, why, indent=min(24, max(map(len, found.left_out))))


def _kind(found: Found, column: str) -> str:
    """Say how a column is written, where that is not plain."""
    each = found.profiles[column]
    if each.kind == "day" and each.format is not None:
        return f"; {each.format.shown}"
    return "; decimal comma" if each.numeric and each.decimal == "," else ""


def _rule(found: Found) -> str:
    rule = found.rule
    if rule is None:
        return ""
    above = f" above {rule.above:,g}" if rule.above is not None else ""
    below = f" below {rule.below:,g}" if rule.below is not None else ""
    among = f" is {' or '.join(rule.among)}" if rule.among else ""
    return f"{rule.column}{above}{below}{among} ({found.why_rule})"


def show_draft(draft: Draft) -> None:
    """Show the KPI's query and what is left to decide."""
    if draft.kpi is not None:
        title(f"{draft.kpi.title}: {draft.kpi.words}, in {draft.kpi.unit}")
        for query in draft.kpi.sql.splitlines():
            line(f"  {query}", "    ")
    title("Left to decide")
    for text in draft.decisions:
        item(re.sub(r"\s+", " ", text))
