"""Reads an Open Data Contract Standard file into rules that can be enforced; what cannot be mapped is an error."""

from pathlib import Path
from typing import Final

import yaml
from open_data_contract_standard.model import DataQuality, OpenDataContractStandard, SchemaObject, SchemaProperty
from pydantic import ValidationError

from . import PilotError
from .contract_queries import outside, read_query, read_repeated, share_of, share_repeated, values_of
from .contract_rules import NONE_TOLERATED, READING, Check, Column, Contract, Freshness, Limit, Logical, Rule
from .odcs_limits import least_rows_of, limit_of
from .odcs_parts import as_text, custom, first_line, is_sound, missing_values, owner_of
from .written import COUNTED, DATE_LETTERS, Counted, python_format

LOGICAL: Final = ("string", "integer", "number", "boolean", "date", "timestamp")
DAYS: Final = ("date", "timestamp")
OPTIONS: Final[dict[str, Check]] = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "minLength": "shortest",
    "maxLength": "longest",
    "pattern": "pattern",
}
WORDS: Final[dict[Check, str]] = {
    "minimum": "is at least",
    "maximum": "is at most",
    "above": "is above",
    "below": "is below",
    "shortest": "has a length of at least",
    "longest": "has a length of at most",
    "pattern": "fits the pattern",
}
AGES: Final = ("latency", "ly", "freshness")  # agreements on how old the newest row may be
PER_DAY: Final = {"d": 1, "day": 1, "days": 1, "h": 24, "hr": 24, "hour": 24, "hours": 24, "m": 1440, "minutes": 1440}
METRICS: Final = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")


def read_contract(path: Path) -> Contract:
    """Read the file; every rule that cannot be mapped is reported in one PilotError."""
    try:
        source = OpenDataContractStandard.from_string(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, ValidationError, TypeError) as error:
        raise PilotError(
            f"{path} is not a data contract of the Open Data Contract Standard: {first_line(error)}."
        ) from error
    return _Reader(path, source).read()


