"""Evaluating checks: each one alone, so that the fault of one cannot hide the others."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from pilotline.documents.harmless import one_line
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, NotProvenError, Tools
from pilotline.readiness.eu_ai_act import is_overtaken
from pilotline.readiness.evidence import Record, is_current
from pilotline.readiness.results import Grade, Problem, Reason, Result, Severity, Status
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.waivers import Waiver

Progress = Callable[[str], None]


@dataclass
class Proofs:
    """Evidence by check: what was recorded, and what this run adds."""

    recorded: Mapping[str, Record] = field(default_factory=dict)
    tools: Tools | None = None
    """The pilot's own commands; None when nothing is to be run."""
    progress: Progress = lambda _: None
    added: dict[str, Record] = field(default_factory=dict)


class _Proof(NamedTuple):
    """What is known about an executed check: a measurement, or why there is none."""

    measured: Measured | None
    missing: str = ""
    next_step: str = ""


def evaluate(checks: Iterable[Check], repo: Repository, proofs: Proofs) -> tuple[Result, ...]:
    """Evaluate every check, whatever the stage."""
    return tuple(_timed(check, repo, proofs) for check in checks)


def _timed(check: Check, repo: Repository, proofs: Proofs) -> Result:
    start = time.perf_counter()
    try:
        result = _evaluate(check, repo, proofs)
    except NotProvenError as error:
        result = _not_proven(check, _Proof(None, str(error), error.next_step), check.card.grade)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
        message = f"The check itself failed: {type(error).__name__}: {error}"
        result = Result(check.card, Status.ERROR, check.card.stage, check.card.grade, message)
    problems = tuple(problem._replace(message=one_line(problem.message)) for problem in result.problems)
    seconds = time.perf_counter() - start
    return result._replace(message=one_line(result.message), problems=problems, seconds=seconds)


def _evaluate(check: Check, repo: Repository, proofs: Proofs) -> Result:
    card = check.card
    reason = check.not_applicable(repo)
    if reason:
        return Result(card, Status.SKIP, card.stage, card.grade, reason, Reason.NOT_APPLICABLE)
    problems = tuple(check.find(repo))
    if isinstance(check, ExecutedCheck) and not any(not problem.calendar for problem in problems):
        proof = _prove(check, repo, proofs)
        if proof.measured is None:
            return _not_proven(check, proof, Grade.STATIC)
        problems += tuple(check.judge(proof.measured))
    return conclude(check, problems, repo)


def _not_proven(check: Check, proof: _Proof, grade: Grade) -> Result:
    card = check.card
    stage = (check.proof_stage if isinstance(check, ExecutedCheck) else None) or card.stage
    return Result(card, Status.SKIP, stage, grade, proof.missing, reason=Reason.NOT_PROVEN, next_step=proof.next_step)


def conclude(check: Check, problems: tuple[Problem, ...], repo: Repository) -> Result:
    """Turn what was found into a result."""
    card = check.card._replace(applies_from=check.law(repo))
    if not problems:
        return Result(card, Status.PASS, card.stage, check.proof(repo), card.title)
    calendar = is_overtaken(card.stage, card.applies_from, repo) or all(problem.calendar for problem in problems)
    real = [problem for problem in problems if not problem.calendar] or list(problems)
    warns = calendar or card.severity is Severity.WARNING
    first = real[0]
    more = f" (and {len(real) - 1} more)" if len(real) > 1 else ""
    return Result(
        card,
        Status.WARN if warns else Status.FAIL,
        min(problem.stage or card.stage for problem in real),
        card.grade,
        f"{first.message}{more}",
        problems=(*real, *(problem for problem in problems if problem not in real)),
        calendar=calendar,
    )


def _prove(check: ExecutedCheck, repo: Repository, proofs: Proofs) -> _Proof:
    """Run the command when asked to; else take the evidence of this commit."""
    tools = proofs.tools
    if tools is not None and not (check.needs_network and tools.offline):
        return _run(check, repo, tools, proofs)
    record = proofs.recorded.get(check.card.id)
    if record is None:
        network = ", needs the network" if check.needs_network else ""
        return _Proof(None, f"Not proven yet: {check.card.title} ({check.command(repo)}{network})")
    if not is_current(repo, record):
        return _Proof(None, f"The proof is of commit {record.commit[:9]}; files changed since")
    return _Proof(record.measured)


def _run(check: ExecutedCheck, repo: Repository, tools: Tools, proofs: Proofs) -> _Proof:
    command = check.command(repo)
    proofs.progress(f"{check.card.id} {command}")
    start = time.perf_counter()
    try:
        measured = check.measure(repo, tools)
    except NotProvenError as error:
        return _Proof(None, str(error), error.next_step)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    seconds = time.perf_counter() - start
    proofs.added[check.card.id] = Record(check.card.id, repo.history.head, at, command, seconds, measured)
    return _Proof(measured)


def apply_waivers(results: Sequence[Result], waivers: Mapping[str, Waiver], today: date) -> tuple[Result, ...]:
    """Waive what may be waived; what an ended waiver covered becomes a calendar finding."""
    return tuple(_waive(result, waivers.get(result.card.id), today) for result in results)


def _waive(result: Result, waiver: Waiver | None, today: date) -> Result:
    if waiver is None or not result.is_open or today < waiver.created:
        return result
    notes = {"reason": waiver.reason, "owner": waiver.owner, "approver": waiver.approver}
    notes["expires"] = waiver.expires.isoformat()
    if waiver.holds_on(today):
        message = f"Waived until {waiver.expires} by {waiver.approver}: {waiver.reason}"
        return result._replace(status=Status.WAIVED, message=message, notes=notes)
    message = f"The waiver ended on {waiver.expires}: {result.message}"
    return result._replace(status=Status.WARN, reason=None, calendar=True, message=message, notes=notes)


def reached_stage(results: Collection[Result], *, strict: bool = False) -> Stage | None:
    """Give the highest stage that nothing blocks; None when not even the first is reached."""
    blocked = [result.stage for result in results if result.blocks(strict=strict)]
    reached = [stage for stage in Stage if not blocked or stage < min(blocked)]
    return max(reached, default=None)


def lower_severities(results: Sequence[Result], lowered: Collection[str]) -> tuple[Result, ...]:
    """Make the checks that the organisation lowered warn instead of fail."""
    return tuple(_lower(result) if result.card.id in lowered else result for result in results)


def _lower(result: Result) -> Result:
    card = result.card._replace(severity=Severity.WARNING)
    return result._replace(card=card, status=Status.WARN if result.status is Status.FAIL else result.status)
