"""Value, at the gates: who decided that a pilot goes on, and whether they had the right."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.stages import Stage
from pilotline.readiness.approvals import judge_approval
from pilotline.readiness.base import Check, NotProvenError
from pilotline.readiness.gates import GATES, Gate, find_gate, gate_file
from pilotline.readiness.results import Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository

_EXAMPLE: Final = """
---
gate: pilot
approved: true
---

The interval of the first KPI lies above its baseline since 2026-12; the account managers want to keep it.
"""


class GateIsDecided(Check):
    """A stage that nobody decided on has no owner, and what was decided silently is decided again and again."""

    id = "VAL005"
    title = "A go or no-go is recorded for each gate"
    stage = Stage.PILOT
    grade = Grade.ATTESTED
    source = "NIST AI RMF MANAGE 1.1"
    effort = Effort.HOURS
    advice = "Draft governance/decisions/gate-<stage>.md with `pilotline promote --to STAGE --request`, and let whoever approves decide by KPIs and costs: write `approved: true` there, add the reasons, and commit it."
    example = _EXAMPLE

    def find(self, repo: Repository) -> Iterator[Problem]:
        for stage in GATES:
            gate = find_gate(repo, stage)
            if not gate.is_there:
                yield Problem(f"No decision on the stage {stage.label} is recorded ({gate.path})", stage=stage)
            for problem in gate.problems:
                yield Problem(problem, Location(gate.path), stage=stage)


class ApproverHasTheRight(Check):
    """An approval counts when the one who gave it had the right to, and was not the one who asked for it."""

    id = "VAL008"
    title = "A gate was approved by whoever has the right, and not by its promoter"
    stage = Stage.PILOT
    source = "Separation of duties; NIST AI RMF GOVERN 2.1"
    effort = Effort.HOURS
    advice = "Let the one named in decision_rights.approves commit the gate's decision, signed; where that is a role, list the addresses of who holds it in decision_rights.identities. Somebody else promotes."
    example = """
decision_rights:
  approves: head-of-sales
  identities: ["grace@example.org"]   # e-mail addresses that may approve in that role
"""

    def proof(self, repo: Repository) -> Grade:
        approvals = [judge_approval(repo, stage, gate) for stage, gate in _approved(repo)]
        return Grade.STATIC if all(each.is_signed for each in approvals) else Grade.ATTESTED

    def find(self, repo: Repository) -> Iterator[Problem]:
        approved = dict(_approved(repo))
        for stage in (stage for stage in GATES if stage not in approved):
            yield Problem(f"Nobody approved the stage {stage.label} yet ({gate_file(repo, stage)})", stage=stage)
        for stage, gate in approved.items():
            approval = judge_approval(repo, stage, gate)
            if approval.commit is None:
                if len(approved) == len(GATES):
                    raise NotProvenError(f"{gate.path} is in no commit, so nobody can tell who approved")
                continue
            for problem in approval.problems:
                yield Problem(problem, Location(gate.path), stage=stage)
            if approval.unproven:  # what was approved before there were keys does not turn red overnight
                yield Problem(approval.unproven, Location(gate.path), calendar=gate.in_words, stage=stage)


def _approved(repo: Repository) -> Iterator[tuple[Stage, Gate]]:
    gates = ((stage, find_gate(repo, stage)) for stage in GATES)
    return ((stage, gate) for stage, gate in gates if gate.is_there and (gate.approved or gate.in_words))


CHECKS: Final[tuple[Check, ...]] = (GateIsDecided(), ApproverHasTheRight())
