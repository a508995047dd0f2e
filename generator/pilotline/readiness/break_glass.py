"""Breaking the glass: a hotfix passes although the stage is not reached, with a name, a reason and an early end.

It changes no verdict: what is open stays open and is shown. Only the exit code of `check` lets the fix through, and
nothing is promoted meanwhile.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import BREAK_GLASS
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder

LONGEST: Final = timedelta(days=7)


class BrokenGlass(NamedTuple):
    """One entry that has its form."""

    by: str
    why: str
    since: date
    until: date
    location: Location

    def __str__(self) -> str:
        """Say it in one line."""
        return f"Glass broken by {self.by} until {self.until}: {self.why}"


class GlassEntries(NamedTuple):
    """What a pilot records of it."""

    holds: BrokenGlass | None
    """The entry that covers today; the one that ends last."""
    refused: tuple[tuple[str, Location], ...]
    """Entries that are none, each with the reason."""


def read_broken_glass(repo: Repository) -> GlassEntries:
    """Read whether a hotfix may pass today."""
    document = repo.document(BREAK_GLASS)
    refused = [(f"{BREAK_GLASS} cannot be read: {document.source.error}", document.place())]
    found, wrong = [], refused if document.source.error else []
    for entry in document.items("entries"):
        if problems := problems_of(entry):
            wrong.append((f"{BREAK_GLASS}: {'; '.join(problems)}", entry.place()))
            continue
        since, until = entry.date("since") or date.min, entry.date("until") or date.min
        glass = BrokenGlass(entry.text("by"), entry.text("why"), since, until, entry.place())
        if since <= repo.today <= until:
            found.append(glass)
    return GlassEntries(max(found, key=lambda each: each.until, default=None), tuple(wrong))


def problems_of(entry: Section) -> list[str]:
    """Say what an entry lacks."""
    problems = [f"{name} is missing" for name in ("by", "why") if is_placeholder(entry.text(name))]
    problems += [f"{name} is no date (YYYY-MM-DD)" for name in ("since", "until") if entry.date(name) is None]
    since, until = entry.date("since"), entry.date("until")
    if since and until and not timedelta(0) <= until - since <= LONGEST:
        problems.append(f"it ends at most {LONGEST.days} days after it began")
    return problems
