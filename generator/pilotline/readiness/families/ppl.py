"""People: those whose work changes had a say, get answers, and can go on without those from outside."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import FEEDBACK, LABS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.eu_ai_act import LITERACY
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.pilot_evidence import contract_in_force, read_lines
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.evidence import is_in_force

_LONGEST_WAIT: Final = timedelta(days=30)
_LONGEST_KNOWN: Final = timedelta(days=366)
"""How long a lab counts: people come and go, and the pilot changes."""
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
    advice = "Do the lab of each layer on the pilot's own data: docs/labs/ says how, and the pilot's `lab LAYER` what is still wrong of it; all right, it records that. It counts for a year, and on the data contract in force."
    example = """
{"format": 1, "layer": "executive", "lab": "Decide go or no-go from the KPI page, and defend it", "on": "2026-12-10", "people": 4, "commit": "4f1c2d9"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        lines, contract = tuple(read_lines(repo, LABS)), contract_in_force(repo)
        done = {line.text("layer"): line.date("on") for line in lines if _was_done(line, contract)}
        others = {line.text("layer") for line in lines if _was_done(line, line.text("contract") or None)}
        for layer in _LAYERS:
            day = done.get(layer)
            if day is None:
                where = "on the data contract in force " if layer in others else ""
                yield Problem(
                    f"No lab was done {where}with the layer {layer} ({LABS})", Location(LABS if lines else "")
                )
            elif repo.today - day > _LONGEST_KNOWN:
                yield Problem(f"The lab with the layer {layer} was done on {day}", Location(LABS), calendar=True)


def _was_done(line: Section, contract: str | None) -> bool:
    said = line.date("on") and line.text("lab") and line.text("commit") and (line.number("people") or 0) > 0
    return bool(said) and is_in_force(line.text("contract") or None, contract)


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
