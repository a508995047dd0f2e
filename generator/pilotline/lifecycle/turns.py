"""What else happens to a stage: back, longer, or the end; each leaves its reason in the dated history."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from pilotline.documents.rewriting import RewritingError, add_section
from pilotline.lifecycle.pilot_alias import AliasOutcome, run_alias
from pilotline.lifecycle.record import next_number
from pilotline.lifecycle.stand import (
    LifecycleError,
    Stand,
    change_manifest,
    known_person,
    text_of,
    with_entry,
    write_change,
)
from pilotline.pilot.paths import DECISIONS, MANIFEST, STAGE_HISTORY
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import NotProvenError, Tools

_ENDS: Final = ("experiment", "ends")
_STOP_RULE: Final = ("experiment", "stop_rule")


class Takeaway(NamedTuple):
    """What a pilot leaves to others."""

    text: str
    challenge: str = ""
    """What it is about, in a word that `catalog learnings` gathers by; empty where it is for this team alone."""


@dataclass(frozen=True)
class StageTurn:
    """What was done to a stage."""

    what: str
    said: str
    written: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What could not be done here, and has to be done elsewhere."""


def demote(stand: Stand, to: Stage, because: str, tools: Tools, today: date) -> StageTurn:
    """Move a pilot back to an earlier stage.

    Raises:
        PilotlineError: It is not an earlier one, or the files cannot be written.
    """
    _refuse_retired(stand)
    if to >= stand.stage:
        message = f"This pilot is in the stage {stand.stage.label}, so {to.label} is no step back."
        raise LifecycleError(message, "`pilotline promote` moves forward.")
    notes = []
    for left in (stage for stage in Stage if to < stage <= stand.stage):
        alias = run_alias(stand, tools, left, take_away=True)
        notes += [each for each in (alias.problem, alias.said) if each]
    entry = {
        "stage": to.label, "since": today.isoformat(), "what": "demoted", "from": stand.stage.label,
        "by": known_person(stand), "because": because,
    }  # fmt: skip
    manifest = change_manifest(text_of(stand, MANIFEST), ("stage",), to.label)
    written = write_change(stand, {MANIFEST: manifest, STAGE_HISTORY: with_entry(stand, entry)})
    return StageTurn("demoted", f"From {stand.stage.label} back to {to.label}.", written, tuple(dict.fromkeys(notes)))


def extend(stand: Stand, until: date, because: str, today: date) -> StageTurn:
    """Give an experiment a later end, also where its stop rule names the old one.

    Raises:
        PilotlineError: The end is not later, or the files cannot be written.
    """
    _refuse_retired(stand)
    ends = stand.repo.manifest.date(*_ENDS)
    if ends is not None and until <= max(ends, today):
        raise LifecycleError(f"The experiment ends on {ends}, and {until} is not later.", "Give a later day: --until.")
    text = change_manifest(text_of(stand, MANIFEST), _ENDS, until.isoformat())
    rule = stand.repo.manifest.text(*_STOP_RULE)
    if ends is not None and ends.isoformat() in rule:
        text = change_manifest(text, _STOP_RULE, rule.replace(ends.isoformat(), until.isoformat()))
    entry = {
        "what": "extended", "day": today.isoformat(), "until": until.isoformat(),
        "before": ends.isoformat() if ends else "", "by": known_person(stand), "because": because,
    }  # fmt: skip
    written = write_change(stand, {MANIFEST: text, STAGE_HISTORY: with_entry(stand, entry)})
    return StageTurn("extended", f"The experiment now ends on {until}.", written)


def retire(stand: Stand, because: str, lesson: Takeaway, tools: Tools, today: date) -> StageTurn:
    """End a pilot: its model is switched off wherever this repository runs, and what was learned is kept.

    Raises:
        PilotlineError: It is retired already, or the files cannot be written.
    """
    _refuse_retired(stand)
    person, number = known_person(stand), next_number(stand)
    record = f"{DECISIONS}{number:04d}-retire.md"
    entry = {
        "what": "retired", "day": today.isoformat(), "from": stand.stage.label, "by": person, "because": because,
        "lesson": lesson.text, "decision": record,
    }  # fmt: skip
    retired = {"since": today.isoformat(), "by": person, "because": because, "lesson": lesson.text}
    try:
        manifest = add_section(text_of(stand, MANIFEST), "retired", retired)
    except RewritingError as error:
        raise LifecycleError(f"{MANIFEST} takes no part `retired`: {error}.", f"Put {MANIFEST} right.") from error
    page = _page(stand, number, because, lesson, person, today)
    written = write_change(stand, {MANIFEST: manifest, STAGE_HISTORY: with_entry(stand, entry), record: page})
    switched = _switch_off(stand, tools, person, because)
    notes = tuple(each for each in (switched.said, switched.problem) if each)
    return StageTurn("retired", "Retired: the rule decides in the model's place from now on.", written, notes)


def _page(stand: Stand, number: int, because: str, lesson: Takeaway, person: str, today: date) -> str:
    marked = ["---", "learning: true", f"challenge: {lesson.challenge}", "---"] if lesson.challenge else []
    lines = [
        *marked, f"# {number}. {stand.repo.manifest.text('name')} is retired", "", lesson.text, "",
        f"- Date: {today.isoformat()}", f"- Decided by: {person}", f"- Stage: {stand.stage.label}",
        f"- Because: {because}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _switch_off(stand: Stand, tools: Tools, person: str, because: str) -> AliasOutcome:
    """StageTurn the kill switch here and now; elsewhere the running pilot reads in its manifest that it is retired."""
    command = (stand.command, "switch", "off", "--by", person, "--why", f"retired: {because}")
    if not stand.command or f"{stand.repo.package_folder}_platform/switch.py" not in stand.repo.files:
        return AliasOutcome(problem="This pilot has no kill switch that could be turned here.")
    try:
        done = tools.run(command)
    except NotProvenError as error:
        return AliasOutcome(problem=f"The kill switch was not turned on this machine: {error}")
    if done.code:
        reason = (done.err.strip().splitlines() or ["it gave no reason"])[-1]
        return AliasOutcome(problem=f"The kill switch was not turned on this machine: {reason}")
    return AliasOutcome(" ".join(done.out.split()))


def _refuse_retired(stand: Stand) -> None:
    if stand.repo.manifest.has("retired"):
        raise LifecycleError("This pilot is retired already.", "Its history is in governance/stage_history.yml.")
