"""Drafts a column of a contract: its type where it lies, how the pilot reads it, and how much of it may be bad.

What the standard calls required, typed or bounded holds for every row. What a share of rows may miss is a quality rule,
so that other tools that know the standard come to the pilot's verdict.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..contract_queries import outside, share_of, unreadable, values_of
from ..contract_rules import READING, Check, Column, Logical
from ..written import python_format
from .findings import Found
from .profiles import Profile
from .reading import Table

HEADROOM: Final = 1.5  # a contract tolerates half as much again as there is now
LEAST_TOLERATED: Final = 1.0  # percent
NEEDED: Final = ("case", "customer", "day", "amount", "price", "quantity")
KEYS: Final = ("case", "customer", "order")
BOUNDED: Final = ("amount", "price", "quantity", "money")
UNBELIEVABLE: Final = 1000  # times the largest of 99 in 100 amounts
FUTURE_IS_USUAL: Final = 0.01  # share of days after today from which they are plans, not mistakes
TYPES: Final[dict[str, Logical]] = {"day": "timestamp", "number": "number", "integer": "integer"}
ALIKE: Final = (("date", "timestamp"), ("integer", "number"))  # types of which the source's own is read
PLAIN: Final = {".": r"[+-]?(\d+[.]?\d*|[.]\d+)", ",": r"[+-]?\d[\d.]*(,\d+)?"}
Json = dict[str, object]


def draft_column(table: Table, each: Profile) -> Json:
    """Describe a column that may be missing: its type, how it is written, how much of it may be wrong."""
    described, rules = _describe(table, each)
    return described | ({"quality": rules} if rules else {})


def draft_part(found: Found, each: Profile, part: str | None) -> Json:
    """Describe a column of the main table, with what its part asks for."""
    read = replace(each, kind="text", tokens=()) if part in KEYS else each
    described, rules = _describe(found.table, read)
    if part in NEEDED:
        rules = [_given(f"{part} given", read, 100 * each.missing), *[rule for rule in rules if not _is_told(rule)]]
    bounds = _bounds(found, each, part)
    rules += [_bound_rule(found, read, part, check, bound) for check, bound in bounds]
    if believed := [bound for _, bound in bounds if bound != READING]:
        described["description"] = _beyond(found, part, believed)
    if part == "group":
        described["tags"] = ["slice"]
    if each.name in found.personal:
        described["tags"] = ["personal"]
    return described | ({"quality": rules} if rules else {})


def _describe(table: Table, each: Profile) -> tuple[Json, list[Json]]:
    source, column = table.source(each.name), column_of(table, each)
    described: Json = {"name": each.name, "logicalType": column.source}
    described |= {"physicalType": source.physical} if source.physical else {}
    described |= {"logicalTypeOptions": {"format": each.format.letters}} if column.format and each.format else {}
    custom: list[Json] = []
    if column.logical != column.source:
        custom.append({"property": "readAs", "value": column.logical})
    if column.written:
        custom.append({"property": "written", "value": column.written})
    described |= {"customProperties": custom} if custom else {}
    return described, [*_missing(each), *_readable(table, column, each)]


def column_of(table: Table, each: Profile) -> Column:
    """Return the column as the pilot will read it."""
    source = table.source(each.name).logical
    wanted = TYPES.get(each.kind, "string")
    logical = source if any({source, wanted} <= set(pair) for pair in ALIKE) else wanted
    counted = each.format.written if each.kind == "day" and each.format else None
    written = each.kind == "day" and source == "string" and each.format is not None
    if source == "string" and table.integration:
        source = logical  # no other tool can read days or numbers from a database's texts
    return Column(
        each.name,
        logical,
        format=python_format(each.format.letters) if written and each.format and each.format.letters else None,
        classification=None,
        written=counted,
        missing=frozenset(map(str.lower, each.tokens)) if each.kind != "text" else frozenset(),
        source=source,
    )


def _missing(each: Profile) -> list[Json]:
    """List what stands for no value."""
    if not each.tokens or each.kind == "text":
        return []
    return [_given(f"{each.name} may be missing", each, None)]


def _given(name: str, each: Profile, missing: float | None) -> Json:
    """Limit how many values may be missing; `None` tolerates all, and only lists what stands for none."""
    listed = each.tokens if each.kind != "text" else ()
    metric: Json = {"metric": "missingValues", "arguments": {"missingValues": list(listed)}}
    rule = limit(name, metric if listed else {"metric": "nullValues"}, missing or 0.0)
    return rule if missing is not None else rule | {"mustBeLessOrEqualTo": 100}


def _is_told(rule: Json) -> bool:
    return rule.get("metric") == "missingValues"


def _readable(table: Table, column: Column, each: Profile) -> list[Json]:
    """Limit how many values may not be readable, where the source's own type does not rule that out."""
    if column.logical == "string" or table.source(each.name).logical != "string":
        return []
    if column.source != "string":
        return [limit(f"{each.name} readable", {"metric": "invalidValues"}, 100 * each.wrong)]
    query = share_of(unreadable(column, _value(column, each)))
    asked: Json = {"query": query, "description": f"Percent of the rows whose {each.name} cannot be read"}
    return [limit(f"{each.name} readable", asked, 100 * each.wrong)]


