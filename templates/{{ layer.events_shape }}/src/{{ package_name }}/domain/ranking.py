"""Who is called first and why: the ways to rank that are compared, the call list, and reasons that can be checked."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from .call_list import Entry
from .cases import FEATURES, Case
from .policy import Policy
from .words import Words, amount

# What the model knows, in groups: features of one group move together, so a reason is given for the group.
GROUPS: dict[str, tuple[str, ...]] = {
    "silence": ("silence_days", "silence_in_usual_gaps"),
    "rhythm": ("usual_gap_days",),
    "events": ("events_window", "events_window_before", "events_all"),
    "money": ("money_window", "money_window_before"),
    "tenure": ("known_for_days",),
    "size": ("money_per_event", "lines_per_event"),
    "reversals": ("reversals_window",),
}
SHOWN = 2
NOTABLE = 0.01  # an effect below one point of probability is no reason


class Method(StrEnum):
    """A way to rank customers."""

    RULE = "rule"
    EXPECTED_LOSS = "expected_loss"
    PROBABILITY = "probability"

    def said(self, words: Words) -> str:
        """Say in words what comes first."""
        return _TITLES[self].format(outcome=words.outcome, money=words.money)

    @property
    def needs_model(self) -> bool:
        """Tell whether a probability is needed."""
        return self is not Method.RULE


_TITLES = {
    Method.RULE: "the rule in use",
    Method.EXPECTED_LOSS: "probability of {outcome} x {money}",
    Method.PROBABILITY: "probability of {outcome} alone",
}


def priority(method: Method, case: Case, policy: Policy, probability: float | None) -> float:
    """Give what a list is sorted by: money at stake, or the bare probability.

    The rule puts the silent customers first, by revenue; the others follow below zero, the largest of them first, so
    that a list is always full.
    """
    if method is Method.RULE:
        return case.revenue if case.silence_days > policy.silent_days else -1 / (1 + case.revenue)
    if probability is None:
        message = f"Ranking by {method} needs a probability"
        raise ValueError(message)
    return probability * case.revenue if method is Method.EXPECTED_LOSS else probability


def ranked(
    method: Method, cases: Sequence[Case], policy: Policy, probabilities: Sequence[float] | None = None
) -> list[tuple[Case, float, float | None]]:
    """Sort cases, best first, with their priority and probability; ties go by customer, so that a list never wavers."""
    known: Sequence[float | None] = probabilities if probabilities is not None else [None] * len(cases)
    rows = [(case, priority(method, case, policy, each), each) for case, each in zip(cases, known, strict=True)]
    return sorted(rows, key=lambda row: (-row[1], row[0].customer))


def called(method: Method, cases: Sequence[Case], policy: Policy, probabilities: Sequence[float] | None) -> list[Case]:
    """Give only the customers whom a method would have called."""
    return [row[0] for row in ranked(method, cases, policy, probabilities)[: policy.calls(len(cases))]]


def entries(
    rows: Sequence[tuple[Case, float, float | None]], policy: Policy, reasons: Mapping[str, tuple[str, ...]]
) -> tuple[Entry, ...]:
    """Turn ranked cases into the lines of a call list; the best share of them is to be called."""
    calls = policy.calls(len(rows))
    return tuple(
        Entry(case.customer, rank, rank <= calls, case.revenue, value, probability, reasons[case.customer])
        for rank, (case, value, probability) in enumerate(rows, start=1)
    )


def _number(value: float, one: str, many: str | None = None) -> str:
    """Write no order, 1 order, 2 orders."""
    if not round(value):
        return f"no {one}"
    return f"{value:,.0f} {one if round(value) == 1 else many or f'{one}s'}"


def _texts(case: Case, policy: Policy, unit: str, words: Words) -> dict[str, str]:
    """Say for each group what the ledger shows."""
    known = dict(zip(FEATURES, case.features, strict=True))
    recent = _number(known["events_window"], words.event, words.events)
    reversals = _number(known["reversals_window"], f"{words.event} below zero", f"{words.events} below zero")
    gap = _number(known["usual_gap_days"], "day")
    rhythm = f"usually one {words.event} every {'day' if gap == '1 day' else gap}"
    rhythm = rhythm if known["events_all"] > 1 else f"only one {words.event} so far"
    last, before = f"in the last {policy.active_days} days", "in those before"
    recent_money, earlier_money = (amount(unit, known[name]) for name in ("money_window", "money_window_before"))
    size = f"{amount(unit, known['money_per_event'])} and {_number(known['lines_per_event'], 'line')}"
    return {
        "silence": f"silent for {_number(case.silence_days, 'day')}, {rhythm}",
        "rhythm": rhythm,
        "events": f"{recent} {last}, {known['events_window_before']:,.0f} {before}",
        "money": f"{recent_money} {last}, {earlier_money} {before}",
        "tenure": f"known for {_number(known['known_for_days'], 'day')}",
        "size": f"{size} per {words.event}",
        "reversals": f"{reversals} {last}",
    }


def reasons(
    case: Case, effects: Mapping[str, float] | None, policy: Policy, unit: str, words: Words
) -> tuple[str, ...]:
    """Give the strongest reasons first, then what is at stake.

    `effects` says by how much each group raises the probability over that of an otherwise equal, typical case; None
    means that the rule decided.
    """
    stake = f"{amount(unit, case.revenue)} of {words.money} in {policy.active_days} days at stake"
    texts = _texts(case, policy, unit, words)
    if effects is None:
        return texts["silence"], stake
    strong = sorted((group for group in GROUPS if effects[group] >= NOTABLE), key=lambda group: -effects[group])
    found = [f"{texts[group]} (+{_number(100 * effects[group], 'point')} of risk)" for group in strong[:SHOWN]]
    return (*found, stake) if found else (f"no sign of risk above that of a typical {words.case}", stake)
