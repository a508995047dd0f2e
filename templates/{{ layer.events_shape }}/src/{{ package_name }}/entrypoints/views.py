"""What each step shows of its result: tables for people, the same as values for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from .._platform.kpi import Assessment
from .._platform.wording import number, sentence
from ..domain.ranking import Method
from ..pipelines.intake import Intake
from ..pipelines.learn import Registered, Trained
from ..pipelines.measure import Measured
from ..pipelines.score import Scored
from ..services.evaluation import Estimate, Evaluation, Measure
from .screen import Json, Screen, grid

FIRST = 5


def show_intake(screen: Screen, intake: Intake, currency: str) -> Json:
    """Show what was read, and which broken rules are worth mending."""
    checked, customers = intake.checked, intake.customers
    aside = len(checked.quarantine)
    screen.title(f"Data: {checked.rows_read:,} lines read, {aside:,} set aside, {intake.orders:,} orders")
    table = grid(
        "rule of the contract", "lines", "share", "tolerated", f"{currency} at stake", "owner", right=(1, 2, 3, 4)
    )
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
        "orders": intake.orders,
        "customers": len(customers),
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


def show_evaluation(screen: Screen, found: Evaluation, currency: str) -> Json:
    """Show every way to rank against the rule, and what the gate makes of it."""
    months = found.months
    screen.title(
        f"Judged on {len(months)} past lists, {months[0].cutoff:%Y-%m} to {months[-1].cutoff:%Y-%m}, per 100 calls"
    )
    table = grid(
        "ranked by", f"{currency} reached", "to the rule", "lapsing reached", "to the rule", right=(1, 3), spans=(2, 4)
    )
    for method in Method:
        money, people = found.against_rule[method][Measure.REVENUE], found.against_rule[method][Measure.CUSTOMERS]
        table.add_row(
            method.words,
            f"{money.value.value:,.0f}",
            _difference(money.difference, ".0f"),
            f"{people.value.value:.1f}",
            _difference(people.difference, ".1f"),
        )
    screen.table(table)
    screen.line(found.finding(currency))
    screen.line(found.calibration(currency))
    gate = "passed" if found.decision.passed else "not passed"
    screen.line(f"Gate for version {found.version}: {gate}; {'; '.join(found.decision.reasons)}.")
    return asdict(found) | {"finding": found.finding(currency)}


def show_registered(screen: Screen, registered: Registered) -> Json:
    """Show who is champion now."""
    now = (
        f"the champion is version {registered.champion}"
        if registered.champion
        else "there is no champion: the rule decides"
    )
    word = "became champion" if registered.promoted else "stays a challenger"
    screen.title(f"Registered: version {registered.version} {word}; {now}")
    return asdict(registered)


def show_scored(screen: Screen, scored: Scored, currency: str) -> Json:
    """Show the top of the list and whether the data has moved."""
    called, entries = scored.call_list.called, scored.call_list.entries
    state = f"{scored.written:,} lines written" if scored.written else "already written, nothing new"
    size = f"{len(called):,} of {len(entries):,} active customers"
    screen.title(f"Call list of {scored.call_list.cutoff}: {size}; {state}")
    screen.line(f"On this list {scored.why}.")
    table = grid("", "customer", f"{currency} revenue", "risk", "why", right=(0, 2, 3))
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
        "called": len(called),
        "written": scored.written,
        "drift": moved,
        "first": [asdict(entry) for entry in called[:FIRST]],
    }


def show_measured(screen: Screen, measured: Measured, kept: Sequence[Path]) -> Json:
    """Show the KPIs against their baseline, what that is worth, and which assumptions it rests on."""
    screen.title("KPIs")
    table = grid("KPI", "value", "95 % interval", "baseline", "aim", "measured on", right=(1, 3), spans=(2, 4))
    for each in measured.assessments:
        found, kpi = each.measurement, each.kpi
        table.add_row(
            f"{escape(kpi.title)}, {escape(kpi.unit)}",
            number(found.value),
            "-" if found.value is None else f"{number(found.low)} to {number(found.high)}",
            number(each.defined.baseline),
            kpi.aim(number),
            "not measured yet" if unmeasured(each) else f"{found.method}, {found.window} (n = {found.n:,})",
        )
    screen.table(table)
    for each in measured.assessments:
        screen.line(f"{each.kpi.id}: {sentence(each)}")
    for text in measured.assumptions:
        screen.line(f"Assumed: {text}.")
    if measured.next_outcome:
        screen.line(f"The next list's outcome is known on {measured.next_outcome}.")
    if kept:
        what = "Evidence" if kept[0].parts[0] == "var" else "Evidence to commit"  # git ignores var/
        screen.line(f"{what}: {', '.join(map(str, kept))}.")
    return {
        "evidence": [str(path) for path in kept],
        "kpis": [_kpi_json(each) for each in measured.assessments],
        "live_lists": list(measured.live_lists),
        "next_outcome": measured.next_outcome,
    }


def unmeasured(each: Assessment) -> bool:
    """Tell whether a KPI is not measured yet: its sentence says what the next step is."""
    return each.verdict == "not_measured_yet"


def _kpi_json(each: Assessment) -> Json:
    found, kpi = each.measurement, each.kpi
    return {
        "id": kpi.id,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "unit": kpi.unit,
        "baseline": each.defined.baseline,
        "target": kpi.target.value if kpi.target else None,
        "window": found.window,
        "method": found.method,
        "rule": found.rule,
        "gain": asdict(each.gain),
        "verdict": each.verdict,
        "pending": kpi.pending,
        "sentence": sentence(each),
        "assumptions": list(found.assumptions),
    }
