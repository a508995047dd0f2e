"""Governance of risks: what it may do to people, who answers for what is left, and what vendors may do."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import RISK_ASSESSMENT
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import is_unanswered, uses_language_model
from pilotline.readiness.results import Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository

_YEAR: Final = 366


class ImpactIsAssessed(Check):
    """Those whom a result is about cannot object before it happens; somebody has to think for them, and again each year."""

    id = "GOV006"
    title = "An impact assessment was approved within the last twelve months"
    stage = Stage.PILOT
    grade = Grade.ATTESTED
    source = "ISO/IEC 42001 A.5.2-A.5.5; Microsoft Responsible AI Impact Assessment; NIST AI RMF MAP 5.1"
    effort = Effort.HOURS
    advice = "Write into impact in pilot.yml who is affected, the worst wrong result for one of them and what is done against it; the approver signs with name and day."
    example = """
impact:
  affected: ["Account managers", "Customers who are not called"]
  worst_case: "A customer who is about to leave is not called"
  mitigations: "Each list can be corrected; the rule stays in use beside it"
  approved_by: head-of-sales
  approved_on: "2026-12-03"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        impact = repo.manifest.at("impact")
        if not impact:
            yield Problem("No impact assessment is recorded (impact in pilot.yml)", repo.manifest.place())
            return
        if not impact.texts("affected"):
            yield Problem("Nobody is named whom it affects", impact.place("affected"))
        for key in ("worst_case", "mitigations", "approved_by"):
            if is_unanswered(impact.text(key)):
                yield Problem(f"The impact assessment has no {key}", impact.place(key))
        yield from _aged(impact, "approved_on", repo.today, "The impact assessment was approved")


def _aged(section: Section, key: str, today: date, what: str) -> Iterator[Problem]:
    """Find a day that is missing, lies ahead, or is more than a year ago."""
    day = section.date(key)
    if day is None or day > today:
        yield Problem(f"{what} on no day that has been ({key})", section.place(key))
    elif (today - day).days > _YEAR:
        yield Problem(f"{what} on {day}, more than a year ago", section.place(key), calendar=True)


class RisksAreOwned(Check):
    """A risk that nobody owns is accepted by whoever is harmed."""

    id = "GOV009"
    title = "Each risk has an owner, a treatment and an accepted rest"
    stage = Stage.PILOT
    source = "EU AI Act, Article 9; NIST AI RMF MANAGE 1.3-1.4"
    effort = Effort.HOURS
    advice = "Go through the register in governance/risk_assessment.md with the owners: treatment, owner, and who accepts what is left, on which day. Risks may stand in pilot.yml instead."
    example = """
risks:
  - risk: The world changes and the model does not
    treatment: "Drift alert; a model has a greatest age"
    owner: team-analytics
    accepted_by: head-of-sales
    accepted_on: "2026-12-03"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        risks = repo.manifest.items("risks")
        for entry in risks:
            for key in ("risk", "treatment", "owner", "accepted_by"):
                if is_unanswered(entry.text(key)):
                    yield Problem(f"A risk has no {key}", entry.place(key))
            if entry.date("accepted_on") is None:
                yield Problem("What is left of a risk was accepted on no day", entry.place("accepted_on"))
        if not risks:
            yield from _register_problems(repo)


def _register_problems(repo: Repository) -> Iterator[Problem]:
    """Look at the table of the risk assessment: its last three columns are treatment, owner and who accepted the rest."""
    rows = 0
    for number, line in enumerate(repo.text(RISK_ASSESSMENT).splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or not cells[0].isdigit():
            continue
        rows += 1
        treatment, owner, accepted = cells[-3:]
        for what, cell in (
            ("treatment", treatment),
            ("owner", owner),
            ("name and day of who accepts the rest", accepted),
        ):
            if is_unanswered(cell):
                yield Problem(f"Risk {cells[0]} has no {what}", Location(RISK_ASSESSMENT, number))
    if not rows:
        yield Problem(f"There is no risk register: neither {RISK_ASSESSMENT} with its table nor risks in pilot.yml")


class VendorTermsAreKnown(Check):
    """What a vendor may do with the data is in its terms, and those are read before the data goes there."""

    id = "GOV011"
    title = "Terms and data processing agreement of each vendor are recorded"
    stage = Stage.PILOT
    source = "ISO/IEC 42001 A.10.3; NIST AI RMF GOVERN 6.1"
    effort = Effort.DAYS
    advice = "List every vendor whose model or service it uses in vendors in pilot.yml, with the terms (link and version) and the data processing agreement, or why none is needed."
    example = """
vendors:
  - name: Model house
    does: Hosts the language model
    terms: "https://contracts.example.org/4711, of 2026-03"
    dpa: "https://contracts.example.org/4712"
    successor: team-analytics
    hand_over_by: "2027-12-31"
"""

    def not_applicable(self, repo: Repository) -> str:
        if repo.manifest.has("vendors") or uses_language_model(repo):
            return ""
        return "No vendor's model or service is used (vendors in pilot.yml is empty)"

    def find(self, repo: Repository) -> Iterator[Problem]:
        vendors = repo.manifest.items("vendors")
        if not vendors and not repo.manifest.text("llm", "self_hosted"):
            message = "A language model is used and no vendor is listed; say llm.self_hosted when there is none"
            yield Problem(message, repo.manifest.place("vendors"))
        for vendor in vendors:
            name = vendor.text("name") or "A vendor"
            for key, what in (("terms", "terms"), ("dpa", "data processing agreement")):
                if is_unanswered(vendor.text(key)):
                    yield Problem(f"{name}: no {what} is recorded", vendor.place(key))


CHECKS: Final[tuple[Check, ...]] = (ImpactIsAssessed(), RisksAreOwned(), VendorTermsAreKnown())
