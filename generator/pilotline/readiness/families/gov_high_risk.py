"""Governance of what makes content and of what is high risk: duties with a day from which they hold."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import ANNEX_IV
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, Tools
from pilotline.readiness.eu_ai_act import HIGH_RISK_ANNEX_III, MARKING_OF_OLDER_SYSTEMS, TRANSPARENCY
from pilotline.readiness.facts import (
    has_personal_data,
    high_risk_from,
    is_generative,
    is_unanswered,
    needs_high_risk,
    tests_named,
)
from pilotline.readiness.pytest_proof import judge_tests, measure_tests
from pilotline.readiness.results import Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import has_unfinished_part

_MARKING: Final = "marking|watermark|provenance|c2pa"
_POINTS: Final = {
    1: "general description",
    2: "elements and development",
    3: "monitoring, functioning and control",
    4: "why the metrics are appropriate",
    5: "risk management",
    6: "changes through the lifecycle",
    7: "standards applied",
    8: "declaration of conformity",
    9: "post-market monitoring plan",
}


class OutputIsMarked(ExecutedCheck):
    """A mark that machines can read lets others tell what was made by one, wherever it ends up."""

    id = "GOV005"
    title = "What it makes carries a machine-readable mark, and a test looks at it"
    stage = Stage.PILOT
    source = "EU AI Act, Article 50(2) (2 August 2026; systems on the market before: 2 December 2026)"
    effort = Effort.DAYS
    applies_from = TRANSPARENCY
    advice = "Mark each output where it is made (metadata, C2PA, a header), and write a test with `marking` in its name that reads the mark from a real output."
    example = """
def test_marking_of_an_answer():
    assert answer("How long is the warranty?").metadata["made-by"] == "ai"
"""

    def not_applicable(self, repo: Repository) -> str:
        return "" if is_generative(repo) else "It makes no text, images, sound or video"

    def law(self, repo: Repository) -> date:
        created = repo.manifest.date("created")
        return MARKING_OF_OLDER_SYSTEMS if created and created < TRANSPARENCY else TRANSPARENCY

    def find(self, repo: Repository) -> Iterable[Problem]:
        if not tests_named(repo, _MARKING):
            return [Problem("No test reads the mark of an output (test_…marking…)")]
        return ()

    def command(self, repo: Repository) -> str:
        return f"pytest {' '.join(tests_named(repo, _MARKING))}"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        return measure_tests(tools, tests_named(repo, _MARKING), _MARKING)

    def judge(self, measured: Measured) -> Iterable[Problem]:
        return judge_tests(measured)


class RightsAreAssessed(Check):
    """Before a high-risk system is used, its effect on people's rights is assessed, and the authority is told."""

    id = "GOV007"
    title = "High risk: data protection and fundamental rights assessments are linked and notified"
    stage = Stage.PRODUCTION
    grade = Grade.ATTESTED
    source = "EU AI Act, Article 27 (2 December 2027); GDPR, Article 35"
    effort = Effort.DAYS
    applies_from = HIGH_RISK_ANNEX_III
    advice = "Link both assessments, or say why one is not needed (Article 27 asks public bodies, providers of public services, credit scoring, and life and health insurance), and note the day of the notification."
    example = """
data: {dpia: "https://records.example.org/dpia-12"}
ai_act: {fria: "https://records.example.org/fria-7", fria_notified_on: "2027-11-15"}
"""

    def not_applicable(self, repo: Repository) -> str:
        return needs_high_risk(repo)

    def law(self, repo: Repository) -> date:
        return high_risk_from(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        act = repo.manifest.at("ai_act")
        if has_personal_data(repo) and is_unanswered(repo.manifest.text("data", "dpia")):
            yield Problem("No data protection impact assessment is linked", repo.manifest.place("data", "dpia"))
        rights = act.text("fria")
        if is_unanswered(rights):
            yield Problem("No fundamental rights impact assessment is linked (ai_act.fria)", act.place("fria"))
        elif "not needed" not in rights.lower() and act.date("fria_notified_on") is None:
            yield Problem("The authority was not notified of it (ai_act.fria_notified_on)", act.place("fria"))


class TechnicalDocumentationIsComplete(Check):
    """The provider of a high-risk system shows by its documentation that it meets the law, for ten years."""

    id = "GOV010"
    title = "High risk: the Annex IV documentation is complete, declared and registered"
    stage = Stage.PRODUCTION
    source = "EU AI Act, Articles 11, 18, 47, 49 and Annex IV"
    effort = Effort.DAYS
    applies_from = HIGH_RISK_ANNEX_III
    advice = "Write one file per point of Annex IV into governance/annex_iv/ (1-….md to 9-….md), and the declaration of conformity and the registration into ai_act in pilot.yml."
    example = """
ai_act: {declaration: "governance/annex_iv/8-declaration.md", registration: "EU database, entry 4711"}
"""

    def not_applicable(self, repo: Repository) -> str:
        if repo.manifest.text("ai_act", "role") == "deployer":
            return needs_high_risk(repo) or "As deployer: the provider keeps the documentation"
        return needs_high_risk(repo)

    def law(self, repo: Repository) -> date:
        return high_risk_from(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        files = repo.below(ANNEX_IV)
        for number, what in _POINTS.items():
            paths = [path for path in files if path.removeprefix(ANNEX_IV).startswith((f"{number}-", f"{number}_"))]
            if not paths:
                yield Problem(f"Point {number} of Annex IV is missing: {what}")
            yield from (
                Problem(f"{p} is not finished", Location(p)) for p in paths if has_unfinished_part(repo.text(p))
            )
        act = repo.manifest.at("ai_act")
        for key in ("declaration", "registration"):
            if is_unanswered(act.text(key)):
                yield Problem(f"No {key} is recorded (ai_act.{key})", act.place(key))


CHECKS: Final[tuple[Check, ...]] = (OutputIsMarked(), RightsAreAssessed(), TechnicalDocumentationIsComplete())
