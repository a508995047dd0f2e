"""What the calendar decides: laws that come into force, and what turns red in the coming months.

Dates of the EU AI Act, Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744. Not legal advice: verify on
EUR-Lex.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from pilotline.pilot.paths import STAGE_HISTORY
from pilotline.pilot.stages import Stage
from pilotline.readiness.results import Result, Status
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.waivers import Waiver

HORIZON: Final = timedelta(days=365)

PROHIBITIONS: Final = date(2025, 2, 2)
LITERACY: Final = date(2025, 2, 2)
INTIMATE_MATERIAL: Final = date(2026, 12, 2)
GENERAL_PURPOSE: Final = date(2025, 8, 2)
TRANSPARENCY: Final = date(2026, 8, 2)
MARKING_OF_OLDER_SYSTEMS: Final = date(2026, 12, 2)
HIGH_RISK_ANNEX_III: Final = date(2027, 12, 2)
HIGH_RISK_ANNEX_I: Final = date(2028, 8, 2)
HIGH_RISK_PUBLIC_LEGACY: Final = date(2030, 8, 2)


class Event(NamedTuple):
    """Something that will turn red on a day, unless it is mended before."""

    day: date
    check: str
    message: str


def dates_for(repo: Repository) -> tuple[tuple[date, str], ...]:
    """Name the days from which duties of the EU AI Act hold for a pilot of this class, earliest first."""
    act = repo.manifest.at("ai_act")
    dates = [
        (PROHIBITIONS, "Article 4 and 5: AI literacy, prohibited practices"),
        (INTIMATE_MATERIAL, "Article 5(1)(ba), (bb): non-consensual intimate and child-abuse material"),
    ]
    if act.text("class") in {"limited", "high"}:
        dates.append((TRANSPARENCY, "Article 50(1), (3), (4): people are told that they face an AI"))
    if act.flag("generative"):
        dates.append((TRANSPARENCY, "Article 50(2): machine-readable marking (older systems: 2 December 2026)"))
    if act.text("class") == "high":
        product = act.text("annex") == "I"
        day = HIGH_RISK_ANNEX_I if product else HIGH_RISK_ANNEX_III
        dates.append(
            (day, f"High risk, Annex {'I' if product else 'III'}: Articles 9 to 15, 17, 26, 27, 43 to 49, 72, 73")
        )
    return tuple(sorted(dates))


def stage_since(repo: Repository) -> date | None:
    """Tell since when the pilot stands in its stage; its creation where no history says more."""
    days = [day for entry in repo.document(STAGE_HISTORY).items("history") if (day := entry.date("since"))]
    return max(days, default=None) or repo.manifest.date("created")


def is_overtaken(stage: Stage, law: date | None, repo: Repository) -> bool:
    """Tell whether a finding is the calendar's: its law is to come, or came after the pilot had reached the stage.

    Such a pilot met what was asked when it was judged last, so its main branch does not turn red overnight.
    """
    if law is None:
        return False
    reached = stage <= repo.claimed_stage
    since = stage_since(repo) or repo.today
    return law > repo.today or (reached and law > since)


def upcoming_events(results: Iterable[Result], waivers: Iterable[Waiver], today: date) -> tuple[Event, ...]:
    """List what turns red within the horizon: laws that begin to apply, and waivers that end."""
    events = []
    by_id = {result.card.id: result for result in results}
    for result in by_id.values():
        law = result.card.applies_from
        if law and today < law <= today + HORIZON and result.status in {Status.WARN, Status.FAIL}:
            events.append(Event(law, result.card.id, f"{result.card.title}: {result.card.source}"))
    for waiver in waivers:
        waived = by_id.get(waiver.check)
        if waived and waived.status is Status.WAIVED and today <= waiver.expires <= today + HORIZON:
            events.append(Event(waiver.expires, waiver.check, f"The waiver of {waiver.approver} ends"))
    return tuple(sorted(events, key=lambda event: (event.day, event.check)))
