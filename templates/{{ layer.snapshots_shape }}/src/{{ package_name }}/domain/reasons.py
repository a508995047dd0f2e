"""Why a case was decided as it was, in words that can be checked against the table."""

from collections.abc import Mapping, Sequence

from .case import Case, Value

SHOWN = 3
LARGE = 100
NOTABLE = 0.02  # a smaller part of the strongest effect is no reason


def reasons(
    case: Case, names: Sequence[str], effects: Mapping[str, float] | None, rule: str, stake: str = ""
) -> tuple[str, ...]:
    """Give the strongest reasons first, then what is at stake.

    `effects` says by how much each feature raises (or lowers) the estimate over that of an otherwise equal, typical
    case; None means that the rule decided.
    """
    last = (stake,) if stake else ()
    if effects is None:
        here = "" if case.today is None else f"; here {written(case.today)}"
        return (f"the rule: {rule}{here}", *last)
    known = dict(zip(names, case.features, strict=True))
    largest = max((abs(each) for each in effects.values()), default=0.0)
    notable = [name for name in effects if abs(effects[name]) > NOTABLE * largest]
    strong = sorted(notable, key=lambda name: -abs(effects[name]))
    found = tuple(f"{name} {written(known[name])} ({effect(effects[name])})" for name in strong[:SHOWN])
    return (*(found or ("nothing sets it apart from a typical one",)), *last)


def effect(value: float) -> str:
    """Write an effect with two telling digits, and a large one whole."""
    return f"{value:+,.0f}" if abs(value) >= LARGE else f"{value:+.2g}"


def written(value: Value) -> str:
    """Write a value as the table has it."""
    if value is None:
        return "not given"
    return value if isinstance(value, str) else f"{value:,.6g}"
