"""Drafts the contract of a table: what its owner would promise by what the table holds now."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml

from .findings import Found
from .profiles import Profile
from .reading import Table

if TYPE_CHECKING:
    from ..settings import PlatformSettings

HEADROOM: Final = 1.5  # a contract tolerates half as much again as there is now
LEAST_TOLERATED: Final = 1.0  # percent
NEEDED: Final = ("case", "customer", "day", "amount", "price", "quantity")
KEYS: Final = ("case", "customer", "order")
BOUNDED: Final = ("amount", "price", "quantity", "money")
UNBELIEVABLE: Final = 1000  # times the largest of 99 in 100 amounts
FUTURE_IS_USUAL: Final = 0.01  # share of days after today from which they are plans, not mistakes
TYPES: Final = {"day": "timestamp", "number": "number", "integer": "integer"}
HEAD: Final = "# Drafted by own-data. Its owner agrees to it, or changes it; then its status becomes active.\n"
FRESH_WITHIN: Final = 92  # days since the newest row for which a table counts as delivered
Json = dict[str, object]


def draft_contract(settings: "PlatformSettings", found: Found, identifier: str) -> str:
    """Write the contract of the main table."""
    parts = {guess.column: guess.part for guess in found.guesses}
    properties = [_property(found, found.profiles[name], parts.get(name)) for name in found.columns]
    document = _document(settings, found.table, identifier, properties)
    freshness = _freshness(found)
    return _write(document | ({"slaProperties": [freshness]} if freshness else {}))


def draft_joined(settings: "PlatformSettings", table: Table, profiles: Iterable[Profile], key: str) -> str:
    """Write the contract of a table that gives cases more columns: its key is there once for each."""
    properties = [_plain(each) | ({"unique": True} if each.name == key else {}) for each in profiles]
    return _write(_document(settings, table, table.name, properties))


def _document(settings: "PlatformSettings", table: Table, identifier: str, properties: list[Json]) -> Json:
    manifest = settings.manifest
    described: Json = {
        "name": table.name,
        "physicalName": table.relation or table.shown,
        "logicalType": "object",
        "physicalType": "table" if table.integration else "file",
        "properties": properties,
    }
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": identifier,
        "name": identifier,
        "version": "0.1.0",
        "status": "draft",
        "dataProduct": manifest.distribution,
        "description": {"purpose": "Drafted from the table; put in why it exists, and what it must not be used for"},
        "team": {"name": identifier, "members": [{"username": manifest.owners.data, "role": "owner"}]},
        "roles": [{"role": settings.role, "access": "read"}],
        "customProperties": [{"property": "classification", "value": manifest.data.classification}],
        "servers": [_server(table)],
        "schema": [described],
    }


def _server(table: Table) -> Json:
    """Say where the table is; the address of a database is the settings' secret."""
    if table.integration:
        place = f"the integration {table.integration}; its address is in the settings"
        return {"server": table.integration, "type": "custom", "description": place}
    kind = "parquet" if table.shown.endswith((".parquet", ".pq")) else "csv" if table.dialect else "excel"
    server: Json = {"server": "file", "type": "local", "path": table.shown, "format": kind}
    return server | ({"delimiter": table.dialect.separator} if table.dialect else {})


def _write(document: Mapping[str, object]) -> str:
    return HEAD + yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=120)


def _plain(each: Profile) -> Json:
    """Describe a column that may be missing: its type, how it is written, how much of it may be wrong."""
    described: Json = {"name": each.name, "logicalType": TYPES.get(each.kind, "string")}
    options = {"format": each.format.letters} if each.kind == "day" and each.format and each.format.letters else {}
    custom: list[Json] = []
    quality: list[Json] = []
    if each.kind == "day" and each.format and each.format.written:
        custom.append({"property": "written", "value": each.format.written})
    if each.tokens and each.kind != "text":
        words: Json = {"name": f"{each.name} may be missing", "type": "library", "metric": "missingValues"}
        tokens: Json = {"arguments": {"missingValues": list(each.tokens)}}
        quality.append(words | tokens | {"unit": "percent", "mustBeLessOrEqualTo": 100})
    described |= {"logicalTypeOptions": options} if options else {}
    described |= {"customProperties": custom} if custom else {}
    if each.kind != "text":
        quality.append(limit(f"{each.name} readable", "invalidValues", 100 * each.wrong))
    return described | ({"quality": quality} if quality else {})