class _Reader:
    """Maps one file, collecting every problem before it refuses."""

    def __init__(self, path: Path, source: OpenDataContractStandard) -> None:
        self._path = path
        self._source = source
        self._problems: list[str] = []
        self._least_rows = 1
        tolerated = custom(source.customProperties, "toleratedBadRowsPercent")
        self._default = Limit(share=float(str(tolerated)) / 100 if tolerated is not None else NONE_TOLERATED)

    def read(self) -> Contract:
        """Return the contract, or raise with all problems."""
        table = self._only_table()
        properties = table.properties or []
        columns = tuple(self._column(item) for item in properties)
        pairs = zip(properties, columns, strict=True)
        rules = [rule for item, column in pairs for rule in self._rules_of(item, column)]
        rules += self._table_rules(table)
        contract = Contract(
            id=self._needed(self._source.id, "id"),
            version=self._needed(self._source.version, "version"),
            owner=self._needed(owner_of(self._source), "team: a member whose role is owner"),
            classification=self._needed(
                as_text(custom(self._source.customProperties, "classification")), "classification"
            ),
            readers=frozenset(
                role.role for role in self._source.roles or [] if role.role and role.access in ("read", "write")
            ),
            columns=columns,
            rules=tuple(rules),
            least_rows=self._least_rows,
            path=self._path,
            freshness=self._freshness([item.name or "" for item in properties]),
        )
        self._problems += [f"{rule.name}: no regular expression" for rule in rules if not is_sound(rule)]
        if self._problems:
            raise PilotError(
                f"{self._path} holds what cannot be enforced: {'; '.join(self._problems)}. Change or remove it."
            )
        return contract

    def _freshness(self, columns: list[str]) -> Freshness | None:
        """Read how old the newest row may be; an agreement on anything else is for people."""
        for each in self._source.slaProperties or []:
            if each.property not in AGES or not each.element:
                continue
            column, per_day = str(each.element).rpartition(".")[2], PER_DAY.get(str(each.unit or "d").lower())
            if column not in columns or per_day is None:
                self._problems.append(f"slaProperties: {each.property} of {each.element} in {each.unit} has no meaning")
                continue
            return Freshness(column, float(str(each.value)) / per_day)
        return None

    def _needed(self, value: str | None, what: str) -> str:
        if not value:
            self._problems.append(f"{what} is missing")
        return value or ""

    def _only_table(self) -> SchemaObject:
        tables = self._source.schema_ or []
        if len(tables) != 1:
            raise PilotError(f"{self._path} describes {len(tables)} tables: write one contract for each table.")
        return tables[0]

    def _column(self, item: SchemaProperty) -> Column:
        name = self._needed(item.name, "a property's name")
        source = self._logical(name, "logicalType", item.logicalType)
        read_as = as_text(custom(item.customProperties, "readAs"))
        return Column(
            name,
            source if read_as is None else self._logical(name, "readAs", read_as),
            self._format(name, as_text((item.logicalTypeOptions or {}).get("format"))),
            item.classification,
            self._written(item),
            frozenset(map(str.lower, missing_values(item))),
            source,
        )

    def _logical(self, name: str, told: str, value: str | None) -> Logical:
        for known in LOGICAL:
            if known == value:
                return known
        self._problems.append(f"{name}: {told} {value} is none of {', '.join(LOGICAL)}")
        return "string"

    def _written(self, item: SchemaProperty) -> Counted | None:
        """Say how days are counted, where they are: the standard has a pattern for written days only."""
        named = as_text(custom(item.customProperties, "written"))
        found = next((each for each in COUNTED if each == named), None)
        if named is not None and found is None:
            self._problems.append(f"{item.name}: written is {named}, which is none of {', '.join(COUNTED)}")
        return found

    def _format(self, name: str, pattern: str | None) -> str | None:
        """Translate the standard's date pattern into Python's."""
        found = None if pattern is None else python_format(pattern)
        if pattern is not None and found is None:
            self._problems.append(f"{name}: the format {pattern} has other letters than {' '.join(DATE_LETTERS)}")
        return found

    def _rules_of(self, item: SchemaProperty, column: Column) -> list[Rule]:
        name = column.name
        limits: dict[str, Limit] = {}
        rules: list[Rule] = []
        for quality in item.quality or []:
            if quality.type == "sql":
                rules += self._query_rules(quality, column, limits)
                continue
            metric = self._metric(quality, name)
            arguments = quality.arguments or {}
            if metric in ("nullValues", "missingValues"):
                limits |= self._required(quality, name)
            elif metric == "invalidValues" and not arguments:
                limits["valid"] = self._limit(quality, name)
            elif metric == "invalidValues":
                rules += self._argument_rules(quality, name)
            elif metric == "duplicateValues":
                rules.append(Rule(f"{name} is unique", (name,), "unique", None, self._limit(quality, name)))
            elif metric:
                self._problems.append(f"{name}: the metric {metric} belongs to the table, not to a column")
        return self._own_rules(item, column, limits) + rules

    def _query_rules(self, quality: DataQuality, column: Column, limits: dict[str, Limit]) -> list[Rule]:
        """Read a rule that is a query; what cannot be read is a limit of the column's own rule on its type."""
        found = read_query(quality.query or "", column)
        limit = self._limit(quality, column.name)
        if found is None:
            self._problems.append(
                f"{column.name}: the query of {quality.name or 'a quality rule'} has no mapping to rows, as has "
                + share_of(outside("maximum", values_of(column)[0], READING if column.logical in DAYS else 0))
            )
            return []
        check, bound = found
        if check == "type":
            limits["type"] = limit
            return []
        words = "is not after the day of reading" if bound == READING else f"{WORDS[check]} {bound}"
        return [Rule(f"{column.name} {words}", (column.name,), check, bound, limit)]

    def _required(self, quality: DataQuality, name: str) -> dict[str, Limit]:
        """Ask for values, unless all may be missing: then the rule only names what stands for none."""
        limit = self._limit(quality, name)
        return {} if limit.rows is None and limit.share >= 1 else {"required": limit}

    def _own_rules(self, item: SchemaProperty, column: Column, limits: dict[str, Limit]) -> list[Rule]:
        name, valid = column.name, limits.get("valid", self._default)
        rules = []
        if item.required or "required" in limits:
            rules.append(Rule(f"{name} is given", (name,), "required", None, limits.get("required", self._default)))
        if column.logical != "string":
            article = "an" if column.logical == "integer" else "a"
            words = f"{name} is {article} {column.logical}"
            rules.append(Rule(words, (name,), "type", None, limits.get("type", valid)))
        for option, value in (item.logicalTypeOptions or {}).items():
            if option in OPTIONS:
                words = f"{name} {WORDS[OPTIONS[option]]} {value}"
                rules.append(Rule(words, (name,), OPTIONS[option], value, valid))
            elif option != "format":
                self._problems.append(f"{name}: the option {option} is not known")
        if custom(item.customProperties, "notAfterReading") and column.logical in DAYS:
            rules.append(Rule(f"{name} is not after the day of reading", (name,), "maximum", READING, valid))
        if item.enum:
            rules.append(
                Rule(f"{name} is one of its values", (name,), "among", tuple(e.value for e in item.enum), valid)
            )
        if item.unique or item.primaryKey:
            rules.append(Rule(f"{name} is unique", (name,), "unique", None, self._default))
        return rules

    def _argument_rules(self, quality: DataQuality, name: str) -> list[Rule]:
        limit, rules = self._limit(quality, name), []
        for argument, value in (quality.arguments or {}).items():
            if argument == "validValues" and isinstance(value, list):
                rules.append(Rule(quality.name or f"{name} is a valid value", (name,), "among", tuple(value), limit))
            elif argument == "pattern":
                rules.append(Rule(quality.name or f"{name} fits its pattern", (name,), "pattern", value, limit))
            else:
                self._problems.append(f"{name}: invalidValues has the unknown argument {argument}")
        return rules

    def _table_rules(self, table: SchemaObject) -> list[Rule]:
        rules = []
        for quality in table.quality or []:
            if quality.type == "sql":
                rules += self._repeated(quality)
                continue
            metric = self._metric(quality, "the table")
            columns = (quality.arguments or {}).get("properties")
            if metric == "rowCount":
                self._least_rows = self._row_count(quality)
            elif metric == "duplicateValues" and isinstance(columns, list):
                limit = self._limit(quality, "the table")
                rules.append(
                    Rule(quality.name or "a row is there once", tuple(map(str, columns)), "unique", None, limit)
                )
            elif metric:
                self._problems.append(f"the table: {metric} needs arguments.properties, or belongs to a column")
        return rules

    def _repeated(self, quality: DataQuality) -> list[Rule]:
        columns = read_repeated(quality.query or "")
        if columns is None:
            self._problems.append(
                f"the table: the query of {quality.name or 'a quality rule'} has no mapping to rows, as has "
                + share_repeated(["COLUMN", "…"])
            )
            return []
        limit = self._limit(quality, "the table")
        return [Rule(quality.name or "a row is there once", columns, "unique", None, limit)]

    def _metric(self, quality: DataQuality, place: str) -> str | None:
        metric = quality.metric or quality.rule
        if quality.type == "text":
            return None
        if quality.type not in (None, "library") or metric not in METRICS:
            self._problems.append(
                f"{place}: a quality rule of type {quality.type or 'library'} ({metric}) has no mapping"
            )
            return None
        return metric

    def _row_count(self, quality: DataQuality) -> int:
        found = least_rows_of(quality)
        if found is None:
            self._problems.append("the table: rowCount takes mustBeGreaterThan or mustBeGreaterOrEqualTo")
        return 1 if found is None else found

    def _limit(self, quality: DataQuality, place: str) -> Limit:
        found = limit_of(quality)
        if isinstance(found, str):
            self._problems.append(f"{place}: {found}")
            return Limit()
        return found
