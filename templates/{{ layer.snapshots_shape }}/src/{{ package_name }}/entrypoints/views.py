"""What commands show of each step's result, in the words of the case."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from .._platform.case import CaseWords
from .._platform.screen import Json, Screen, grid
from .._platform.shown_kpis import show_kpis
from .._platform.wording import number
from ..domain.batch import Entry, said
from ..domain.value import PREDICT
from ..pipelines.intake import Intake
from ..pipelines.learn import Trained
from ..pipelines.measure import Measured
from ..pipelines.score import Scored
from ..services.evaluation import UNSAID, Comparison, Evaluation

FIRST = 5


def show_intake(screen: Screen, intake: Intake, words: CaseWords) -> Json:
    """Show what was read, and which broken rules are worth mending."""
    checked = intake.checked
    aside, due = len(checked.quarantine), len(intake.due.cases)
    screen.title(
        f"Data: {checked.rows_read:,} rows read, {aside:,} set aside; {len(intake.known):,} {words.cases} with a known "
        f"{words.outcome}, {due:,} to decide on"
    )
    if intake.due.cases and not intake.due.waiting:
        screen.line(f"Each {words.case} has its {words.outcome}: the newest period is decided on without learning it.")
    table = grid("rule of the contract", "rows", "share", "tolerated", "owner", right=(1, 2, 3))
    for each in checked.findings:
        table.add_row(escape(each.rule), f"{each.bad:,}", f"{each.share:.1%}", each.tolerated, escape(each.owner))
    if checked.findings:
        screen.table(table)
    return {
        "rows_read": checked.rows_read,
        "set_aside": aside,
        "known": len(intake.known),
        "due": due,
        "days": intake.days,
        "findings": [asdict(each) for each in checked.findings],
    }


def show_trained(screen: Screen, trained: Trained, words: CaseWords) -> Json:
    """Show the new version."""
    until = f" known by {trained.known_by}" if trained.known_by else ""
    screen.title(f"Trained: version {trained.version} ({trained.kind}), {trained.cases:,} {words.cases}{until}")
    return asdict(trained)


def _difference(each: Comparison) -> str:
    found = each.difference
    if not (found.value or found.low or found.high):
        return "-"
    return f"{number(found.value, '+')} ({number(found.low, '+')} to {number(found.high, '+')})"


def show_evaluation(screen: Screen, found: Evaluation, words: CaseWords) -> Json:
    """Show the model against the rule, also within groups, and what the gate makes of it."""
    main = found.main
    screen.title(f"Judged on {main.cases:,} {words.cases} that the model had not seen")
    screen.line(f"Judged {found.how}. The rule today: {found.rule}.")
    table = grid("measured by", "model", "rule", "difference, 95 % interval", right=(1, 2), spans=(3,))
    rows = [(each.unit, each) for each in found.against_rule]
    rows += [(f"  of those: {name}", each) for name, each in found.slices]
    for name, each in rows:
        table.add_row(escape(name), number(each.value.value), number(each.other.value), _difference(each))
    screen.table(table)
    if found.unsaid:
        screen.line(f"{found.unsaid} groups are not shown alone: {UNSAID}.")
    gate = "passed" if found.verdict.passed else "not passed"
    screen.line(f"Gate for version {found.version}: {gate}; {'; '.join(found.verdict.reasons)}.")
    return asdict(found)


def show_scored(screen: Screen, scored: Scored, words: CaseWords) -> Json:
    """Show what is to be done first, and whether the data has moved."""
    batch = scored.batch
    if batch is None:
        screen.title(f"{words.list.capitalize()}: {scored.why}")
        return {"why": scored.why, "written": 0, "due": 0}
    state = f"{scored.written:,} lines written" if scored.written else "already written, nothing new"
    size = f"{len(batch.chosen):,} of {len(batch.entries):,} {words.cases}"
    screen.title(f"{words.list.capitalize()} {batch.period}: {size}; {state}")
    screen.line(f"Here {scored.why}.")
    table = grid("", words.case, "decision", "why", right=(0,))
    for entry in batch.chosen[:FIRST]:
        cells = (entry.name, _decision(entry, words), "; ".join(entry.reasons))
        table.add_row(str(entry.place), *map(escape, cells))
    screen.table(table)
    found = sorted((each for each in scored.drift if each.detected), key=lambda each: -each.statistic)
    if found:
        listed = ", ".join(f"{each.feature} {each.statistic:.2f} (chance: {each.threshold:.2f})" for each in found)
        screen.line(f"Drift against what the champion learned from: {listed}.")
    return {
        "period": batch.period,
        "batch": batch.name,
        "method": batch.method,
        "model_version": batch.model_version,
        "run_id": batch.run_id,
        "why": scored.why,
        "due": len(batch.entries),
        "chosen": len(batch.chosen),
        "written": scored.written,
        "drift": [each.feature for each in found],
        "first": [asdict(entry) for entry in batch.chosen[:FIRST]],
    }


def _decision(entry: Entry, words: CaseWords) -> str:
    if entry.action == PREDICT:
        return f"{number(entry.amount)} {words.unit}"
    likely = "" if entry.likely is None else f", {entry.likely:.0%}"
    return f"{said(entry.action, words.decision)}{likely}"


def show_measured(screen: Screen, measured: Measured, kept: Sequence[Path]) -> Json:
    """Show the KPIs."""
    return {
        "kpis": show_kpis(screen, measured.assessments, measured.assumptions, kept),
        "evidence": [str(path) for path in kept],
        "live_periods": list(measured.live_periods),
    }
