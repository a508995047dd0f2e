"""Operation, when something went wrong: it is reviewed and repaired in time."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import INCIDENTS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.pilot_evidence import read_lines
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.incidents import open_incidents
from pilotline.rules.plain import as_mapping


class NoIncidentIsOpen(Check):
    """Who moves on while something is broken takes it along, and nobody learns from it."""

    id = "OPS011"
    title = "No incident is open"
    stage = Stage.SANDBOX
    source = "EU AI Act, Article 73; NIST AI RMF MANAGE 4.3"
    effort = Effort.DAYS
    advice = "Review and repair what the pilot's `incident` shows, then close it there with its cause and with what keeps it from coming again. A promotion waits for that."
    example = "customer-call-list incident close 2026-12-01-1 --cause 'A join lost rows' --prevention 'The contract counts them'"

    def find(self, repo: Repository) -> Iterator[Problem]:
        today = repo.today.isoformat()
        for each in open_incidents(as_mapping(line.data) for line in read_lines(repo, INCIDENTS)):
            late = ", which has passed" if each.is_late(today) else ""
            legal = f"; the authority is told by {each.legal_due} (Article 73)" if each.legal_due else ""
            yield Problem(
                f"Incident {each.id} ({each.kind}) is open: {each.what}. {each.reviews} reviews, {each.repairs} repairs, "
                f"until {each.due}{late}{legal}",
                Location(INCIDENTS),
                calendar=True,
            )


CHECKS: Final[tuple[Check, ...]] = (NoIncidentIsOpen(),)
