"""Drafts where a table lies, in the standard's words, so that other tools find it: a file, or a database."""

from pathlib import Path
from typing import Final

from .reading import Table
from .settings_draft import shown_path

SUFFIXES: Final = {".parquet": "parquet", ".pq": "parquet"}
# Compressions that the pilot reads and other tools do not, and what takes them off.
UNPACKED: Final = {".xz": "xz --decompress --stdout", ".bz2": "bzip2 --decompress --stdout"}
Json = dict[str, object]


def stored_name(table: Table) -> str:
    """Name the table where it lies: a file is one table, which tools call as the contract does."""
    return table.relation.rpartition(".")[2] if table.relation else table.name


def draft_server(root: Path, table: Table) -> Json:
    """Say where the table is; the address of a database stays in variables of the environment."""
    if table.integration == "postgres":
        variables = {key: f"${{POSTGRES_{key.upper()}}}" for key in ("host", "port", "database")}
        schema = (table.relation or "").rpartition(".")[0].rpartition(".")[2] or "public"
        return {"server": "postgres", "type": "postgres", **variables, "schema": schema}
    if table.integration or table.path is None:
        place = f"the integration {table.integration}; its address is in the settings"
        return {"server": str(table.integration), "type": "custom", "description": place}
    kind = SUFFIXES.get(table.path.suffix.lower(), "csv" if table.dialect else "xlsx")
    path = shown_path(root, table.path)
    server: Json = {"server": "file", "type": "local", "path": path, "format": kind}
    if unpack := UNPACKED.get(table.path.suffix.lower()):
        plain = f"var/{table.path.stem}"
        server |= {"path": plain, "description": f"unpacked by: {unpack} {path} > {plain}"}
    if table.dialect is not None:
        server |= {"customProperties": [{"property": "delimiter", "value": table.dialect.separator}]}
        if table.dialect.encoding not in ("utf-8", "utf-8-sig"):
            server |= {"encoding": table.dialect.encoding}
    return server
