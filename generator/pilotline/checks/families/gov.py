"""Governance: what the law and people's rights ask for, answered by somebody with a name."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from pilotline.checks.base import Check
from pilotline.checks.documents import Section
from pilotline.checks.lawdates import INTIMATE_MATERIAL, LITERACY, PROHIBITIONS, TRANSPARENCY
from pilotline.checks.model import Effort, Grade, Location, Problem, Stage
from pilotline.checks.repository import Repository
from pilotline.checks.traits import is_generative, is_unanswered, tests_named, uses_language_model
from pilotline.checks.wording import has_unfinished_part

_CLASSES: Final = ("minimal", "limited", "high", "prohibited")
_NOTICE: Final = "governance/transparency_notice.md"
_TOLD: Final = re.compile(
    r"(?i)\b(?:AI|artificial intelligence|computer|algorithm|machine|statistical model|language model)\b"
)
_ASSESSMENT: Final = "governance/risk_assessment.md"
_YEAR: Final = 366


class RiskClassIsReasoned(Check):
    """The class decides which duties hold; without its reason nobody can follow or challenge it."""

    id = "GOV001"
    title = "Class and role under the EU AI Act are stated, with the reason"
    stage = Stage.SANDBOX
    source = "EU AI Act, Articles 3, 6 and Annex III"
    effort = Effort.HOURS
    advice = "Write class, role and the reason for both into ai_act in pilot.yml; let whoever knows the law read it. Not legal advice, verify on EUR-Lex."
    example = """
ai_act:
  class: minimal
  role: deployer
  reason: "Orders calls to business customers; no use of Annex III, nobody is refused anything"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        act = repo.manifest.at("ai_act")
        risk = act.text("class")
        if risk not in _CLASSES:
            yield Problem(f"The class is {risk or 'missing'}; it is one of {', '.join(_CLASSES)}", act.place("class"))
        elif risk == "prohibited":
            yield Problem(
                "It is classed as a prohibited practice (Article 5): it must not be built", act.place("class")
            )
        if act.text("role") not in {"provider", "deployer"}:
            yield Problem("The role is neither provider nor deployer", act.place("role"))
        reason = act.text("reason")
        if not reason:
            yield Problem("The class has no reason", act.place("reason"))
        elif is_unanswered(reason):
            yield Problem("Why it is of that class is not said yet", act.place("reason"), stage=Stage.PILOT)
        if risk == "high" and act.text("annex") not in {"I", "III"}:
            yield Problem("High risk by which annex, I or III? (ai_act.annex)", act.place("annex"))


class ProhibitedPracticesAreScreened(Check):
    """Some uses are forbidden whatever their benefit; somebody has to have looked, by name and day."""

    id = "GOV002"
    title = "It was screened against prohibited practices, by whom and when"
    stage = Stage.SANDBOX
    grade = Grade.ATTESTED
    source = "EU AI Act, Article 5 (2 February 2025; points (ba) and (bb) 2 December 2026)"
    effort = Effort.MINUTES
    applies_from = PROHIBITIONS
    advice = "Go through Article 5 with the intended uses, and note the answer, who gave it and the day in ai_act.prohibited_practices in pilot.yml."
    example = """
ai_act:
  prohibited_practices: {present: false, screened_by: head-of-sales, screened_on: "2026-12-03"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        answer = repo.manifest.at("ai_act", "prohibited_practices")
        name, day = answer.text("screened_by"), answer.date("screened_on")
        if answer.flag("present") is None or day is None or day > repo.today:
            yield Problem("No answer with its day is recorded (present, screened_on)", answer.place())
        if answer.flag("present"):
            yield Problem("A prohibited practice is present: it must not be used", answer.place("present"))
        examples = repo.organisation.text("example", "owner")
        if not name or (is_unanswered(name) and name != examples):
            yield Problem("Nobody is named who screened it", answer.place("screened_by"))
        if day and is_generative(repo) and day < INTIMATE_MATERIAL <= repo.today:
            message = (
                f"It makes content and was screened on {day}, before Article 5 got new points on {INTIMATE_MATERIAL}"
            )
            yield Problem(message, answer.place("screened_on"), calendar=True)


class UsesAreListed(Check):
    """A system that is good for one thing gets used for the next; the list says where it stops."""

    id = "GOV003"
    title = "Intended, unsupported and restricted uses are listed"
    stage = Stage.SANDBOX
    source = "Microsoft Responsible AI Impact Assessment 2-3; ISO/IEC 42001 A.9.4; NIST AI RMF MAP 1.1"
    effort = Effort.MINUTES
    advice = "List in uses in pilot.yml what it is for, what it must not be used for, and what needs a new look first."
    example = """
