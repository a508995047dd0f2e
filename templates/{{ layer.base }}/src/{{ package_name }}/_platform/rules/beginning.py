"""Which data contract and which KPI definition a pilot works under now: whatever a run leaves belongs to them.

Another contract or definition is another beginning. Words for people, owners, limits and versions are not part of it:
a contract is what its rows mean, a definition what makes a measurement comparable with the next one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from .kpi_definition import DEFINING, definition_hash
from .plain import as_mapping, as_mappings

TABLE: Final = ("name", "physicalName")
COLUMN: Final = ("name", "logicalType", "logicalTypeOptions", "required", "unique", "primaryKey", "enum")
MEANT: Final = ("readAs", "written", "missingValues", "notAfterReading")  # custom properties on how values are read
RULE: Final = ("metric", "rule", "arguments", "query")  # without what is tolerated, which is agreed anew now and then
# What the KPI was before, and how many cases a judgement takes, do not change what a run leaves.
DEFINES_STATE: Final = tuple(name for name in DEFINING if name not in ("baseline", "minimum_sample"))
DIGITS: Final = 8


@dataclass(frozen=True)
class Beginning:
    """What is worked under: a part that is not there yet is empty."""

    contract: str
    definition: str
    named: str

    @property
    def id(self) -> str:
        """Name it in tables and folders."""
        return hashlib.sha256(f"{self.contract}/{self.definition}".encode()).hexdigest()[:DIGITS]

    @property
    def key(self) -> str:
        """Name it where a name may be long, so that its two parts can be told apart."""
        return f"{self.contract}/{self.definition}"

    def goes_on(self, before: "Beginning") -> bool:
        """Tell whether it continues what was there before: what was not said before is not another."""
        pairs = ((before.contract, self.contract), (before.definition, self.definition))
        return all(not old or old == new for old, new in pairs)

    def stored(self) -> str:
        """Write it as a small file holds it."""
        return json.dumps({"contract": self.contract, "definition": self.definition, "named": self.named})


def read_beginning(text: str) -> Beginning:
    """Read what `stored` wrote."""
    found = json.loads(text)
    return Beginning(*(str(found.get(name, "")) for name in ("contract", "definition", "named")))


def is_of(key: str | None, now: Beginning | None) -> bool:
    """Tell whether what carries a key belongs to the present beginning; what does not say so is taken for it."""
    if not key or now is None:
        return True
    contract, _, definition = key.partition("/")
    return now.goes_on(Beginning(contract, definition, ""))


def make_beginning(contracts: Iterable[Mapping[str, object]], kpis: Iterable[Mapping[str, object]]) -> Beginning:
    """Hash what contracts and definitions mean."""
    found = list(contracts)
    named = ", ".join(sorted(str(each.get("id")) for each in found))
    meanings = sorted(json.dumps(contract_meaning(each), sort_keys=True, default=str) for each in found)
    definitions = sorted(
        definition_hash({name: kpi[name] for name in DEFINES_STATE if name in kpi})
        for kpi in kpis
        if kpi.get("kind") == "outcome" and not _is_pending(kpi)
    )
    return Beginning(_short(meanings), _short(definitions), named)


def contract_key(contracts: Iterable[Mapping[str, object]]) -> str | None:
    """Name data contracts by what they mean, as evidence does; None without one."""
    return make_beginning(contracts, ()).contract or None


def contract_meaning(document: Mapping[str, object]) -> dict[str, object]:
    """Keep of a contract what its rows mean: its table, its columns, their types and rules."""
    return {"id": document.get("id"), "schema": [_table(each) for each in as_mappings(document.get("schema"))]}


def _table(table: Mapping[str, object]) -> dict[str, object]:
    columns = sorted(
        (_column(each) for each in as_mappings(table.get("properties"))), key=lambda each: str(each["name"])
    )
    return _kept(table, TABLE) | {"columns": columns, "rules": _rules(table)}


def _column(column: Mapping[str, object]) -> dict[str, object]:
    custom = {
        str(each.get("property")): each.get("value")
        for each in as_mappings(column.get("customProperties"))
        if each.get("property") in MEANT
    }
    return {"name": None} | _kept(column, COLUMN) | {"read": custom, "rules": _rules(column)}


def _rules(part: Mapping[str, object]) -> list[object]:
    """Keep rules that have a content of their own; a limit alone says only how much of a bad thing is tolerated."""
    told = [each for each in as_mappings(part.get("quality")) if each.get("arguments") or each.get("query")]
    return [_kept(each, RULE) for each in told]


def _kept(part: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: part[name] for name in names if part.get(name) is not None}


def _is_pending(kpi: Mapping[str, object]) -> bool:
    return "pending" in as_mapping(kpi.get("measure"))


def _short(texts: list[str]) -> str:
    """Name texts by their content; none has no name."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:DIGITS] if texts else ""
