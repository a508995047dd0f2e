"""Governance: what the law and people's rights ask for, answered by somebody with a name."""

import re
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import TRANSPARENCY_NOTICE
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.eu_ai_act import INTIMATE_MATERIAL, LITERACY, PROHIBITIONS, TRANSPARENCY
from pilotline.readiness.facts import is_generative, is_unanswered, tests_named
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import has_unfinished_part

_CLASSES: Final = ("minimal", "limited", "high", "prohibited")
_TOLD: Final = re.compile(
    r"(?i)\b(?:AI|artificial intelligence|computer|algorithm|machine|statistical model|language model)\b"
)


_RISK_CLASS_IS_REASONED: Final = FieldCheck(
    Card(
        id="GOV001",
        title="Class and role under the EU AI Act are stated, with the reason",
        why="The class decides which duties hold; without its reason nobody can follow or challenge it.",
        stage=Stage.SANDBOX,
        source="EU AI Act, Articles 3, 6 and Annex III",
        effort=Effort.HOURS,
        advice="Write class, role and the reason for both into ai_act in pilot.yml; let whoever knows the law read it. Not legal advice, verify on EUR-Lex.",
        example="""
ai_act:
  class: minimal
  role: deployer
  reason: "Orders calls to business customers; no use of Annex III, nobody is refused anything"
""".strip(),
    ),
    (
        FieldRule(
            "ai_act.class",
            kind="text",
            answer="written",
            one_of=_CLASSES,
            missing=f"The class is {{value}}; it is one of {', '.join(_CLASSES)}",
        ),
        FieldRule(
            "ai_act.class",
            kind="text",
            answer="written",
            none_of=("prohibited",),
            wrong="It is classed as a prohibited practice (Article 5): it must not be built",
        ),
        FieldRule(
            "ai_act.role",
            kind="text",
            answer="written",
            one_of=("provider", "deployer"),
            missing="The role is neither provider nor deployer",
        ),
        FieldRule("ai_act.reason", kind="text", answer="written", missing="The class has no reason"),
        FieldRule(
            "ai_act.reason",
            kind="text",
            answer="settled",
            missing="Why it is of that class is not said yet",
            stage=Stage.PILOT,
        ),
        FieldRule(
            "ai_act.annex",
            kind="text",
            answer="written",
            one_of=("I", "III"),
            when=(("ai_act.class", "high"),),
            missing="High risk by which annex, I or III? Until it is said, the dates of Annex III count (ai_act.annex)",
            stage=Stage.PILOT,
        ),
    ),
)


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


_USES_ARE_LISTED: Final = FieldCheck(
    Card(
        id="GOV003",
        title="Intended, unsupported and restricted uses are listed",
        why="A system that is good for one thing gets used for the next; the list says where it stops.",
        stage=Stage.SANDBOX,
        source="Microsoft Responsible AI Impact Assessment 2-3; ISO/IEC 42001 A.9.4; NIST AI RMF MAP 1.1",
        effort=Effort.MINUTES,
        advice="List in uses in pilot.yml what it is for, what it must not be used for, and what needs a new look first.",
        example="""
uses:
  intended: ["Order the list of customers whom account managers call this month"]
  unsupported: ["Decide anything about a customer without a person"]
  restricted: ["Consumers: only after a new review of the legal basis"]
""".strip(),
    ),
    (
        FieldRule("uses.intended", kind="text", answer="settled", at_least=1, missing="No intended use is listed"),
        FieldRule(
            "uses.unsupported", kind="text", answer="settled", at_least=1, missing="No unsupported use is listed"
        ),
        FieldRule("uses.restricted", kind="text", answer="settled", at_least=1, missing="No restricted use is listed"),
    ),
)


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
        text = repo.text(TRANSPARENCY_NOTICE)
        if not _TOLD.search(text):
            yield Problem(f"No notice tells people that an AI is at work ({TRANSPARENCY_NOTICE})")
        elif unfinished := has_unfinished_part(text):
            yield Problem(
                f"{TRANSPARENCY_NOTICE} is not finished",
                Location(TRANSPARENCY_NOTICE, text.count("\n", 0, unfinished.start()) + 1),
            )
        if not tests_named(repo, "notice|transparen|disclos"):
            yield Problem("No test makes sure that the notice is shown (test_…notice…)")


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
  override: "customer-call-list feedback give: the row is corrected, the list made again"
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


_USERS_ARE_LITERATE: Final = FieldCheck(
    Card(
        id="GOV012",
        title="Measures for AI literacy of its users are recorded",
        why="People use well what they understand: what a result says, what it does not, and how to disagree.",
        stage=Stage.PILOT,
        grade=Grade.ATTESTED,
        source="EU AI Act, Article 4",
        effort=Effort.DAYS,
        applies_from=LITERACY,
        advice="Show users what the results mean on real cases, and record in people.trained in pilot.yml who was shown what, when and by whom.",
        example="""
people:
  trained:
    - {role: Account managers, what: "Half an hour with real rows: reasons, limits, how to disagree", on: "2026-12-10", by: team-analytics}
""".strip(),
    ),
    (
        FieldRule("people.trained", kind="list", missing="No measure is recorded (people.trained)"),
        FieldRule("people.trained.*", has=("role", "what", "by"), answer="settled", missing="A measure lacks {lacks}"),
        FieldRule("people.trained.*.on", date="past", answer="written", missing="A measure lacks a day that has been"),
    ),
)


CHECKS: Final[tuple[Check, ...]] = (
    _RISK_CLASS_IS_REASONED,
    ProhibitedPracticesAreScreened(),
    _USES_ARE_LISTED,
    PeopleAreTold(),
    PeopleCanStopIt(),
    _USERS_ARE_LITERATE,
)
