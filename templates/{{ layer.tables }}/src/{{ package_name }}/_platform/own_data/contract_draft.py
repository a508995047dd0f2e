"""Drafts the contract of a table: what its owner would promise by what the table holds now."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import yaml

from .contract_columns import draft_column, draft_part
from .contract_servers import draft_server, stored_name
from .findings import Found
from .profiles import Profile
from .reading import Table

if TYPE_CHECKING:
    from ..settings import PlatformSettings

HEAD: Final = "# Drafted by own-data. Its owner agrees to it, or changes it; then its status becomes active.\n"
FRESH_WITHIN: Final = 92  # days since the newest row for which a table counts as delivered
Json = dict[str, object]


def draft_contract(settings: "PlatformSettings", found: Found, identifier: str) -> str:
    """Write the contract of the main table."""
    parts = {guess.column: guess.part for guess in found.guesses}
    properties = [draft_part(found, found.profiles[name], parts.get(name)) for name in found.columns]
    document = _document(settings, found.table, identifier, properties)
    freshness = _freshness(found)
    return _write(document | ({"slaProperties": [freshness]} if freshness else {}))


def draft_joined(settings: "PlatformSettings", table: Table, profiles: Iterable[Profile], key: str) -> str:
    """Write the contract of a table that gives cases more columns: its key is there once for each."""
    properties = [draft_column(table, each) | ({"unique": True} if each.name == key else {}) for each in profiles]
    return _write(_document(settings, table, table.name, properties))


def _document(settings: "PlatformSettings", table: Table, identifier: str, properties: list[Json]) -> Json:
    manifest = settings.manifest
    described: Json = {
        "name": table.name,
        "physicalName": stored_name(table),
        "logicalType": "object",
        "physicalType": "table" if table.integration else "file",
        "properties": properties,
    }
    return {
        "apiVersion": "v3.2.0",
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
        "servers": [draft_server(settings.root, table)],
        "schema": [described],
    }


def _write(document: Mapping[str, object]) -> str:
    return HEAD + yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=120)


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
