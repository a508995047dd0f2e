"""Governance of risks: what it may do to people, who answers for what is left, and what vendors may do."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import RISK_ASSESSMENT
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import is_unanswered, uses_language_model
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository

_YEAR: Final = 366


_IMPACT_IS_ASSESSED: Final = FieldCheck(
    Card(
        id="GOV006",
        title="An impact assessment was approved within the last twelve months",
        why="Those whom a result is about cannot object before it happens; somebody has to think for them, and again each year.",
        stage=Stage.PILOT,
        grade=Grade.ATTESTED,
        source="ISO/IEC 42001 A.5.2-A.5.5; Microsoft Responsible AI Impact Assessment; NIST AI RMF MAP 5.1",
        effort=Effort.HOURS,
        advice="Write into impact in pilot.yml who is affected, the worst wrong result for one of them and what is done against it; the approver signs with name and day.",
        example="""
impact:
  affected: ["Account managers", "Customers who are not called"]
  worst_case: "A customer who is about to leave is not called"
  mitigations: "Each list can be corrected; the rule stays in use beside it"
  approved_by: head-of-sales
  approved_on: "2026-12-03"
""".strip(),
    ),
    (
        FieldRule("impact", answer="written", missing="No impact assessment is recorded (impact in pilot.yml)"),
        FieldRule(
            "impact.affected", kind="text", answer="written", at_least=1, missing="Nobody is named whom it affects"
        ),
        FieldRule(
            "impact.worst_case", kind="text", answer="settled", missing="The impact assessment has no worst_case"
        ),
        FieldRule(
            "impact.mitigations", kind="text", answer="settled", missing="The impact assessment has no mitigations"
        ),
        FieldRule(
            "impact.approved_by", kind="text", answer="settled", missing="The impact assessment has no approved_by"
        ),
        FieldRule(
            "impact.approved_on",
            date="past",
            at_most_days=_YEAR,
            answer="written",
            missing="The impact assessment was approved on no day that has been (approved_on)",
            passed="The impact assessment was approved on {day}, more than a year ago",
        ),
    ),
)


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


def _without_vendor(repo: Repository) -> str:
    used = repo.manifest.has("vendors") or uses_language_model(repo)
    return "" if used else "No vendor's model or service is used (vendors in pilot.yml is empty)"


_VENDOR_TERMS_ARE_KNOWN: Final = FieldCheck(
    Card(
        id="GOV011",
        title="Terms and data processing agreement of each vendor are recorded",
        why="What a vendor may do with the data is in its terms, and those are read before the data goes there.",
        stage=Stage.PILOT,
        source="ISO/IEC 42001 A.10.3; NIST AI RMF GOVERN 6.1",
        effort=Effort.DAYS,
        advice="List every vendor whose model or service it uses in vendors in pilot.yml, with the terms (link and version) and the data processing agreement, or why none is needed.",
        example="""
vendors:
  - name: Model house
    does: Hosts the language model
    terms: "https://contracts.example.org/4711, of 2026-03"
    dpa: "https://contracts.example.org/4712"
    successor: team-analytics
    hand_over_by: "2027-12-31"
""".strip(),
    ),
    (
        FieldRule(
            "vendors",
            kind="list",
            unless=("llm.self_hosted",),
            missing="A language model is used and no vendor is listed; say llm.self_hosted when there is none",
        ),
        FieldRule(
            "vendors.*.terms",
            kind="text",
            answer="settled",
            named="name",
            unnamed="A vendor",
            missing="{name}: no terms is recorded",
        ),
        FieldRule(
            "vendors.*.dpa",
            kind="text",
            answer="settled",
            named="name",
            unnamed="A vendor",
            missing="{name}: no data processing agreement is recorded",
        ),
    ),
    _without_vendor,
)


CHECKS: Final[tuple[Check, ...]] = (_IMPACT_IS_ASSESSED, RisksAreOwned(), _VENDOR_TERMS_ARE_KNOWN)
