"""Incidents as lines of evidence: how grave each is, until when who does what, and which are open.

Days of Article 73 of the EU AI Act, Regulation (EU) 2024/1689, which binds providers of high-risk systems. Not legal
advice: verify on EUR-Lex.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from .plain import as_text

Line = Mapping[str, object]
KINDS: Final[Mapping[str, int | None]] = {"minor": None, "serious": 15, "death": 10, "infrastructure": 2}
"""Days until the authority is told, by kind: none for what is not serious; from the day on which it became known."""
OWN_DAYS: Final = 14
"""Days until it is reviewed, where nobody says otherwise."""


@dataclass(frozen=True)
class Incident:
    """One incident that is open."""

    id: str
    kind: str
    what: str
    opened: str
    reviews: str
    repairs: str
    due: str
    legal_due: str | None
    """The last day for telling the authority; None where no law asks for it."""

    def is_late(self, today: str) -> bool:
        """Tell whether a day has passed that it was due by."""
        return min(self.due, self.legal_due or self.due) < today


def legal_day(kind: str, risk: str, known_on: date) -> date | None:
    """Name the last day for telling the authority of a serious incident of a high-risk system."""
    days = KINDS.get(kind)
    return known_on + timedelta(days=days) if days is not None and risk == "high" else None


def open_incidents(lines: Iterable[Line]) -> tuple[Incident, ...]:
    """Find what was opened and never closed, oldest first."""
    found: dict[str, Incident] = {}
    for line in lines:
        name = str(line.get("id"))
        if line.get("event") == "opened":
            found[name] = _incident(name, line)
        elif line.get("event") == "closed":
            found.pop(name, None)
    return tuple(found.values())


def _incident(name: str, line: Line) -> Incident:
    told = {key: str(line.get(key) or "") for key in ("kind", "what", "reviews", "repairs", "due")}
    return Incident(name, opened=str(line.get("day") or ""), legal_due=as_text(line.get("legal_due")), **told)
