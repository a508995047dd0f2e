"""Lets the embedded MLflow store follow a pilot whose folder was moved, renamed or copied.

MLflow keeps absolute addresses of artifacts in its database. They are rewritten in one transaction of SQLite, so that a
process that is killed in between leaves them all old or all new.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

# Every column of MLflow's database that holds an address of artifacts.
ADDRESSES: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
FIRST: Final = "/0"  # the address of MLflow's first experiment is that of all artifacts, and its number
PATIENCE_S: Final = 120


def follow(database: Path, artifacts: str) -> bool:
    """Rewrite the addresses when the artifacts lie elsewhere than the database says; tell whether they did."""
    with closing(sqlite3.connect(database, timeout=PATIENCE_S, isolation_level=None)) as store:
        if _written_for(store) in (None, artifacts):
            return False
        store.execute("BEGIN EXCLUSIVE")
        old = _written_for(store)  # another process may have been first
        if old is None or old == artifacts:
            store.execute("ROLLBACK")
            return False
        for table, column in ADDRESSES:
            store.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {column} = ? OR substr({column}, 1, ?) = ?",  # noqa: S608, E501 - names of our own
                (artifacts, len(old) + 1, old, len(old) + 1, f"{old}/"),
            )
        store.execute("COMMIT")
    return True


def _written_for(store: sqlite3.Connection) -> str | None:
    """Give the address of all artifacts as the database has it; None when somebody keeps the first experiment apart."""
    found = store.execute("SELECT artifact_location FROM experiments WHERE experiment_id = 0").fetchone()
    return found[0].removesuffix(FIRST) if found and found[0] and found[0].endswith(FIRST) else None