def _property(found: Found, each: Profile, part: str | None) -> Json:
    """Describe a column of the main table, with what its part asks for."""
    described = _plain(replace(each, kind="text", tokens=()) if part in KEYS else each)
    quality = described.pop("quality", [])
    rules: list[Json] = list(quality) if isinstance(quality, list) else []
    if part in NEEDED:
        rules.insert(0, limit(f"{part} given", "nullValues", 100 * each.missing))
    bounds = _days(found) if part == "day" else _amounts(each) if part in BOUNDED else {}
    options = described.get("logicalTypeOptions", {})
    if bounds and isinstance(options, dict):
        described["logicalTypeOptions"] = {**options, **bounds}
        described["description"] = _beyond(found, part, bounds)
    if part == "day":
        rules[-1:] = [limit(f"{part} believable", "invalidValues", 100 * (each.wrong + _unbelieved(found, each)))]
        if each.future < FUTURE_IS_USUAL:
            known = described.get("customProperties", [])
            described["customProperties"] = [*(known if isinstance(known, list) else []), NOT_AFTER]
    if part == "group":
        described["tags"] = ["slice"]
    if each.name in found.personal:
        described["tags"] = ["personal"]
    return described | ({"quality": rules} if rules else {})


NOT_AFTER: Final[Json] = {"property": "notAfterReading", "value": True}


def _days(found: Found) -> Json:
    """Bound the days only where some are beyond belief: to whole years around those that are believed."""
    if found.days is None or not found.beyond:
        return {}
    first, last = found.days
    return {"minimum": f"{first.year}-01-01", "maximum": f"{last.year + 10}-01-01"}


def _amounts(each: Profile) -> Json:
    """Bound amounts only where one is a thousand times larger than nearly all."""
    most, usual = each.most, max(abs(each.high or 0.0), abs(each.low or 0.0))
    if not isinstance(most, float) or not usual or most <= UNBELIEVABLE * usual:
        return {}
    return {"maximum": 10.0 ** math.ceil(math.log10(usual * 10))}


def _beyond(found: Found, part: str | None, bounds: Json) -> str:
    between = " to ".join(str(value) for value in bounds.values())
    if part == "day":
        return f"{found.beyond} rows have a day that cannot be believed (outside {between}): they are set aside"
    return f"Values above {bounds['maximum']:,.0f} cannot be believed beside the others: they are set aside"


def _unbelieved(found: Found, each: Profile) -> float:
    future = each.future if each.future < FUTURE_IS_USUAL else 0.0
    return found.beyond / each.rows + future


def limit(name: str, metric: str, found: float) -> Json:
    """Tolerate half as much again as there is now, and at least one percent; never all."""
    tolerated = min(50.0, max(LEAST_TOLERATED, round(HEADROOM * found, 1)))
    return {"name": name, "type": "library", "metric": metric, "unit": "percent", "mustBeLessOrEqualTo": tolerated}


def is_delivered(found: Found) -> int | None:
    """Return the days since the newest row that can be believed, where the table looks as if it still grows."""
    from datetime import UTC, datetime

    if found.days is None:
        return None
    age = (datetime.now(UTC).replace(tzinfo=None) - found.days[1]).days
    return max(age, 0) if age <= FRESH_WITHIN else None


def _freshness(found: Found) -> Json | None:
    """Promise what the table keeps now: a row at least as new as twice its age, and not less than a month."""
    age = is_delivered(found)
    if age is None:
        return None
    element = f"{found.table.name}.{found.column('day')}"
    return {"property": "latency", "value": max(31, 2 * age), "unit": "d", "element": element, "driver": "operational"}
