"""Runs one query in a process of its own: read-only, locked, with a hard limit of memory; its parent ends it in time.

DuckDB's own limits do not hold for every function, and a long one does not hear an interrupt: a process can be ended.
"""

import contextlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOCK: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "enable_progress_bar": "false",
    "lock_configuration": "true",
}
# Megabytes of addresses beside DuckDB's own: Python, its libraries and the columns of ten million cases, and what each
# thread's allocator reserves.
OVERHEAD: Final = 1536
OVERHEAD_OF_A_THREAD: Final = 128
PREFIX: Final = "CREATE TEMP TABLE cases AS\n"
SHOWN: Final = 5
ROLES: Final = ("case", "value", "weight", "period", "cluster", "arm")


def open_locked(database: str, spill: str, *, memory: int, disk: int, threads: int) -> "DuckDBPyConnection":
    """Open a database for one query: nothing can be written, fetched, loaded or set any more."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}MB",
        "threads": str(threads),
        "temp_directory": spill,
        "max_temp_directory_size": f"{disk}MB",
    }
    connection = duckdb.connect(database, read_only=True, config=config)
    for name, value in LOCK.items():
        connection.execute(f"SET {name} = {value}")
    return connection


def main() -> None:
    """Answer the order that stands in a file: `python -m … order.json`, the answer beside it."""
    order_file = Path(sys.argv[1])
    order = json.loads(order_file.read_text(encoding="utf-8"))
    _bound_memory(int(order["memory"]) + OVERHEAD + int(order["threads"]) * OVERHEAD_OF_A_THREAD)
    answer = _answer(order, order_file.parent)
    (order_file.parent / "answer.json").write_text(json.dumps(answer, default=str), encoding="utf-8")


def _bound_memory(megabytes: int) -> None:
    """Let the system refuse more memory, where there is a system that can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def _answer(order: dict[str, object], folder: Path) -> dict[str, object]:
    import duckdb

    try:
        connection = open_locked(
            str(order["database"]),
            str(folder / "query-spill"),
            memory=int(str(order["memory"])),
            disk=int(str(order["disk"])),
            threads=int(str(order["threads"])),
        )
        given = order["parameters"]
        days = {name: date.fromisoformat(day) for name, day in given.items()} if isinstance(given, dict) else {}
        connection.execute(PREFIX + str(order["query"]), days or None)
        return _summed_up(connection, folder)
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        return {"problem": "memory", "said": str(error)}
    except duckdb.Error as error:
        return {"problem": "query", "said": str(error)}


def _summed_up(connection: "DuckDBPyConnection", folder: Path) -> dict[str, object]:
    """Leave the columns that count as arrays, and say what else there is to say; groups become whole numbers."""
    types = {str(row[0]): str(row[1]) for row in connection.execute("DESCRIBE cases").fetchall()}
    roles = {name.lower(): name for name in types if name.lower() in ROLES}
    shown = connection.execute(f"SELECT * FROM cases LIMIT {SHOWN}").fetchall()
    answer: dict[str, object] = {"columns": types, "first": [[_plain(v) for v in row] for row in shown]}
    answer["rows"] = _one(connection, "SELECT count(*) FROM cases")
    if not {"case", "value"} <= set(roles):
        return answer
    repeated = 'SELECT count(*) - count(DISTINCT "case") FROM cases'
    answer["repeated"] = _one(connection, repeated)
    for name in ("value", "weight"):
        if name in roles:
            np.save(folder / f"{name}.npy", _numbers(connection, name))
    for name in ("period", "cluster", "arm"):
        if name in roles:
            codes, words = _groups(connection, name)
            np.save(folder / f"{name}.npy", codes)
            answer[name] = words if name != "cluster" else len(words)
    return answer


def _numbers(connection: "DuckDBPyConnection", name: str) -> npt.NDArray[np.float64]:
    """Give a column as numbers; what is missing becomes NaN."""
    found = connection.execute(f'SELECT CAST("{name}" AS DOUBLE) AS x FROM cases').fetchnumpy()["x"]
    return np.ma.filled(np.ma.asarray(found, dtype=np.float64), np.nan)


def _groups(connection: "DuckDBPyConnection", name: str) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Number the groups of a column in the order of their values, and name them; a missing one is a group as well."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE named AS SELECT x, row_number() OVER (ORDER BY x) - 1 AS code "
        f'FROM (SELECT DISTINCT "{name}" AS x FROM cases)'
    )
    joined = (
        f'SELECT CAST(code AS INTEGER) AS code FROM cases JOIN named ON cases."{name}" IS NOT DISTINCT FROM named.x'
    )
    codes = connection.execute(f"{joined} ORDER BY cases.rowid").fetchnumpy()["code"]
    listed = (
        [] if name == "cluster" else connection.execute("SELECT CAST(x AS VARCHAR) FROM named ORDER BY code").fetchall()
    )
    words = [str(row[0]) for row in listed] if listed else [""] * _one(connection, "SELECT count(*) FROM named")
    return np.asarray(codes, dtype=np.int32), words


def _one(connection: "DuckDBPyConnection", query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else str(value)


if __name__ == "__main__":
    main()
