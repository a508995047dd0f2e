"""What got better for whom, as people tell it: beside what is measured, so that small steps are seen too."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from . import PilotError
from .evidence import NOTICED, WINS, newest_of, read_lines, read_present
from .kept_apart import evidence_folder
from .kpi import read_kpis
from .revision import commit_of
from .rules.evidence import FORMAT, Line
from .settings import PlatformSettings

TOLD: Final = "told"  # beside `kpi` and `stage`, which a measurement writes down by itself


def wins_file(settings: PlatformSettings) -> Path:
    """Name the record of wins."""
    return evidence_folder(settings) / WINS


def read_wins(settings: PlatformSettings) -> list[Line]:
    """Read the record, oldest first."""
    return read_lines(wins_file(settings))


def add_win(
    settings: PlatformSettings, what: str, whom: str, *, kpi: str | None = None, on: date | None = None
) -> Line:
    """Record what got better for whom; with a KPI, by what was measured of it when it was told.

    Raises:
        PilotError: It says too little, lies ahead, is known already, or names a KPI that does not show it.
    """
    today = datetime.now(UTC).date()
    day = on or today
    if not what.strip() or not whom.strip():
        raise PilotError("A win says what got better, and for whom.")
    if day > today:
        raise PilotError(f"A win has been: {day} lies ahead.")
    known = read_wins(settings)
    if any((line.get("sentence"), line.get("for")) == (what, whom) for line in known):
        raise PilotError(f"{wins_file(settings).name} has this win already.")
    number = 1 + sum(line.get("what") == TOLD for line in known)
    told = {"format": FORMAT, "what": TOLD, "id": f"{day.isoformat()}-{number}", "on": day.isoformat()}
    won = told | {"sentence": what, "for": whom, "commit": commit_of(settings.root)} | _measured(settings, kpi)
    path = wins_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(won, ensure_ascii=False) + "\n")
    return won


def _measured(settings: PlatformSettings, kpi: str | None) -> dict[str, object]:
    """Say by what a win was measured: the newest evidence on the KPI that it names."""
    if kpi is None:
        return {}
    kpis = read_kpis(settings.root / "kpis.yml")
    found = {each.kpi.id: line for each, line in zip(kpis, newest_of(kpis, read_present(settings)), strict=True)}
    if kpi not in found:
        raise PilotError(f"kpis.yml has no KPI {kpi}; it has {', '.join(found)}.")
    line = found[kpi]
    if line["verdict"] not in NOTICED:
        raise PilotError(f"{kpi} does not show it: {line['sentence']} Tell the win without a KPI.")
    return {"kpi": kpi, "measured": line["sentence"], "definition": line["definition"], "contract": line["contract"]}
