"""Deletes what is past its day, as people were told: rows, lists, rows set aside, models, runs, backups and logs.

What is due is counted and written down before anything goes, so that a process that is killed in between is finished by
the next one, and the line of evidence names all that went.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from . import PilotError, SqlDatabase
from .evidence import evidence_file, read_lines
from .forget_files import due_files, due_lines
from .forget_models import due_models
from .forget_rows import due_rows, remember_tables
from .kept_apart import EARLIER
from .monitoring import Metrics
from .policies import read_policies
from .revision import commit_of
from .rules.evidence import FORMAT
from .settings import PlatformSettings

LINES: Final = "forgotten.jsonl"
BEGUN: Final = "forget/begun.json"
METRICS: Final = "forget"
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """One kind of thing that is past its day: what it is, how many there are, and how they go."""

    what: str
    count: int
    erase: Callable[[], None]


@dataclass(frozen=True)
class Forgotten:
    """What went, or would go; what stays although its day has passed, and why; the evidence, where there is any."""

    counts: dict[str, int]
    kept: tuple[str, ...]
    evidence: Path | None


@dataclass(frozen=True)
class Days:
    """How long each kind of thing is kept; None where nobody has stated it."""

    data: int | None
    logs: int
    aside: int
    backups: int | None


def read_days(settings: PlatformSettings) -> Days:
    """Read it from pilot.yml and the organisation's policies; rows set aside are data too."""
    policy, data = read_policies().retention, settings.manifest.data.retention_days
    aside = policy.quarantine_days if data is None else min(policy.quarantine_days, data)
    return Days(data, policy.logs_days, aside, settings.forget.backup_days or data)


def forget(settings: PlatformSettings, database: SqlDatabase, *, dry: bool, now: datetime | None = None) -> Forgotten:
    """Delete what is past its day, or with `dry` only count it; `now` is for tests. Whoever calls holds the lock."""
    moment = now or datetime.now(UTC)
    if dry:
        found, kept = _plan(settings, database, moment)
        return Forgotten({each.what: each.count for each in found}, kept, None)
    remember_tables(settings, database)
    counts = _finish(settings, database)
    found, kept = _plan(settings, database, moment)
    evidence = _carry_out(settings, found, kept, moment) if found else None
    for each in found:
        counts[each.what] = counts.get(each.what, 0) + each.count
    _write_metrics(settings, counts, kept, moment)
    return Forgotten(counts, kept, evidence or (_evidence(settings) if counts else None))


def is_due(settings: PlatformSettings) -> bool:
    """Tell whether a day has passed since the last time."""
    path = settings.var / "metrics" / f"{METRICS}.prom"
    return not path.exists() or datetime.fromtimestamp(path.stat().st_mtime, UTC) < datetime.now(UTC) - A_DAY


def _plan(settings: PlatformSettings, database: SqlDatabase, now: datetime) -> tuple[list[Due], tuple[str, ...]]:
    """Find what is past its day at a moment, and what stays all the same."""
    days, var = read_days(settings), settings.var
    found = [
        *due_files("log files", (var / "logs").glob("*"), now - timedelta(days=days.logs)),
        *due_files("files of rows set aside", (var / "quarantine").glob("*"), now - timedelta(days=days.aside)),
        *due_lines("lines of the log of reads", var / "reads.jsonl", now - timedelta(days=days.logs)),
        *due_lines("lines of the switch's history", var / "switch_history.jsonl", now - timedelta(days=days.logs)),
    ]
    if days.data is None:
        why = "pilot.yml does not say how long data is kept (data.retention_days): rows, models and backups stay"
        return [Due(*each) for each in found], (why,)
    before = now - timedelta(days=days.data)
    reports = [*(var / "report").rglob("*"), *(var / EARLIER).rglob("*")]
    found += due_files("files of reports and lists", reports, before)
    if settings.forget.backups is not None and days.backups is not None:
        folder = settings.root / settings.forget.backups
        found += due_files("backups", folder.rglob("*"), now - timedelta(days=days.backups))
    rows, kept_rows = due_rows(settings, database, before.replace(tzinfo=None))
    models, kept_models = due_models(settings, before)
    return [Due(*each) for each in (*found, *rows, *models)], (*kept_rows, *kept_models)


def _finish(settings: PlatformSettings, database: SqlDatabase) -> dict[str, int]:
    """Finish what a process began that was ended in between, by what it had counted; say what that was."""
    path = settings.var / BEGUN
    if not path.exists():
        return {}
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
        line, moment = dict(begun["line"]), datetime.fromisoformat(begun["line"]["at"])
        counts = {str(what): int(count) for what, count in line["forgotten"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PilotError(f"{path} is no beginning of `forget`: remove it and run the command again.") from error
    found, _ = _plan(settings, database, moment)
    for each in found:
        each.erase()
    _keep(settings, line)
    path.unlink()
    return counts


def _carry_out(settings: PlatformSettings, found: Sequence[Due], kept: tuple[str, ...], now: datetime) -> Path:
    """Write down what is due, delete it, keep the evidence: in this order, so that each can be done again."""
    days = read_days(settings)
    line: dict[str, object] = {
        "format": FORMAT,
        "at": now.isoformat(timespec="microseconds"),
        "commit": commit_of(settings.root),
        "retention_days": days.data,
        "logs_days": days.logs,
        "quarantine_days": days.aside,
        "backup_days": days.backups if settings.forget.backups else None,
        "forgotten": {each.what: each.count for each in found},
        "kept": list(kept),
    }
    path = settings.var / BEGUN
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"line": line}), encoding="utf-8")
    draft.replace(path)
    for each in found:
        each.erase()
    evidence = _keep(settings, line)
    path.unlink()
    return evidence


def _evidence(settings: PlatformSettings) -> Path:
    return evidence_file(settings).with_name(LINES)


def _keep(settings: PlatformSettings, line: dict[str, object]) -> Path:
    """Append the line of evidence, once."""
    path = _evidence(settings)
    if all(known.get("at") != line["at"] for known in read_lines(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def _write_metrics(settings: PlatformSettings, counts: dict[str, int], kept: tuple[str, ...], now: datetime) -> None:
    metrics = Metrics(settings, METRICS)
    metrics.set("pilot_forget_last_success_timestamp_seconds", now.timestamp())
    metrics.set("pilot_forget_kept", len(kept))
    for what, count in counts.items():
        metrics.set("pilot_forgotten", count, what=what)
    metrics.write()
