"""What went wrong, who reviews and who repairs it, by when, and what keeps it from coming again."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from . import PilotError
from .evidence import evidence_file, read_lines
from .rules.evidence import FORMAT
from .rules.incidents import KINDS, OWN_DAYS, Incident, legal_day, open_incidents
from .settings import PlatformSettings

INCIDENTS: Final = "incidents.jsonl"


def incidents_file(settings: PlatformSettings) -> Path:
    """Name the file, beside the other evidence."""
    return evidence_file(settings).with_name(INCIDENTS)


def read_open(settings: PlatformSettings) -> tuple[Incident, ...]:
    """Find what is open, oldest first."""
    return open_incidents(read_lines(incidents_file(settings)))


def open_incident(
    settings: PlatformSettings, what: str, kind: str, *, who: str, due: date | None = None, reviews: str | None = None
) -> Incident:
    """Record an incident from the moment on which it is known; the law's day counts from then."""
    if not what.strip() or kind not in KINDS:
        raise PilotError(f"An incident says what happened, and is one of {', '.join(KINDS)}.")
    rights, today = settings.manifest.decision_rights, datetime.now(UTC).date()
    legal = legal_day(kind, settings.manifest.ai_act.risk, today)
    until = due or today + timedelta(days=OWN_DAYS)
    known = sum(line.get("event") == "opened" for line in read_lines(incidents_file(settings)))
    name = f"{today.isoformat()}-{known + 1}"
    opened = {
        "kind": kind,
        "what": what,
        "by": who,
        "reviews": reviews or rights.approves or settings.manifest.owners.business,
        "repairs": rights.repairs or settings.manifest.owners.technical,
        "due": (min(until, legal) if legal else until).isoformat(),
        "legal_due": legal.isoformat() if legal else None,
    }
    _append(settings, {"id": name, "event": "opened", "day": today.isoformat(), **opened})
    return next(each for each in read_open(settings) if each.id == name)


def close_incident(settings: PlatformSettings, name: str, *, cause: str, prevention: str, who: str) -> None:
    """Close an incident with what caused it and what keeps it from coming again."""
    if name not in {each.id for each in read_open(settings)}:
        raise PilotError(f"There is no open incident {name}: `{settings.distribution} incident` shows them.")
    if not cause.strip() or not prevention.strip():
        raise PilotError("An incident is closed with its cause, and with what keeps it from coming again.")
    today = datetime.now(UTC).date().isoformat()
    _append(
        settings,
        {"id": name, "event": "closed", "day": today, "by": who, "cause": cause, "prevention": prevention},
    )


def _append(settings: PlatformSettings, line: Mapping[str, object]) -> None:
    """Write the file with one more line, all of it or nothing."""
    path = incidents_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(f"{before}{json.dumps({'format': FORMAT, **line}, ensure_ascii=False)}\n", encoding="utf-8")
    draft.replace(path)
