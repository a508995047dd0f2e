"""Operation on a bad day: what has to work then was done on a good one."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import DRILLS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import uses_language_model
from pilotline.readiness.pilot_evidence import read_lines
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository

_YEAR: Final = 366
_ALWAYS: Final = ("rollback", "switch", "restore")
_LEARNS: Final = "_platform/tracking.py"


class BadDaysAreDrilled(Check):
    """A way back, a switch and a backup that nobody tried are hopes; on the bad day there is no time to find out."""

    id = "OPS012"
    title = "Rollback, kill switch, restore, and what else the pilot has of it were drilled within a year"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Infra 6-7; EU AI Act, Article 14(4)(e); NIST AI RMF MANAGE 2.4"
    effort = Effort.HOURS
    advice = "Do each drill with the pilot's `drill` (`pilotline prepare production` brings it) and commit its evidence. A pilot that learns also drills the way back to an earlier model, one that asks a language model or a vendor also works without it."
    example = """
customer-call-list drill switch
customer-call-list drill rollback --at staging
git add governance/evidence/drills.jsonl
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        newest = {line.text("drill"): line for line in read_lines(repo, DRILLS)}
        for name in _wanted(repo):
            wrong = _judge(name, newest.get(name), repo.today)
            if wrong:
                yield Problem(wrong, Location(DRILLS), calendar=True)


def _wanted(repo: Repository) -> Iterator[str]:
    yield from _ALWAYS
    if any(path.endswith(_LEARNS) for path in repo.files):
        yield "model"
    if uses_language_model(repo) or repo.manifest.items("vendors"):
        yield "vendor"


def _judge(name: str, line: Section | None, today: date) -> str:
    """Say what is wrong with the newest drill of a name; empty when nothing is."""
    if line is None:
        return f"The drill {name} was never done"
    day = line.text("at")[:10]
    if line.flag("passed") is not True:
        return f"The drill {name} failed on {day}: {line.text('said')}"
    try:
        days = (today - date.fromisoformat(day)).days
    except ValueError:
        return f"The drill {name} names no day"
    return f"The drill {name} was done last on {day}" if not 0 <= days <= _YEAR else ""


CHECKS: Final[tuple[Check, ...]] = (BadDaysAreDrilled(),)
