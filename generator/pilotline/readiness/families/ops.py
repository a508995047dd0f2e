"""Operation: what happens at night, how it is seen, who is called, and how it is stopped."""

import re
from collections.abc import Iterator
from typing import Final

from pilotline.pilot.paths import ORGANISATION, RUNBOOKS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import find_gaps, has_personal_data, is_unanswered, tests_named, uses_language_model
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import PACKAGE, FieldRule
from pilotline.readiness.results import Card, Effort, Problem
from pilotline.readiness.view.pilot_view import Repository

_LOGGING: Final = {
    "structured": re.compile(r"(?:JSONRenderer|J(?:SON|son)Formatter|OTLPLogExporter)\b"),
    "model": re.compile(r"model_version\b"),
    "prompt": re.compile(r"\bprompt_(?:version|hash|id)\b"),
    "people": re.compile(r"(?i)redact|mask|scrub|pseudonym"),
}
_ALERT: Final = re.compile(r"(?m)^\s*(?:- )?alert:\s*[\"']?([\w-]+)")
_HEADINGS: Final = {
    "alerts": r"(?im)^#+ .*\balert",
    "the way back": r"(?im)^#+ .*\b(?:back|rollback|roll back|restore)\b",
    "serious incidents": r"(?im)^#+ .*\bserious incident",
}
_SIX_MONTHS: Final = 183
_DRILL: Final = 366


def alerts_of(repo: Repository) -> dict[str, str]:
    """Name the alerts that stand as code below `ops/`, with their files."""
    return {name: path for path in rules_of(repo) for name in _ALERT.findall(repo.text(path))}


def rules_of(repo: Repository) -> tuple[str, ...]:
    """List the files below `ops/` that may hold rules; tests of rules are none."""
    return tuple(path for path in repo.below("ops", ".yml", ".yaml") if "_test." not in path)


class LogsTellWhatDecided(Check):
    """A result that cannot be led back to the model that made it cannot be explained, and not be put right."""

    id = "OPS001"
    title = "Logs are structured, name model and prompt version, hide people, and a test looks at them"
    stage = Stage.PILOT
    source = "EU AI Act, Article 12; ISO/IEC 42001 A.6.2.8; OWASP LLM02"
    effort = Effort.HOURS
    advice = "Log JSON through the platform's monitoring, put the model's version (and the prompt's) into each line or metric, pass names of people through a pseudonym, and test what a line holds."
    example = """
logger("score").info("scored", model_version=version, prompt_version=prompt.version, user=pseudonym(user))
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        wanted = {
            "structured": "Logs are not structured",
            "model": "Neither logs nor metrics name the model's version",
        }
        if uses_language_model(repo):
            wanted["prompt"] = "Logs do not name the prompt's version"
        if has_personal_data(repo):
            wanted["people"] = "Nothing hides people in what is logged (redaction or pseudonyms)"
        seen = {name for found in repo.scan(repo.modules, _look_for_logging).values() for name in found.split()}
        yield from (Problem(text) for name, text in wanted.items() if name not in seen)
        if not tests_named(repo, r"\blogs?|_logs?(?:_|\b)|trac(?:e|ing)"):
            yield Problem("No test looks at what a log line holds (test_…log…)")


def _look_for_logging(text: str) -> str:
    """Name what a module has of what logs need."""
    return " ".join(name for name, pattern in _LOGGING.items() if pattern.search(text))


_LOGS_ARE_KEPT: Final = FieldCheck(
    Card(
        id="OPS002",
        title="Logs are kept for at least six months",
        why="What went wrong in spring is asked in autumn.",
        stage=Stage.PRODUCTION,
        source="EU AI Act, Articles 19 and 26(6)",
        effort=Effort.MINUTES,
        advice="Set retention.logs_days to 184 or more in the organisation's policies, and keep logs of containers for as long.",
        example="retention: {logs_days: 184}   # _platform/organisation.yml, from the catalog",
    ),
    (
        FieldRule(
            "retention.logs_days",
            f"{PACKAGE}{ORGANISATION}",
            kind="number",
            at_least=_SIX_MONTHS,
            missing="It is not stated how long logs are kept (retention.logs_days)",
            wrong="Logs are kept for {number} days, less than six months",
        ),
    ),
)


class PromisesAreGuarded(Check):
    """A promise without an alert is noticed by users first; an alert that calls nobody, by nobody."""

    id = "OPS003"
    title = "Service levels have alerts as code, and somebody is on call"
    stage = Stage.PRODUCTION
    source = "Google SRE: production readiness review"
    effort = Effort.HOURS
    advice = "State what is promised in operation.slos in pilot.yml, each with the alert in ops/ that guards it, and who is called in operation.on_call."
    example = """
operation:
  on_call: "team-analytics, working days 8 to 18"
  slos:
    - {name: The list is there, objective: "by 8:00 on the first working day, 11 of 12 months", alert: PilotDidNotRun}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        operation, alerts = repo.manifest.at("operation"), alerts_of(repo)
        if is_unanswered(operation.text("on_call")):
            yield Problem("Nobody is on call (operation.on_call)", operation.place("on_call"))
        promises = operation.items("slos")
        if not promises:
            yield Problem("No service level is stated (operation.slos)", operation.place("slos"))
        for promise in promises:
            name = promise.text("name") or "A service level"
            if is_unanswered(promise.text("objective")):
                yield Problem(f"{name} has no objective", promise.place("objective"))
            if promise.text("alert") not in alerts:
                yield Problem(f"{name} is guarded by no alert below ops/", promise.place("alert"))