def _value(column: Column, each: Profile) -> str:
    """Choose the SQL that reads the values: plain where they are written plainly."""
    values = values_of(column)
    if len(values) == 1:
        return values[0]
    plain = all(re.fullmatch(PLAIN[each.decimal], value) for value in each.samples if not _is_wrong(value))
    return values[(0 if plain else 2) + (each.decimal == ",")]


def _is_wrong(value: str) -> bool:
    return re.search(r"\d", value) is None


def _bounds(found: Found, each: Profile, part: str | None) -> list[tuple[Check, object]]:
    if part in BOUNDED:
        return _amounts(each)
    if part != "day":
        return []
    bounds: list[tuple[Check, object]] = []
    if found.days is not None and found.beyond:  # to whole years around those that are believed
        first, last = found.days
        bounds += [("minimum", f"{first.year}-01-01"), ("maximum", f"{last.year + 10}-01-01")]
    return bounds + ([("maximum", READING)] if each.future < FUTURE_IS_USUAL else [])


def _amounts(each: Profile) -> list[tuple[Check, object]]:
    """Bound amounts only where one is a thousand times larger than nearly all."""
    most, usual = each.most, max(abs(each.high or 0.0), abs(each.low or 0.0))
    if not isinstance(most, float) or not usual or most <= UNBELIEVABLE * usual:
        return []
    return [("maximum", 10.0 ** math.ceil(math.log10(usual * 10)))]


def _bound_rule(found: Found, each: Profile, part: str | None, check: Check, bound: object) -> Json:
    column = column_of(found.table, each)
    query = share_of(outside(check, _value(column, each), bound))
    if bound == READING:
        asked: Json = {"query": query, "description": f"Percent of the rows whose {each.name} lies after today"}
        return limit(f"{part} not after today", asked, 100 * each.future)
    asked = {"query": query, "description": f"Percent of the rows whose {each.name} cannot be believed"}
    return limit(f"{part} believable, {check}", asked, 100 * found.beyond / each.rows if part == "day" else 0.0)


def _beyond(found: Found, part: str | None, bounds: Sequence[object]) -> str:
    between = " to ".join(map(str, bounds))
    if part == "day":
        return f"{found.beyond} rows have a day that cannot be believed (outside {between}): they are set aside"
    return f"Values above {bounds[0]:,.0f} cannot be believed beside the others: they are set aside"


def limit(name: str, asked: Json, found: float) -> Json:
    """Tolerate half as much again as there is now, and at least one percent; never all."""
    tolerated = min(50.0, max(LEAST_TOLERATED, round(HEADROOM * found, 1)))
    kind = "sql" if "query" in asked else "library"
    return {"name": name, "type": kind, **asked, "unit": "percent", "mustBeLessOrEqualTo": tolerated}
