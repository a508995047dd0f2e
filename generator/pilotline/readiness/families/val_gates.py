"""Value, at the gates: who decided that a pilot goes on, and whether they had the right."""

import re
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import STAGE_HISTORY
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, NotProvenError
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.results import Effort, Grade, Problem
from pilotline.readiness.view.git_history import Commit
from pilotline.readiness.view.pilot_view import Repository

_FIELD: Final = r"(?im)^[-*\s]*\**{name}\**\s*:\**\s*(.+)$"
_DECISIONS: Final = re.compile(r"(?i)\b(?:go|no[- ]go|stop|change)\b")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_GATES: Final = (Stage.PILOT, Stage.PRODUCTION)
_EXAMPLE: Final = """
# governance/decisions/gate-pilot.md
- Decision: go
- Decided by: head-of-sales
- Date: 2027-01-20

The interval of the first KPI lies above its baseline since 2026-12; the account managers want to keep it.
"""


def gate_file(stage: Stage) -> str:
    """Name the file of the decision that lets a pilot enter a stage."""
    return f"governance/decisions/gate-{stage.label}.md"


class GateIsDecided(Check):
    """A stage that nobody decided on has no owner, and what was decided silently is decided again and again."""

    id = "VAL005"
    title = "A go or no-go is recorded for each gate"
    stage = Stage.PILOT
    grade = Grade.ATTESTED
    source = "NIST AI RMF MANAGE 1.1"
    effort = Effort.HOURS
    advice = "Let whoever approves decide by KPIs and costs, and write decision, name, date and reasons into governance/decisions/gate-<stage>.md."
    example = _EXAMPLE

    def find(self, repo: Repository) -> Iterator[Problem]:
        for gate in _GATES:
            path = gate_file(gate)
            if path not in repo.files:
                yield Problem(f"No decision on the stage {gate.label} is recorded ({path})", stage=gate)
                continue
            text = repo.text(path)
            decision, name, day = (_read(text, field) for field in ("Decision", "Decided by", "Date"))
            if not _DECISIONS.search(decision):
                yield Problem(f"{path} does not say go or no-go (Decision:)", Location(path), stage=gate)
            elif not re.match(r"(?i)go\b", decision):
                yield Problem(
                    f"{path} says {decision}: the pilot does not enter this stage", Location(path), stage=gate
                )
            if is_unanswered(name) or not _DATE.search(day):
                yield Problem(f"{path} says neither who decided nor when", Location(path), stage=gate)


def _read(text: str, name: str) -> str:
    found = re.search(_FIELD.format(name=name), text)
    return found[1].strip() if found else ""


class ApproverHasTheRight(Check):
    """An approval counts when the one who gave it had the right to, and was not the one who asked for it."""

    id = "VAL008"
    title = "A gate was approved by whoever has the right, and not by its promoter"
    stage = Stage.PILOT
    source = "Separation of duties; NIST AI RMF GOVERN 2.1"
    effort = Effort.HOURS
    advice = "Let the one named in decision_rights.approves commit the gate's decision; where that is a role, list who holds it in decision_rights.identities. Somebody else changes the stage."
    example = """
decision_rights:
  approves: head-of-sales
  identities: ["grace@example.org"]   # e-mail addresses that may approve in that role
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        missing = [gate for gate in _GATES if gate_file(gate) not in repo.files]
        for gate in missing:
            yield Problem(f"Nobody approved the stage {gate.label} yet ({gate_file(gate)})", stage=gate)
        for gate in (gate for gate in _GATES if gate not in missing):
            commits = repo.history.commits(gate_file(gate))
            if commits:
                yield from _wrong_approval(repo, gate, commits[0])
            elif not missing:
                raise NotProvenError(f"{gate_file(gate)} is in no commit, so nobody can tell who approved")


def _wrong_approval(repo: Repository, gate: Stage, approval: Commit) -> Iterator[Problem]:
    rights = repo.manifest.at("decision_rights")
    allowed = {name.lower() for name in (rights.text("approves"), *rights.texts("identities"))}
    place = Location(gate_file(gate))
    if not {approval.author.lower(), approval.author_email.lower()} & allowed:
        message = f"{approval.author_email} decided on {gate.label}, and is not among those who may approve"
        yield Problem(message, place, stage=gate)
    promoter = _promoter(repo, gate)
    if promoter and promoter.author_email.lower() == approval.author_email.lower():
        yield Problem(f"{approval.author_email} both promoted to {gate.label} and approved it", place, stage=gate)


def _promoter(repo: Repository, gate: Stage) -> Commit | None:
    """Find the commit that first wrote a stage into the history of stages."""
    mark = re.compile(rf"(?m)^\s*(?:- )?stage: *[\"']?{gate.label}\b")
    if not mark.search(repo.text(STAGE_HISTORY)):
        return None
    commits = repo.history.commits(STAGE_HISTORY)
    with_stage = [
        c for c in commits if mark.search((repo.history.content(c.id, STAGE_HISTORY) or b"").decode(errors="replace"))
    ]
    return with_stage[-1] if with_stage else None


CHECKS: Final[tuple[Check, ...]] = (GateIsDecided(), ApproverHasTheRight())
