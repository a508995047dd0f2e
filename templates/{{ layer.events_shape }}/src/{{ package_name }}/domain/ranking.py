"""Who is called first and why: the ways to rank that are compared, the call list, and reasons that can be checked."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from .call_list import Entry
from .cases import FEATURES, Case
from .policy import Policy

# What the model knows, in groups: features of one group move together, so a reason is given for the group.
GROUPS: dict[str, tuple[str, ...]] = {
    "silence": ("silence_days", "silence_in_usual_gaps"),
    "rhythm": ("usual_gap_days",),
    "orders": ("orders_window", "orders_window_before", "orders_all"),
    "revenue": ("revenue_window", "revenue_window_before"),
    "tenure": ("known_for_days",),
    "baskets": ("order_value", "lines_per_order"),
    "credits": ("credits_window",),
}
SHOWN = 2
NOTABLE = 0.01  # an effect below one point of probability is no reason


class Method(StrEnum):
    """A way to rank customers."""

    RULE = "rule"
    EXPECTED_LOSS = "expected_loss"
    PROBABILITY = "probability"

    @property
    def words(self) -> str:
        """Say in words what comes first."""
        return _TITLES[self]

    @property
    def needs_model(self) -> bool:
        """Tell whether a probability is needed."""
        return self is not Method.RULE


_TITLES = {
    Method.RULE: "the rule in use",
    Method.EXPECTED_LOSS: "probability of lapsing x revenue",
    Method.PROBABILITY: "probability of lapsing alone",
}


def priority(method: Method, case: Case, policy: Policy, probability: float | None) -> float:
    """Give what a list is sorted by: money at stake, or the bare probability.

    The rule puts the silent customers first, by revenue; the others follow below zero, the largest of them first, so
    that a list is always full.
    """
    if method is Method.RULE:
        return case.revenue if case.silence_days > policy.silent_days else -1 / (1 + case.revenue)
    if probability is None:
        message = f"Ranking by {method.words} needs a probability"
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


def _number(value: float, unit: str) -> str:
    """Write no order, 1 order, 2 orders."""
    return f"{value:,.0f} {unit}{'' if round(value) == 1 else 's'}" if round(value) else f"no {unit}"


def _texts(case: Case, policy: Policy, currency: str) -> dict[str, str]:
    """Say for each group what the ledger shows."""
    known = dict(zip(FEATURES, case.features, strict=True))
    orders = _number(known["orders_window"], "order")
    before = known["orders_window_before"]
    gap = _number(known["usual_gap_days"], "day")
    rhythm = f"usually buys every {'day' if gap == '1 day' else gap}"
    rhythm = rhythm if known["orders_all"] > 1 else "has bought only once"
    return {
        "silence": f"silent for {_number(case.silence_days, 'day')}, {rhythm}",
        "rhythm": rhythm,
        "orders": f"{orders} in the last {policy.active_days} days, {before:,.0f} in those before",
        "revenue": f"{currency} {known['revenue_window']:,.0f} in the last {policy.active_days} days, "
        f"{currency} {known['revenue_window_before']:,.0f} in those before",
        "tenure": f"customer for {_number(known['known_for_days'], 'day')}",
        "baskets": f"{currency} {known['order_value']:,.0f} and {_number(known['lines_per_order'], 'line')} per order",
        "credits": f"{_number(known['credits_window'], 'credit note')} in the last {policy.active_days} days",
    }


def reasons(case: Case, effects: Mapping[str, float] | None, policy: Policy, currency: str) -> tuple[str, ...]:
    """Give the strongest reasons first, then what is at stake.

    `effects` says by how much each group raises the probability over that of an otherwise equal, typical customer;
    None means that the rule decided.
    """
    stake = f"{currency} {case.revenue:,.0f} of revenue in {policy.active_days} days at stake"
    texts = _texts(case, policy, currency)
    if effects is None:
        return texts["silence"], stake
    strong = sorted((group for group in GROUPS if effects[group] >= NOTABLE), key=lambda group: -effects[group])
    found = [f"{texts[group]} (+{_number(100 * effects[group], 'point')} of risk)" for group in strong[:SHOWN]]
    return (*found, stake) if found else ("no sign of risk above that of a typical customer", stake)
