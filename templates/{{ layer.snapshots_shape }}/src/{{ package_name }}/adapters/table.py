"""The table of cases: read from where it is, let in by its data contract, and turned into cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from .._platform import PilotError, SqlDatabase
from .._platform.case import CaseSettings
from .._platform.contracts import Access, Checked, Contract, enforce, permit, read_contract
from .._platform.raw_tables import read_raw
from .._platform.sections import TableSettings
from ..domain.case import NO, YES, Case, Known, Outcome, Value
from .model import Feature

DATES: Final = ("date", "timestamp")
NUMBERS: Final = ("integer", "number", "boolean", *DATES)
BANDS: Final = 4  # of a number with more different values than that
DAY: Final = 86_400e9  # nanoseconds


@dataclass(frozen=True)
class Reading:
    """What came of reading the table once: cases with an outcome, and those that wait for a decision."""

    known: tuple[Known, ...]
    waiting: tuple[Case, ...]
    features: tuple[Feature, ...]
    checked: Checked
    contract: Contract


class ContractedTable:
    """A table with a row for each case, under a data contract; other tables may give a case more columns."""

    def __init__(self, root: Path, tables: dict[str, TableSettings], case: CaseSettings, database: SqlDatabase) -> None:
        self._root = root
        self._tables = tables
        self._case = case
        self._database = database

    def read(self, access: Access) -> Reading:
        """Read the table, set bad rows aside, join what belongs to it, and tell known cases from waiting ones."""
        checked = self._enforced(self._case.table, access)
        rows, kinds = checked.valid, _kinds(checked.contract)
        for join in self._case.joins:
            other = self._enforced(join.table, access)
            rows = _joined(rows, other.valid, join.key, join.table)
            kinds |= {name: kind for name, kind in _kinds(other.contract).items() if name not in kinds}
        _need_columns(self._case, rows, checked.contract)
        rows, features = _since(rows, self._case.columns.day, _features(self._case, kinds), kinds)
        cases = _cases(rows, self._case, features)
        outcomes = _outcomes(rows, self._case)
        known = [Known(case, each) for case, each in zip(cases, outcomes, strict=True) if each is not None]
        waiting = [case for case, each in zip(cases, outcomes, strict=True) if each is None]
        _need_keys([each.case for each in known], waiting)
        return Reading(tuple(known), tuple(waiting), features, checked, checked.contract)

    def _enforced(self, name: str, access: Access) -> Checked:
        if name not in self._tables:
            raise PilotError(f"[case] asks for the table {name}: name it below [tables.{name}] in config/default.toml.")
        settings = self._tables[name]
        contract = read_contract(self._root / settings.contract)
        permit(contract, access)
        table = read_raw(self._root, settings, contract, self._database)
        money = self._case.columns.money if name == self._case.table else None
        worth = (lambda frame: frame[money].abs()) if money else None
        return enforce(contract, table, access=access, at_stake=worth)


def _joined(rows: pd.DataFrame, other: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    if key not in rows or key not in other:
        raise PilotError(f"The tables cannot be joined by {key}: both need that column. See [[case.joins]] in config/.")
    if other[key].duplicated().any():
        raise PilotError(f"{name} has several rows for one {key}: sum them up first, so that a case stays one row.")
    new = [column for column in other if column == key or column not in rows]
    return rows.merge(other[new], on=key, how="left")


def _kinds(contract: Contract) -> dict[str, str]:
    return {column.name: column.logical for column in contract.columns}


def _need_columns(case: CaseSettings, rows: pd.DataFrame, contract: Contract) -> None:
    """Name every column that plays a part and is in no contract."""
    rule = {"rule": case.rule.column} if case.rule else {}
    parts = {part: name for part, name in case.columns.model_dump().items() if name} | rule
    parts |= {f"slices: {name}": name for name in case.slices}
    absent = [f"{name} ({part})" for part, name in parts.items() if name not in rows]
    if absent:
        raise PilotError(
            f"{contract.id} does not have {', '.join(absent)}: put [case] right in config/default.toml, or add the "
            f"column to {contract.path.name}."
        )


def _features(case: CaseSettings, kinds: Mapping[str, str]) -> tuple[Feature, ...]:
    """Take the named features, else every column of the contract that plays no part and is not left out."""
    parts = {name for name in case.columns.model_dump().values() if name}
    if case.columns.group:  # a group may tell something as well
        parts.discard(case.columns.group)
    named = case.features or tuple(name for name in kinds if name not in parts and name not in case.left_out)
    unknown = [name for name in named if name not in kinds]
    if unknown or not named:
        listed = f"{', '.join(unknown)} in no contract" if unknown else "none is left"
        raise PilotError(f"Features to learn from: {listed}. Put [case] features right in config/default.toml.")
    return tuple(Feature(name, kinds[name] in NUMBERS) for name in named)


def _since(
    rows: pd.DataFrame, own: str | None, features: tuple[Feature, ...], kinds: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[Feature, ...]]:
    """Read days as days since then, where a case has its own day: no later case has one that a model has learned."""
    names = [each.name for each in features if own and each.name != own and kinds[each.name] in DATES]
    named = {name: f"days since {name}" for name in names}
    ages = {named[name]: (rows[own] - rows[name]).dt.total_seconds() * 1e9 / DAY for name in names}
    return rows.assign(**ages), tuple(replace(each, name=named.get(each.name, each.name)) for each in features)


def _cases(rows: pd.DataFrame, case: CaseSettings, features: Sequence[Feature]) -> list[Case]:
    columns = case.columns
    nothing: list[Value] = [None] * len(rows)
    names = [_text(v) for v in rows[columns.case]] if columns.case else [str(row) for row in range(1, len(rows) + 1)]
    days = list(pd.to_datetime(rows[columns.day]).dt.date) if columns.day else nothing
    groups = [_text(value) for value in rows[columns.group]] if columns.group else nothing
    money = rows[columns.money].fillna(0.0).astype(float) if columns.money else [1.0] * len(rows)
    told = today_column(case)
    today = _values(rows[told]) if told else nothing
    values = zip(*(_values(rows[feature.name]) for feature in features), strict=True)
    slices = list(zip(*(_bands(rows[name], name) for name in case.slices), strict=True)) or [()] * len(rows)
    found = zip(names, values, days, groups, money, today, slices, strict=True)
    return [
        Case(name, tuple(seen), day, group, float(worth), now, tuple(each for each in parts if each))
        for name, seen, day, group, worth, now, parts in found
    ]


def _bands(column: "pd.Series[Any]", name: str) -> list[str]:
    """Name the group of each row in a column; many different numbers are cut into bands of about the same size."""
    if not pd.api.types.is_numeric_dtype(column) or column.nunique() <= BANDS:
        return ["" if pd.isna(value) else f"{name} {_text(value)}" for value in column]
    bands = pd.qcut(column, BANDS, duplicates="drop")
    ends = {band: column[bands == band].agg(["min", "max"]) for band in bands.cat.categories}
    said = {band: f"{name} {_text(float(low))} to {_text(float(high))}" for band, (low, high) in ends.items()}
    return ["" if pd.isna(band) else said[band] for band in bands]


def today_column(case: CaseSettings) -> str | None:
    """Name the column that today's rule goes by, if the table has one."""
    if case.rule:
        return case.rule.column
    numeric = case.outcome_kind == "number"
    first, second = case.columns.decision, case.columns.score
    return (second or first) if numeric else (first or second)


