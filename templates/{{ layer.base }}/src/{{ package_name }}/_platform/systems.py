"""Moved to `sql_database`, `local_mlflow` and `integrations`; here the names stay until version 2."""

from typing import TYPE_CHECKING

from .surface import moved

if TYPE_CHECKING:
    from .integrations import open_database, open_tracking
    from .local_mlflow import LocalServer
    from .sql_database import SqlAlchemyDatabase, open_sqlite

__all__ = ["LocalServer", "SqlAlchemyDatabase", "open_database", "open_sqlite", "open_tracking"]

__getattr__ = moved(__name__, globals())
