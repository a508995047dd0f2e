"""People: those whose work changes had a say, get answers, and can go on without those from outside."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import FEEDBACK, LABS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.eu_ai_act import LITERACY
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.pilot_evidence import read_lines
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository

_LONGEST_WAIT: Final = timedelta(days=30)
_LAYERS: Final = ("executive", "practitioner", "engineer")


_PEOPLE_WERE_CONSULTED: Final = FieldCheck(
    Card(
        id="PPL001",
        title="People whose work changes were consulted, and something came of it",
        why="Who was asked before, and saw that something changed because of it, works with the result.",
        stage=Stage.PILOT,
        grade=Grade.ATTESTED,
        source="ISO/IEC 42001 A.5.4; JFF: 56 % of workers were not consulted",
        effort=Effort.DAYS,
        advice="Show it to those who will work with it, and note in people.consulted in pilot.yml their role, the day, and what changed because of what they said.",
        example="""
people:
  consulted:
    - {role: Account managers, on: "2026-12-01", what_changed: "Each row says why; customers with an open complaint are left out"}
""".strip(),
    ),
    (
        FieldRule(
            "people.consulted", kind="list", missing="Nobody whose work changes was consulted (people.consulted)"
        ),
        FieldRule(
            "people.consulted.*", has=("role", "what_changed"), answer="settled", missing="A consultation lacks {lacks}"
        ),
        FieldRule(
            "people.consulted.*.on", date="past", answer="written", missing="A consultation lacks a day that has been"
        ),
    ),
)


class SuggestionsAreAnswered(Check):
    """A suggestion without an answer is the last one."""

    id = "PPL002"
    title = "No suggestion of a user waits for more than 30 days"
    stage = Stage.PILOT
    source = "Adoption: people who are heard go on using it"
    effort = Effort.HOURS
    advice = "Answer what the pilot's `voices` shows without an answer (`voices answer ID TEXT`), and keep one line per suggestion in governance/evidence/feedback.jsonl: its number and two days, no text and no name."
    example = """
{"format": 1, "id": 17, "given_on": "2026-11-02", "answered_on": "2026-11-05"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if FEEDBACK not in repo.files:
            yield Problem(
                f"Nothing tells whether suggestions are answered ({FEEDBACK}; an empty file when there are none)"
            )
        latest = {line.text("id"): line for line in read_lines(repo, FEEDBACK)}
        for name, line in latest.items():
            given = line.date("given_on")
            if given is None:
                yield Problem(f"Suggestion {name} was given on no day", Location(FEEDBACK))
            elif line.date("answered_on") is None and repo.today - given > _LONGEST_WAIT:
                days = (repo.today - given).days
                yield Problem(f"Suggestion {name} waits for {days} days", Location(FEEDBACK), calendar=True)


class EnablementIsDone(Check):
    """Executives judge, practitioners design, engineers run; where one layer lacks, the pilot stays with those who built it."""

    id = "PPL003"
    title = "Each layer did its lab: executives, practitioners, engineers"
    stage = Stage.PRODUCTION
    grade = Grade.EXECUTED
    source = "EU AI Act, Article 4; enablement in three layers"
    effort = Effort.DAYS
    applies_from = LITERACY
    advice = "Do a lab on the pilot's own data with each layer, and append what was done to governance/evidence/labs.jsonl: layer, lab, day, how many took part, and the commit that it ran on."
    example = """
{"format": 1, "layer": "executive", "lab": "Read an interval and decide", "on": "2026-12-10", "people": 4, "commit": "4f1c2d9"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        done = {
            line.text("layer")
            for line in read_lines(repo, LABS)
            if line.date("on") and line.text("lab") and line.text("commit") and (line.number("people") or 0) > 0
        }
        for layer in _LAYERS:
            if layer not in done:
                yield Problem(f"No lab was done with the layer {layer} ({LABS})", Location(LABS if done else ""))


def _nothing_outside(repo: Repository) -> str:
    held = repo.manifest.has("vendors")
    return "" if held else "No role or service is held outside (vendors in pilot.yml is empty)"


class _HandedOverInTime(FieldCheck):
    """Fields whose days count from the stage on which the pilot rests on them, and not only in a promotion."""

    def find(self, repo: Repository) -> Iterator[Problem]:
        """Ask all of it; a day that has passed in production is an error, since by then nobody inside can go on."""
        late = repo.claimed_stage < Stage.PRODUCTION
        for problem in super().find(repo):
            yield problem._replace(calendar=problem.calendar and late)


_OUTSIDE_ROLES_HAVE_SUCCESSORS: Final = _HandedOverInTime(
    Card(
        id="PPL004",
        title="What is held outside has an inside successor and a day of hand-over",
        why="Help from outside is an addition; without a day on which it ends it becomes a dependence.",
        stage=Stage.PRODUCTION,
        source="Managed services as an addition: knowledge moves in-house",
        effort=Effort.HOURS,
        advice="Name for each entry of vendors in pilot.yml who takes over inside, and by when; hand over by that day, or decide on another one. In production an overdue one is an error.",
        example="""
vendors:
  - {name: Model house, does: Hosts the model, successor: team-analytics, hand_over_by: "2027-12-31"}
""".strip(),
    ),
    (
        FieldRule(
            "vendors.*.successor",
            kind="text",
            answer="settled",
            named="name",
            unnamed="A vendor",
            missing="{name} has no successor inside",
        ),
        FieldRule(
            "vendors.*.hand_over_by",
            date="ahead",
            answer="written",
            named="name",
            unnamed="A vendor",
            missing="{name} has no day of hand-over",
            passed="{name} was to hand over on {day}",
        ),
    ),
    _nothing_outside,
)


CHECKS: Final[tuple[Check, ...]] = (
    _PEOPLE_WERE_CONSULTED,
    SuggestionsAreAnswered(),
    EnablementIsDone(),
    _OUTSIDE_ROLES_HAVE_SUCCESSORS,
)