def _values(column: "pd.Series[str]") -> list[Value]:
    """Give numbers as numbers, days as numbers of days, all else as text; the same text is kept once."""
    if pd.api.types.is_datetime64_any_dtype(column):
        nanoseconds = column.astype("datetime64[ns]").astype("int64")
        return [None if gap else value / DAY for gap, value in zip(column.isna(), nanoseconds, strict=True)]
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        numbers = column.astype("Float64" if column.hasnans else "float64")
        return [None if gap else float(value) for gap, value in zip(numbers.isna(), numbers, strict=True)]
    places, distinct = pd.factorize(column)
    told: list[Value] = [*(str(value) for value in distinct), None]
    return [told[place] for place in places]


def _text(value: object) -> str:
    """Write a name as people know it: 17 and not 17.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _outcomes(rows: pd.DataFrame, case: CaseSettings) -> list[Outcome | None]:
    """Read the outcome; a blank one is not known yet."""
    column = rows[str(case.columns.outcome)]
    given = column.notna()
    if case.outcome_kind == "number":
        numbers = pd.to_numeric(column, errors="coerce")
        return [float(value) if known else None for value, known in zip(numbers, given, strict=True)]
    texts = [_text(value) if known else None for value, known in zip(column, given, strict=True)]
    if case.outcome_kind == "class":
        return list(texts)
    positive = str(case.positive).lower()
    found = [None if text is None else YES if text.lower() == positive else NO for text in texts]
    if YES not in found and any(found):
        raise PilotError(
            f"No outcome in {case.columns.outcome} is {case.positive}: put `positive` right below [case] in config/."
        )
    return list(found)


def _need_keys(known: Sequence[Case], waiting: Sequence[Case]) -> None:
    """Refuse rows that cannot be told apart: a decision has to lead back to one of them."""
    keys = [case.key for case in (*known, *waiting)]
    if len(set(keys)) < len(keys):
        twice = next(key for key in pd.Series(keys).value_counts().index)
        raise PilotError(
            f"{twice} stands in the table more than once: name a column below [case.columns] in config/default.toml "
            "that makes a row one case (`case`, together with `day`), or mend the table."
        )
