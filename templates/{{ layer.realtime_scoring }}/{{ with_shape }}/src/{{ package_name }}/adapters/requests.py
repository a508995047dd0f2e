"""Requests as cases: a document under the data contract, read as a row of the table would be."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from .._platform.case import CaseSettings
from .._platform.contract_rules import Column, Contract
from .._platform.odcs import read_contract
from .._platform.sections import TableSettings
from .._platform.serving.contracted import Asked, request_model
from ..domain.case import NO, YES, Case, Outcome, Value
from .model import Feature
from .table import today_column

SINCE: Final = "days since "
SECONDS: Final = 86_400


class Requests:
    """What may be asked about, and how it becomes a case."""

    def __init__(
        self, root: Path, tables: dict[str, TableSettings], case: CaseSettings, features: Sequence[Feature]
    ) -> None:
        self._case, self._today = case, today_column(case)
        self._features = tuple(each.name for each in features)
        names = (case.table, *(join.table for join in case.joins))
        self._contracts = [read_contract(root / tables[name].contract) for name in names]
        known = {column.name: column for contract in reversed(self._contracts) for column in contract.columns}
        needed = {each.name.removeprefix(SINCE) for each in features} | {self._today or ""}
        also = {name for name in (case.columns.group, case.columns.money, case.columns.day) if name} - needed
        self._columns = {name: known[name] for name in (*needed, *also) if name in known}
        self.model = request_model("CaseData", self._contracts, needed, also)

    @property
    def contract(self) -> Contract:
        """The contract of the table of cases."""
        return self._contracts[0]

    def schema(self) -> dict[str, Any]:
        """Describe the document as JSON Schema."""
        return self.model.model_json_schema(by_alias=True)

    def example(self) -> dict[str, Any]:
        """Make up a document that keeps the contract: no person's."""
        rules = {rule.columns[0]: rule for rule in self.contract.rules if rule.check in ("among", "minimum")}
        aliases = [str(field.alias) for field in self.model.model_fields.values()]
        found = {}
        for name in aliases:
            rule = rules.get(name)
            if rule and isinstance(rule.value, tuple):
                found[name] = rule.value[0]
            else:
                found[name] = _example(self._columns[name], rule.value if rule else 1)
        return found

    def cases(self, asked: Sequence[tuple[str, Asked]]) -> list[Case]:
        """Make a case of each named document."""
        return [self._case_of(name, document.model_dump(by_alias=True)) for name, document in asked]

    def _case_of(self, name: str, told: Mapping[str, object]) -> Case:
        own, parts = self._case.columns.day, self._case.columns
        values = {each: _value(told.get(each), column) for each, column in self._columns.items()}
        day = told.get(own) if own else None
        if own and day is None:
            day = datetime.now(UTC).date()
            values[own] = _days(day)
        money, group = values.get(parts.money or ""), values.get(parts.group or "")
        return Case(
            name=name,
            features=tuple(_feature(each, values, own) for each in self._features),
            day=day.date() if isinstance(day, datetime) else day if isinstance(day, date) else None,
            group=None if group is None else f"{group:g}" if isinstance(group, float) else group,
            money=1.0 if parts.money is None else float(money or 0.0),
            today=values.get(self._today or ""),
        )

    def outcome(self, said: str | float) -> Outcome | None:
        """Read what became of a case, as the table's column would be read; None where it is no outcome."""
        case = self._case
        if case.outcome_kind == "number":
            return float(said) if not isinstance(said, str) else None
        text = str(said)
        if self.outcomes and text not in self.outcomes:
            return None
        if case.outcome_kind == "class":
            return text
        return YES if text.lower() == str(case.positive).lower() else NO

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Give the outcomes that the contract lists; none where it does not."""
        listed = next(
            (
                rule.value
                for rule in self.contract.rules
                if rule.columns == (self._case.columns.outcome,) and rule.check == "among"
            ),
            None,
        )
        return tuple(str(value) for value in listed) if isinstance(listed, tuple) else ()


def _feature(name: str, values: Mapping[str, Value], own: str | None) -> Value:
    """Read a feature; a day is that many days before the case's own."""
    if name in values:
        return values[name]
    since, now = values[name.removeprefix(SINCE)], values[own or ""]
    return now - since if isinstance(now, float) and isinstance(since, float) else None


def _value(given: object, column: Column) -> Value:
    """Give a value as the table would: numbers as numbers, days as numbers of days, all else as text."""
    if given is None or (isinstance(given, str) and (not given or given.strip().lower() in column.missing)):
        return None
    if isinstance(given, date):
        return _days(given)
    return given if isinstance(given, str) else float(given) if isinstance(given, int | float) else None


def _days(given: date) -> float:
    """Count days since 1970; a moment is read in UTC, as the table's are."""
    if isinstance(given, datetime):
        moment = given if given.tzinfo else given.replace(tzinfo=UTC)
        return moment.timestamp() / SECONDS
    return float((given - date(1970, 1, 1)).days)


def _example(column: Column, least: object) -> object:
    if column.logical in ("integer", "number"):
        return int(float(str(least)))
    examples: dict[str, object] = {
        "boolean": True,
        "date": date(2026, 1, 31).isoformat(),
        "timestamp": "2026-01-31T12:00:00Z",
    }
    return examples.get(column.logical, "as the table has it")
