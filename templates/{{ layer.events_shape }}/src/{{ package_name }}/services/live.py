"""What the lists that people really had reached, beside what the rule's lists would have."""

from dataclasses import dataclass
from datetime import date

from ..domain.customers import Customers
from ..domain.policy import Policy
from ..domain.ranking import Method, called
from ..ports import CallLists
from .tallies import Tally, tally


@dataclass(frozen=True)
class Live:
    """What the lists that people had reached, and what the rule's lists would have."""

    over: list[date]
    worked: dict[str, Tally]
    rule: dict[str, Tally]


def judge_live(lists: CallLists, customers: Customers, policy: Policy) -> Live:
    """Judge the lists that people really had, once their outcome is known, against what the rule would have called."""
    over = [day for day in lists.cutoffs() if policy.horizon_end(day) <= customers.today]
    outcomes = {day: customers.outcomes(day) for day in over}
    worked = {day: {entry.customer for entry in found.called} for day in over if (found := lists.find(day))}
    cases = {day: [outcome.case for outcome in judged] for day, judged in outcomes.items()}
    rule = {day: {case.customer for case in called(Method.RULE, cases[day], policy, None)} for day in over}
    return Live(over, tally(outcomes, worked), tally(outcomes, rule))
