"""Waivers: who allowed a pilot to go on without a check, why, and until when."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import WAIVERS
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder

LONGEST: Final = timedelta(days=180)
_SOON: Final = timedelta(days=30)
_TEXTS: Final = ("check", "reason", "owner", "approver")
_DATES: Final = ("created", "expires")


class Waiver(NamedTuple):
    """One waiver that has its form."""

    check: str
    reason: str
    owner: str
    approver: str
    created: date
    expires: date
    location: Location

    def holds_on(self, day: date) -> bool:
        """Tell whether it covers a day; its last day is covered."""
        return self.created <= day <= self.expires

    def ends_soon(self, day: date) -> bool:
        """Tell whether its end is to be announced."""
        return self.holds_on(day) and self.expires - day <= _SOON


class Refused(NamedTuple):
    """An entry that is no waiver, and why."""

    message: str
    location: Location


def read_waivers(repo: Repository) -> tuple[dict[str, Waiver], tuple[Refused, ...]]:
    """Read the waivers by check, and the entries that cannot be accepted; of two for one check the later end counts."""
    document = repo.document(WAIVERS)
    accepted: dict[str, Waiver] = {}
    refused = []
    if document.source.error:
        refused.append(Refused(f"{WAIVERS} cannot be read: {document.source.error}", document.place()))
    elif WAIVERS in repo.files and not isinstance(document.at("waivers").data, list | None):
        refused.append(Refused(f"{WAIVERS} holds no list named waivers", document.place("waivers")))
    for entry in document.items("waivers"):
        problems = _problems(entry)
        if problems:
            name = entry.text("check") or "A waiver"
            refused.append(Refused(f"{name}: {'; '.join(problems)}", entry.place()))
            continue
        waiver = _accept(entry)
        if waiver.check not in accepted or accepted[waiver.check].expires < waiver.expires:
            accepted[waiver.check] = waiver
    return accepted, tuple(refused)


def _problems(entry: Section) -> list[str]:
    problems = [f"{name} is missing" for name in _TEXTS if is_placeholder(entry.text(name))]
    problems += [f"{name} is no date (YYYY-MM-DD)" for name in _DATES if entry.date(name) is None]
    if entry.text("owner") and entry.text("owner") == entry.text("approver"):
        problems.append("owner and approver are the same: somebody else approves it")
    created, expires = entry.date("created"), entry.date("expires")
    if created and expires and not timedelta(0) < expires - created <= LONGEST:
        problems.append(f"it ends 1 to {LONGEST.days} days after it was created")
    return problems


def _accept(entry: Section) -> Waiver:
    check, reason, owner, approver = (entry.text(name) for name in _TEXTS)
    created, expires = (entry.date(name) or date.min for name in _DATES)
    return Waiver(check, reason, owner, approver, created, expires, entry.place())
