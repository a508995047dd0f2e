"""What each step shows of its result: tables for people, the same as values for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from .._platform.screen import Json, Screen, grid
from .._platform.shown_kpis import show_kpis
from ..domain.call_list import Entry
from ..domain.ranking import Method
from ..pipelines.intake import Intake
from ..pipelines.learn import Trained
from ..pipelines.measure import Measured
from ..pipelines.score import Scored
from ..services.evaluation import PER, Estimate, Evaluation, Measure
from ..settings import Settings

FIRST = 5


def show_intake(screen: Screen, intake: Intake, settings: Settings) -> Json:
    """Show what was read, and which broken rules are worth mending."""
    checked, customers, words = intake.checked, intake.customers, settings.words
    aside = len(checked.quarantine)
    screen.title(f"Data: {checked.rows_read:,} lines read, {aside:,} set aside, {intake.orders:,} {words.events}")
    at_stake = f"{settings.amount_unit} at stake"
    table = grid("rule of the contract", "lines", "share", "tolerated", at_stake, "owner", right=(1, 2, 3, 4))
    for each in checked.findings:
        stake = f"{each.at_stake or 0:,.0f}"
        table.add_row(
            escape(each.rule), f"{each.bad:,}", f"{each.share:.1%}", each.tolerated, stake, escape(each.owner)
        )
    if checked.findings:
        screen.table(table)
    return {
        "rows_read": checked.rows_read,
        "set_aside": aside,
        "events": intake.orders,
        "cases": len(customers),
        "first_day": customers.first_day,
        "last_day": customers.last_day,
        "findings": [asdict(each) for each in checked.findings],
    }


def show_trained(screen: Screen, trained: Trained) -> Json:
    """Show the new version."""
    learned = f"{trained.outcomes:,} outcomes known by {trained.known_by}"
    screen.title(f"Trained: version {trained.version} ({trained.kind}), {learned}")
    return asdict(trained)


def _difference(estimate: Estimate, places: str) -> str:
    if not (estimate.value or estimate.low or estimate.high):
        return "-"
    return f"{estimate.value:+,{places}} ({estimate.low:+,{places}} to {estimate.high:+,{places}})"


def show_evaluation(screen: Screen, found: Evaluation, settings: Settings) -> Json:
    """Show every way to rank against the rule, and what the gate makes of it."""
    months, words, unit = found.months, settings.words, settings.amount_unit
    over = f"{months[0].cutoff:%Y-%m} to {months[-1].cutoff:%Y-%m}"
    screen.title(f"Judged on {len(months)} past lists, {over}, per {PER} {words.chosen}")
    columns = ("ranked by", f"{unit} reached", "to the rule", f"{words.cases} reached", "to the rule")
    table = grid(*columns, right=(1, 3), spans=(2, 4))
    for method in Method:
        money, people = found.against_rule[method][Measure.REVENUE], found.against_rule[method][Measure.CUSTOMERS]
        table.add_row(
            method.said(words),
            f"{money.value.value:,.0f}",
            _difference(money.difference, ".0f"),
            f"{people.value.value:.1f}",
            _difference(people.difference, ".1f"),
        )
    screen.table(table)
    screen.line(found.finding(unit, words))
    screen.line(found.calibration(unit, words))
    gate = "passed" if found.decision.passed else "not passed"
    screen.line(f"Gate for version {found.version}: {gate}; {'; '.join(found.decision.reasons)}.")
    return asdict(found) | {"finding": found.finding(unit, words)}


def show_scored(screen: Screen, scored: Scored, settings: Settings) -> Json:
    """Show the top of the list and whether the data has moved."""
    called, entries, words = scored.call_list.called, scored.call_list.entries, settings.words
    state = f"{scored.written:,} lines written" if scored.written else "already written, nothing new"
    size = f"{len(called):,} of {len(entries):,} active {words.cases}"
    screen.title(f"{words.list.capitalize()} of {scored.call_list.cutoff}: {size}; {state}")
    screen.line(f"On this list {scored.why}.")
    table = grid("", words.case, f"{words.money}, {settings.amount_unit}", "risk", "why", right=(0, 2, 3))
    for entry in called[:FIRST]:
        risk = "" if entry.probability is None else f"{entry.probability:.0%}"
        table.add_row(
            str(entry.rank), escape(entry.customer), f"{entry.revenue:,.0f}", risk, escape("; ".join(entry.reasons))
        )
    screen.table(table)
    moved = [each.feature for each in scored.drift if each.detected]
    if moved:
        found = sorted((each for each in scored.drift if each.detected), key=lambda each: -each.statistic)
        listed = ", ".join(f"{each.feature} {each.statistic:.2f} (usual: {each.threshold:.2f})" for each in found)
        screen.line(f"Drift against the lists of the year before: {listed}.")
    return {
        "cutoff": scored.call_list.cutoff,
        "batch": scored.call_list.batch,
        "method": scored.call_list.method,
        "model_version": scored.call_list.model_version,
        "run_id": scored.call_list.run_id,
        "why": scored.why,
        "active": len(entries),
        "chosen": len(called),
        "written": scored.written,
        "drift": moved,
        "first": [_entry_json(entry) for entry in called[:FIRST]],
    }


def _entry_json(entry: Entry) -> Json:
    return {
        "case": entry.customer,
        "place": entry.rank,
        "money": entry.revenue,
        "priority": entry.priority,
        "probability": entry.probability,
        "reasons": list(entry.reasons),
    }


def show_measured(screen: Screen, measured: Measured, kept: Sequence[Path]) -> Json:
    """Show the KPIs, and when there is more to know."""
    kpis = show_kpis(screen, measured.assessments, measured.assumptions, kept)
    if measured.next_outcome:
        screen.line(f"The next list's outcome is known on {measured.next_outcome}.")
    return {
        "evidence": [str(path) for path in kept],
        "kpis": kpis,
        "live_lists": list(measured.live_lists),
        "next_outcome": measured.next_outcome,
    }