_DRIFT: Final = re.compile(r"\b(?:[Dd]rift|DRIFT)|(?:[Ss]kew|SKEW)\b")


class DriftIsWatched(Check):
    """The world changes without a message; a model that learned from last year's goes on answering."""

    id = "OPS004"
    title = "Drift is monitored, with an alert"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Monitor 2-3; NIST AI RMF MEASURE 2.4"
    effort = Effort.HOURS
    advice = "Bring the alert rules with `pilotline prepare pilot` and rebuild them with the pilot's `derive`; they watch the drift that each run measures."
    example = "pilotline prepare pilot"

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not any(re.search(r"(?i)drift|skew", alert) for alert in alerts_of(repo)):
            yield Problem("No alert below ops/ watches drift")
        if not any(repo.scan(repo.modules, _look_for_drift).values()):
            yield Problem("No code measures drift")


def _look_for_drift(text: str) -> str:
    return "drift" if _DRIFT.search(text) else ""


class UsersCanObject(Check):
    """Quality in use is seen by those who use it; they need a place to say so."""

    id = "OPS005"
    title = "A live quality metric and a channel for users' feedback exist"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Monitor 7; NIST AI RMF MANAGE 4.1, MEASURE 3.3"
    effort = Effort.HOURS
    advice = "Keep the KPI rules in ops/kpi/ (`derive` makes them), and say in operation.feedback in pilot.yml where users object and who answers."
    example = """
operation:
  feedback: "customer-call-list feedback give; head-of-sales answers within 30 days"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        rules = "".join(repo.text(path) for path in rules_of(repo))
        if not re.search(r"pilot_kpi_value|quality|accuracy", rules):
            yield Problem("No metric of live quality is watched below ops/")
        if is_unanswered(repo.manifest.text("operation", "feedback")):
            yield Problem("Users have no place to object (operation.feedback)", repo.manifest.place("operation"))


_SPENDING_IS_WATCHED: Final = FieldCheck(
    Card(
        id="OPS006",
        title="There is a budget, and an alert before it is spent",
        why="A bill is read at the end of the month; a budget with an alert on the day it matters.",
        stage=Stage.PILOT,
        source="OWASP LLM10; AWS Generative AI Lens: cost",
        effort=Effort.MINUTES,
        advice="Write into budget in pilot.yml what it may cost a month, from which share on who is told, and set that alert where the costs arise.",
        example="""
budget: {per_month: 500, currency: EUR, alert_at_percent: 80, alert_to: team-analytics}
""".strip(),
    ),
    (
        FieldRule("budget.per_month", kind="amount", missing="No budget a month is stated (budget.per_month)"),
        FieldRule(
            "budget.alert_at_percent",
            kind="number",
            above=0,
            at_most=100,
            missing="No alert comes before it is spent (budget.alert_at_percent)",
        ),
        FieldRule("budget.alert_to", kind="text", answer="settled", missing="Nobody is told (budget.alert_to)"),
    ),
)


class RunbookIsComplete(Check):
    """At three at night nobody thinks; the runbook has thought before."""

    id = "OPS007"
    title = "The runbook covers alerts, the way back, and serious incidents"
    stage = Stage.PRODUCTION
    source = "EU AI Act, Article 73; ISO/IEC 42001 A.8.4; NIST AI RMF MANAGE 4.3"
    effort = Effort.HOURS
    advice = "Bring ops/runbook.md with `pilotline prepare production` and fill in what only the team knows."
    example = """
## Alerts
## Back to an earlier model
## Serious incident
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        return find_gaps(repo, "runbook", RUNBOOKS, _HEADINGS)


_ROLLBACK_IS_DRILLED: Final = FieldCheck(
    Card(
        id="OPS008",
        title="The rollout has steps and a way back, drilled within a year",
        why="A way back that was never walked leads nowhere.",
        stage=Stage.PRODUCTION,
        source="ML Test Score: Infra 6-7",
        effort=Effort.DAYS,
        advice="Write into operation.rollout in pilot.yml the steps in which a version reaches users and how it is taken back, and the day on which that was tried last.",
        example="""
operation:
  rollout:
    steps: [shadow for one list, one region, all]
    rollback: "set the alias champion to the earlier version, then score"
    drilled_on: "2026-11-30"
""".strip(),
    ),
    (
        FieldRule(
            "operation.rollout.steps",
            kind="text",
            answer="settled",
            at_least=2,
            missing="The rollout has no two steps (operation.rollout.steps)",
        ),
        FieldRule(
            "operation.rollout.rollback",
            kind="text",
            answer="settled",
            missing="No way back is stated (operation.rollout.rollback)",
        ),
        FieldRule(
            "operation.rollout.drilled_on",
            date="past",
            at_most_days=_DRILL,
            answer="written",
            missing="The way back was never tried (operation.rollout.drilled_on)",
            passed="The way back was tried last on {day}",
        ),
    ),
)


CHECKS: Final[tuple[Check, ...]] = (
    LogsTellWhatDecided(),
    _LOGS_ARE_KEPT,
    PromisesAreGuarded(),
    DriftIsWatched(),
    UsersCanObject(),
    _SPENDING_IS_WATCHED,
    RunbookIsComplete(),
    _ROLLBACK_IS_DRILLED,
)
