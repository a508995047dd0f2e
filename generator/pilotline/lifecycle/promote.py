"""Promoting a pilot: the proof of the stage, a decision by whoever may decide, and then its stage moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pilotline.errors import ExitCode
from pilotline.lifecycle.pilot_alias import AliasOutcome, alias_command, run_alias
from pilotline.lifecycle.record import draft_record, draft_request, next_number, who_may
from pilotline.lifecycle.stand import (
    LifecycleError,
    Stand,
    change_manifest,
    known_person,
    text_of,
    with_entry,
    write_change,
)
from pilotline.pilot.edit import edit_files
from pilotline.pilot.paths import DECISIONS, MANIFEST, STAGE_HISTORY
from pilotline.pilot.stages import Stage, stage_after
from pilotline.readiness.approvals import Approval, judge_approval
from pilotline.readiness.base import Tools
from pilotline.readiness.gates import find_gate, is_used, next_gate_file
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import Verdict

_OF_THE_GATE = frozenset({"VAL005", "VAL008"})
"""Checks of the decision, which is judged here whatever was waived."""


@dataclass(frozen=True)
class PromotionOutcome:
    """What became of a promotion: the reasons against it, or what it wrote."""

    before: Stage
    to: Stage
    reasons: tuple[str, ...] = ()
    approved_by: str = ""
    proof: str = ""
    record: str = ""
    written: tuple[str, ...] = ()
    alias: str = ""
    """What the pilot's own command said of the model, or would be called with."""

    @property
    def exit_code(self) -> ExitCode:
        """Whether anything speaks against it."""
        return ExitCode.FOUND if self.reasons else ExitCode.DONE


def request_promotion(stand: Stand, verdict: Verdict, to: Stage) -> str:
    """Draft the decision for whoever may approve; return its path.

    Raises:
        LifecycleError: It is no next step, or was approved already.
    """
    _refuse_no_step(stand, to)
    known_person(stand)
    gate = find_gate(stand.repo, to)
    path = next_gate_file(stand.repo, to)
    if gate.approved and path == gate.path:
        raise LifecycleError(f"{path} is approved already.", f"`pilotline promote --to {to.label}` goes on.")
    edit_files(stand.root, {path: draft_request(stand, verdict, to).encode()})
    return path


def promote(stand: Stand, verdict: Verdict, to: Stage, tools: Tools, *, dry_run: bool = False) -> PromotionOutcome:
    """Move a pilot to its next stage when nothing speaks against it; else nothing is changed.

    Raises:
        PilotlineError: It is no next step, or the files cannot be written.
    """
    _refuse_no_step(stand, to)
    approval = _approval(stand, to)
    reasons = (*_open_checks(verdict, to), *_against_approval(stand, to, approval))
    if reasons or approval is None or approval.commit is None:
        return PromotionOutcome(stand.stage, to, reasons)
    if dry_run:
        alias = AliasOutcome(f"would call `{' '.join(alias_command(stand, to))}`" if alias_command(stand, to) else "")
    else:
        alias = run_alias(stand, tools, to)
    if alias.problem:
        return PromotionOutcome(stand.stage, to, (alias.problem,))
    number = next_number(stand)
    record = f"{DECISIONS}{number:04d}-enter-{to.label}.md"
    files = {
        MANIFEST: change_manifest(text_of(stand, MANIFEST), ("stage",), to.label),
        STAGE_HISTORY: with_entry(stand, _entry(stand, to, approval, record, verdict.today)),
        record: draft_record(stand, verdict, to, approval, number, "" if dry_run else alias.said),
    }
    written = tuple(sorted(files)) if dry_run else write_change(stand, files)
    return PromotionOutcome(
        stand.stage, to, (), approval.commit.author_email, approval.proof, record, written, alias.said
    )


def _entry(stand: Stand, to: Stage, approval: Approval, record: str, today: date) -> dict[str, object]:
    commit = approval.commit
    return {
        "stage": to.label,
        "since": today.isoformat(),
        "what": "promoted",
        "approved_by": commit.author_email if commit else "",
        "proof": approval.proof,
        "approval": commit.id if commit else "",
        "promoted_by": stand.person,
        "because": f"Its proof for {to.label} is there, and the decision is go",
        "gate": approval.gate.path,
        "decision": record,
    }


def _refuse_no_step(stand: Stand, to: Stage) -> None:
    """Refuse what is no step forward.

    Raises:
        LifecycleError: It says from where to where it goes.
    """
    if stand.repo.manifest.has("retired"):
        raise LifecycleError("This pilot is retired.", "Take `retired` out of pilot.yml when it shall live again.")
    following = stage_after(stand.stage.label)
    if following != to.label:
        way = f"the next stage is {following}" if following else "there is none after it"
        raise LifecycleError(f"This pilot is in the stage {stand.stage.label}: {way}.", "`pilotline status` shows it.")


def _approval(stand: Stand, to: Stage) -> Approval | None:
    gate = find_gate(stand.repo, to)
    if not gate.is_there or not gate.approved or is_used(stand.repo, gate.path):
        return None
    return judge_approval(stand.repo, to, gate, known_person(stand))


def _against_approval(stand: Stand, to: Stage, approval: Approval | None) -> Iterator[str]:
    """Say what speaks against the decision."""
    if approval is not None:
        yield from approval.problems
        if approval.unproven:
            yield approval.unproven
        elif to is Stage.PRODUCTION and stand.repo.is_as_rendered(stand.repo.organisation.source.path) is None:
            yield "The catalog cannot be had here, so nobody can tell whether the list of keys is the organisation's"
        return
    gate = find_gate(stand.repo, to)
    if not gate.is_there:
        yield (
            f"Nobody approved it: `pilotline promote --to {to.label} --request` drafts {gate.path} for {who_may(stand)}"
        )
    elif is_used(stand.repo, gate.path):
        yield f"{gate.path} was used up by an earlier promotion: ask anew with --request"
    else:
        yield from gate.problems or (f"{gate.path} is not approved yet",)


def _open_checks(verdict: Verdict, to: Stage) -> Iterator[str]:
    """Name each thing that keeps the pilot from the stage, findings of the calendar included."""
    for result in verdict.results:
        if result.card.id not in _OF_THE_GATE and result.stage <= to and result.blocks(strict=True):
            yield from (f"{result.card.id} {text}" for text in _findings(result, to))


def _findings(result: Result, to: Stage) -> Iterator[str]:
    ended = result.message.partition(": ")[0] if result.message.startswith("The waiver ended") else ""
    found = [each.message for each in result.problems if (each.stage or result.card.stage) <= to]
    for text in found or [result.message]:
        yield f"{ended}: {text}" if ended and text != result.message else text
