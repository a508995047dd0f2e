"""Drafts how the KPI of the team is measured on its table: a query with one row for each case."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from ..written import quote, quote_name
from ..yaml_text import load_yaml
from .column_names import ALWAYS_MONEY
from .findings import Found

PERCENT: Final = r"%|per ?cent|prozent|pct"
PER_HUNDRED: Final = r"\bper (100|hundred)\b"
SHARE: Final = r"\b(share|part|fraction|rate|ratio|probability|anteil|quote)\b"
MONEY_UNIT: Final = r"(?:[A-Z]{3}\b|[€$£¥]|euro|dollar|pound).*"
NO_MONEY: Final = rf"{PERCENT}|\b(seconds?|minutes?|hours?|days?|weeks?|months?|years?|stunden?|tage?|minuten?)\b"


@dataclass(frozen=True)
class KpiDraft:
    """The measure for one KPI of kpis.yml, and what it counts, in words."""

    kpi: str
    sql: str
    form: str
    unit: str
    words: str
    title: str
    start: int
    end: int
    indent: int

    def text(self) -> str:
        """Write it as kpis.yml holds it."""
        pad = " " * self.indent
        query = "".join(f"{pad}  {line}\n" for line in self.sql.splitlines())
        unit, meaning = (json.dumps(text, ensure_ascii=False) for text in (self.unit, self.words))
        return f"{pad}sql: |-\n{query}{pad}form: {self.form}\n{pad}unit: {unit}\n{pad}meaning: {meaning}\n"

    def apply(self, content: str) -> str:
        """Put it in the place of what says that the measurement is pending; nothing else changes."""
        before, after = content[: self.start], content[self.end :]
        if before.endswith("\n"):
            return before + self.text() + after
        return before.rstrip() + "\n" + self.text() + after.removeprefix("\n")


def draft_kpi(content: str, found: Found) -> KpiDraft | None:
    """Find the first KPI whose measurement is pending, and draft it; None where there is none, or in another unit."""
    place = _pending(content)
    if place is None or find_other_unit(content, found) is not None:
        return None
    entry, start, end, indent = place
    unit = str(entry.get("unit", ""))
    value, form, words = _measured(found, unit)
    return KpiDraft(
        str(entry.get("id")), _query(found, value), form, unit, words, str(entry.get("title")), start, end, indent
    )


def title_that_waits(content: str) -> str:
    """Name the KPI whose measurement is pending: a column of its name is what it is about."""
    place = _pending(content)
    return str(place[0].get("title", "")) if place is not None else ""


def find_other_unit(content: str, found: Found) -> str | None:
    """Say that the KPI which waits is in a unit that money or a share of cases has not; other numbers may have any."""
    place = _pending(content)
    if place is None:
        return None
    title, unit = (str(place[0].get(name, "")) for name in ("title", "unit"))
    given = _money_for(unit, found) if found.seen.shape == "events" else _share_for(unit, found)
    if given is None:
        return None
    return (
        f"{title} is in {unit}, and {given}: its measurement is not drafted. Name the column that holds it, or write "
        "its query into kpis.yml; if what the table gives is meant, give the KPI its unit there."
    )


def _money_for(unit: str, found: Found) -> str | None:
    """Name a sum of money that is no measure in such a unit."""
    amount = found.part("amount") or found.part("price")
    what, _, _ = unit.lower().partition(" per ")
    is_other = re.search(NO_MONEY, what) is not None
    return f"{amount.name} gives money" if is_other and amount is not None and amount.hints(ALWAYS_MONEY) else None


def _share_for(unit: str, found: Found) -> str | None:
    """Name a share of cases that is no measure in such a unit."""
    outcome = found.seen.outcome
    if outcome is None or outcome.kind == "number":
        return None
    if re.search(f"{PERCENT}|{PER_HUNDRED}|{SHARE}", unit.lower()):
        return None
    if re.fullmatch(MONEY_UNIT, unit) and found.column("money") is not None:
        return None
    return f"{outcome.guess.column} gives a share of {found.words.cases}"


def read_text(root: Path) -> str:
    """Read kpis.yml; a pilot always has one."""
    return (root / "kpis.yml").read_text(encoding="utf-8")


def _pending(content: str) -> tuple[dict[str, object], int, int, int] | None:
    """Find where the value of `measure` stands in the text."""
    root = yaml.compose(content, Loader=yaml.SafeLoader)
    entries = load_yaml(content).get("kpis", [])
    listed = next((value for key, value in (root.value if root else ()) if key.value == "kpis"), None)
    for entry, node in zip(entries, listed.value if listed else [], strict=True):
        measure = entry.get("measure")
        if not isinstance(measure, dict) or "pending" not in measure:
            continue
        key, value = next(pair for pair in node.value if pair[0].value == "measure")
        start, end = _lines(content, value)
        return entry, start, end, key.start_mark.column + 2
    return None


def _lines(content: str, value: yaml.MappingNode) -> tuple[int, int]:
    """Return from where to where the value stands: whole lines of a block, without comments around it."""
    if value.flow_style:
        start, end = value.start_mark.index, value.end_mark.index
        return start, end
    start = content.rfind("\n", 0, value.start_mark.index) + 1
    last = value.value[-1][1].end_mark.index
    found = content.find("\n", last - 1 if content[last - 1] == "\n" else last)
    return start, len(content) if found < 0 else found + 1


def _measured(found: Found, unit: str) -> tuple[str, str, str]:
    """Return the value of a case, the form, and both in words."""
    if found.seen.shape == "events":
        return _event_value(found, unit)
    outcome = found.seen.outcome
    if outcome is None:
        return "1", "sum", "the number of cases"
    column = quote_name(outcome.guess.column)
    if outcome.kind == "number":
        return number_of(found, outcome.guess.column), "mean", f"the mean of {outcome.guess.column}"
    positive = outcome.positive or next(value for value, _ in found.profiles[outcome.guess.column].frequent)
    yes = f"trim(CAST({column} AS VARCHAR)) = {quote(positive)}"
    money = found.column("money")
    if money is not None and re.fullmatch(MONEY_UNIT, unit):
        amount = number_of(found, money)
        return (
            f"CASE WHEN {yes} THEN {amount} ELSE 0 END",
            "mean",
            f"{money} where {outcome.guess.column} is {positive}",
        )
    return _share(yes, f"{found.words.cases} whose {outcome.guess.column} is {positive}", unit.lower())


def _share(yes: str, whose: str, unit: str) -> tuple[str, str, str]:
    """Return the value of a case that is or is not so, in percent as a rate: that is judged from fewer cases."""
    if re.match(r"%|percent", unit):
        return f"CASE WHEN {yes} THEN 1 ELSE 0 END", "rate", f"how many of a hundred {whose}"
    if re.search(f"{PERCENT}|{PER_HUNDRED}", unit):
        return f"CASE WHEN {yes} THEN 100.0 ELSE 0 END", "mean", f"how many of a hundred {whose}"
    return f"CASE WHEN {yes} THEN 1.0 ELSE 0 END", "mean", f"the share of {whose}"


def _event_value(found: Found, unit: str) -> tuple[str, str, str]:
    amount, price, quantity = (found.column(part) for part in ("amount", "price", "quantity"))
    value = f"sum({quote_name(amount)})" if amount else f"sum({quote_name(price or '')} * {quote_name(quantity or '')})"
    named = amount or f"{price} times {quantity}"
    del unit
    return value, "mean", f"the mean sum of {named} for each {found.words.case} and month in which it has any"


def number_of(found: Found, column: str) -> str:
    """Return the column as a number: the contract has typed it."""
    del found
    return f"CAST({quote_name(column)} AS DOUBLE)"


def _query(found: Found, value: str) -> str:
    """Write the query: one row for each case, with its month; over the days that are asked for, where there is a day.

    Of events each month of a customer is a case; the months of one belong together, so the customer is their cluster.
    A group of a snapshot is no cluster: it has too few values to tell anything, and it is shown as slices.
    """
    key, day = found.column("case") or found.column("customer"), found.column("day")
    events = found.seen.shape == "events"
    case = quote_name(key) if key else "row_number() OVER ()"
    if events and key and day:
        case = f"concat_ws(' ', {quote_name(key)}, strftime({quote_name(day)}, '%Y-%m'))"
    columns = [f'{case} AS "case"', f"{value} AS value"]
    if day:
        columns.append(f"date_trunc('month', {quote_name(day)}) AS period")
    if events and key:
        columns.append(f"{quote_name(key)} AS cluster")
    lines = [f"SELECT {', '.join(columns)}", f"FROM {quote_name(found.table.name)}"]
    conditions = [f"{quote_name(day)} >= $since", f"{quote_name(day)} < $until"] if day else []
    if not events and found.seen.outcome is not None:
        conditions.insert(0, f"{quote_name(found.seen.outcome.guess.column)} IS NOT NULL")
    if conditions:
        lines.append(f"WHERE {' AND '.join(conditions)}")
    if events:
        lines.append("GROUP BY ALL")
    return "\n".join(lines)