uses:
  intended: ["Order the list of customers whom account managers call this month"]
  unsupported: ["Decide anything about a customer without a person"]
  restricted: ["Consumers: only after a new review of the legal basis"]
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        uses = repo.manifest.at("uses")
        for kind in ("intended", "unsupported", "restricted"):
            if not [use for use in uses.texts(kind) if not is_unanswered(use)]:
                yield Problem(f"No {kind} use is listed", uses.place(kind))


class PeopleAreTold(Check):
    """Who talks with a machine, or reads what it wrote, has a right to know."""

    id = "GOV004"
    title = "People are told that they face an AI or see what it made"
    stage = Stage.PILOT
    source = "EU AI Act, Article 50(1), (3), (4)"
    effort = Effort.HOURS
    applies_from = TRANSPARENCY
    advice = "Complete governance/transparency_notice.md (`pilotline prepare pilot` brings it), show its first sentence where people meet the system, and let a test look for it."
    example = """
def test_the_answer_carries_the_notice(client):
    assert "written by an AI" in client.get("/").text
"""

    def not_applicable(self, repo: Repository) -> str:
        told = repo.manifest.text("ai_act", "class") in {"limited", "high"}
        return "" if told or is_generative(repo) else "Nobody talks with it and it makes no content (Article 50)"

    def find(self, repo: Repository) -> Iterator[Problem]:
        text = repo.text(_NOTICE)
        if not _TOLD.search(text):
            yield Problem(f"No notice tells people that an AI is at work ({_NOTICE})")
        elif unfinished := has_unfinished_part(text):
            yield Problem(f"{_NOTICE} is not finished", Location(_NOTICE, text.count("\n", 0, unfinished.start()) + 1))
        if not tests_named(repo, "notice|transparen|disclos"):
            yield Problem("No test makes sure that the notice is shown (test_…notice…)")


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


class PeopleCanStopIt(Check):
    """Oversight is a person with a name who can overrule one result, and stop all of them."""

    id = "GOV008"
    title = "Human oversight has a role, a way to overrule and a way to stop"
    stage = Stage.PILOT
    source = "EU AI Act, Articles 14 and 26(2); NIST AI RMF MAP 3.5"
    effort = Effort.MINUTES
    advice = "Name in oversight in pilot.yml who watches, how one result is overruled, and the command that stops it; the runbook and the notice say the same."
    example = """
oversight:
  role: team-analytics
  override: "customer-call-list feedback add: the row is corrected, the list made again"
  stop: "customer-call-list switch off --by NAME --why REASON"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        oversight = repo.manifest.at("oversight")
        for key, what in (
            ("role", "who watches"),
            ("override", "how a result is overruled"),
            ("stop", "how it is stopped"),
        ):
            if is_unanswered(oversight.text(key)):
                yield Problem(f"It is not said {what} (oversight.{key})", oversight.place(key))
        words = r"(?i)\b(?:switch|kill_switch|flag|enabled|circuit_breaker)"
        switched = any(re.search(words, repo.text(path)) for path in (*repo.below("config", ".toml"), *repo.modules))
        if not switched:
            yield Problem("Neither settings nor code have a switch that stops the model")


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
    for number, line in enumerate(repo.text(_ASSESSMENT).splitlines(), 1):
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
                yield Problem(f"Risk {cells[0]} has no {what}", Location(_ASSESSMENT, number))
    if not rows:
        yield Problem(f"There is no risk register: neither {_ASSESSMENT} with its table nor risks in pilot.yml")


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


class UsersAreLiterate(Check):
    """People use well what they understand: what a result says, what it does not, and how to disagree."""

    id = "GOV012"
    title = "Measures for AI literacy of its users are recorded"
    stage = Stage.PILOT
    grade = Grade.ATTESTED
    source = "EU AI Act, Article 4"
    effort = Effort.DAYS
    applies_from = LITERACY
    advice = "Show users what the results mean on real cases, and record in people.trained in pilot.yml who was shown what, when and by whom."
    example = """
people:
  trained:
    - {role: Account managers, what: "Half an hour with real rows: reasons, limits, how to disagree", on: "2026-12-10", by: team-analytics}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        trained = repo.manifest.items("people", "trained")
        if not trained:
            yield Problem("No measure is recorded (people.trained)", repo.manifest.place("people"))
        for entry in trained:
            missing = [key for key in ("role", "what", "by") if is_unanswered(entry.text(key))]
            day = entry.date("on")
            if missing or day is None or day > repo.today:
                yield Problem(f"A measure lacks {', '.join(missing) or 'a day that has been'}", entry.place())


CHECKS: Final[tuple[Check, ...]] = (
    RiskClassIsReasoned(),
    ProhibitedPracticesAreScreened(),
    UsesAreListed(),
    PeopleAreTold(),
    ImpactIsAssessed(),
    PeopleCanStopIt(),
    RisksAreOwned(),
    VendorTermsAreKnown(),
    UsersAreLiterate(),
)
