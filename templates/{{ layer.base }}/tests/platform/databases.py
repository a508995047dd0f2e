"""SQLite without waiting for the disk: the databases of tests need not outlive a power cut, and each commit waits for it."""

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry


def do_not_wait_for_the_disk() -> None:
    """Open every SQLite database of this process so from now on."""
    if not event.contains(Engine, "connect", _unsynced):
        event.listen(Engine, "connect", _unsynced)


def _unsynced(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if "sqlite3" in type(connection).__module__:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()
