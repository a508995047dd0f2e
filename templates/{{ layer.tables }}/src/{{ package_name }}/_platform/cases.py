"""The cases that a query gives: one row each, asked for in a process that is ended when it takes too much."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import PilotError
from .query_child import PREFIX
from .query_rules import Query, told
from .sections import QuerySettings
from .tables import Tables

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cases:
    """What a query gave: the first rows as they came, and the columns that count, in the same order of cases."""

    columns: tuple[str, ...]
    first: tuple[tuple[object, ...], ...]
    values: Floats
    weights: Floats | None = None
    clusters: Codes | None = None
    periods: Codes | None = None
    period_names: tuple[str, ...] = ()
    arms: Codes | None = None
    arm_names: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self.values)


def ask(tables: Tables, query: Query, parameters: Mapping[str, date], limits: QuerySettings, place: str) -> Cases:
    """Run a query on tables that were read under their contracts; `place` names it in errors.

    Raises PilotError, with the line of the query, where it is wrong, takes too long or too much, or gives no cases.
    """
    order = {
        "database": str(tables.database),
        "query": query.text,
        "parameters": {name: day for name, day in parameters.items() if name in query.parameters},
        "memory": limits.memory_megabytes,
        "disk": limits.disk_megabytes,
        "threads": limits.threads or os.cpu_count() or 1,
    }
    (tables.folder / "order.json").write_text(json.dumps(order, default=_as_text), encoding="utf-8")
    return _read(_run(tables.folder, limits, place), tables.folder, place)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _run(folder: Path, limits: QuerySettings, place: str) -> dict[str, object]:
    """Let a child answer, and end it when its time is over."""
    answer = folder / "answer.json"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", f"{__package__}.query_child", str(folder / "order.json")]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, in a process of its own
            command, env=surroundings, capture_output=True, timeout=limits.timeout_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise PilotError(
            f"{place} was stopped after {limits.timeout_seconds:g} seconds: let it look at less, or raise "
            "query.timeout_seconds in config/default.toml."
        ) from None
    found = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else {"problem": "memory"}
    if found.get("problem") == "memory":
        said = done.stderr.decode(errors="replace").strip().splitlines()
        if done.returncode == 1 and said and "MemoryError" not in said[-1]:
            raise RuntimeError(said[-1])
        raise PilotError(
            f"{place} was stopped: it needs more than {limits.memory_megabytes} MB of memory and "
            f"{limits.disk_megabytes} MB of disk. Let it look at less, or raise them in [query] of config/default.toml."
        )
    if found.get("problem"):
        raise PilotError(f"{place} cannot be answered: {told(Exception(found['said']), PREFIX.count(chr(10)))}")
    return found


def _read(answer: dict[str, object], folder: Path, place: str) -> Cases:
    columns = tuple(map(str, answer["columns"])) if isinstance(answer["columns"], dict) else ()
    missing = [name for name in ("case", "value") if name not in [column.lower() for column in columns]]
    if missing:
        raise PilotError(
            f"{place} gives the columns {', '.join(columns)} and no {' and no '.join(missing)}: "
            'name what a case is, and its value, `SELECT … AS "case", … AS value`.'
        )
    first = answer["first"] if isinstance(answer["first"], list) else []
    found = Cases(
        columns=columns,
        first=tuple(tuple(row) for row in first),
        values=_array(folder, "value"),
        weights=_array(folder, "weight") if (folder / "weight.npy").is_file() else None,
        clusters=_codes(folder, "cluster"),
        periods=_codes(folder, "period"),
        period_names=_names(answer, "period"),
        arms=_codes(folder, "arm"),
        arm_names=_names(answer, "arm"),
    )
    _refuse(found, int(str(answer["repeated"])), place)
    return found


def _refuse(found: Cases, repeated: int, place: str) -> None:
    """Refuse cases that would be counted twice, or not at all."""
    problems = []
    if repeated:
        problems.append(f"{repeated:,} rows repeat a case, or have none: group by it, or name what a case is")
    bad = int((~np.isfinite(found.values)).sum())
    if bad:
        problems.append(f"{bad:,} rows have no number in value: leave them out with WHERE, or give them one")
    if found.weights is not None and int((~np.isfinite(found.weights)).sum()):
        problems.append(f"{int((~np.isfinite(found.weights)).sum()):,} rows have no number in weight")
    if problems:
        raise PilotError(f"{place}: {'; '.join(problems)}.")


def _array(folder: Path, name: str) -> Floats:
    return np.asarray(np.load(folder / f"{name}.npy"), dtype=np.float64)


def _codes(folder: Path, name: str) -> Codes | None:
    path = folder / f"{name}.npy"
    return np.asarray(np.load(path), dtype=np.int64) if path.is_file() else None


def _names(answer: dict[str, object], name: str) -> tuple[str, ...]:
    listed = answer.get(name)
    return tuple(map(str, listed)) if isinstance(listed, list) else ()
