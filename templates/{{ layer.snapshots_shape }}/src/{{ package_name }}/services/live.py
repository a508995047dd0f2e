"""What the decisions that people received were worth, once their outcome is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..domain.batch import Entry, Past
from ..domain.case import Known
from ..domain.value import Choice
from ..ports import Batches


@dataclass(frozen=True, slots=True)
class Live:
    """Decided cases whose outcome came later, with what was done and what the rule would have done."""

    periods: tuple[str, ...]
    known: Sequence[Known] = field(repr=False)
    worked: Sequence[Choice] = field(repr=False)
    rule: Sequence[Choice] = field(repr=False)


def judge_live(batches: Batches, known: Sequence[Known], past: Sequence[Past] = ()) -> Live:
    """Find for each entry in force what became of it; what was known when it was decided is left out.

    A case that waited through several batches counts once, as it was decided last. `past` was decided on request.
    """
    outcomes = {each.case.key: each for each in known}
    periods, rows = [], []
    for period in batches.periods():
        found = batches.find(period)
        over = [entry for entry in found.entries if entry.waiting and entry.key in outcomes] if found else []
        periods += [period] if over else []
        rows += over
    newest = list({row.key: row for row in rows}.values())
    lived = [Past(outcomes[row.key], _worked(row), _rule(row), "") for row in newest] + list(past)
    periods += dict.fromkeys(each.period for each in past)
    return Live(
        tuple(periods), [each.known for each in lived], [each.worked for each in lived], [each.rule for each in lived]
    )


def _worked(entry: Entry) -> Choice:
    return Choice(entry.action, entry.amount)


def _rule(entry: Entry) -> Choice:
    return Choice(entry.rule_action, entry.rule_amount)
