"""Finds columns that tell the outcome because they are only known afterwards, or name the row itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..written import quote_name
from .column_names import KEY
from .profiles import LARGEST_CLASS, Profile
from .reading import Table
from .shape import Outcome

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from duckdb import DuckDBPyConnection

ROWS: Final = 50_000
NEAR_PERFECT: Final = 0.98  # area under the curve, or explained share, that no honest single column has
SUSPICIOUS: Final = 0.8
AFTERWARDS: Final = (
    r"\b(after|actual|final|closed|closing|end|ended|cancel\w*|resol\w*|settled|paid|recover\w*|collection|repaid"
    r"|post|outcome|result|reason|refund\w*|nach|ende|beendet|abgeschlossen|erledigt|bezahlt|ist|closure)\b"
)
BINS: Final = 20
FEWEST: Final = 30  # rows below which a perfect column may be chance


@dataclass(frozen=True)
class Strength:
    """How well a column alone tells the outcome, from 0 to 1: 0.5 is chance for an order, 0 for a share."""

    column: str
    value: float
    by_being_given: bool = False


def read_sample(connection: "DuckDBPyConnection", table: Table, profiles: Iterable[Profile]) -> "pd.DataFrame":
    """Read some rows from everywhere, typed; days as seconds."""
    columns = [
        f"{f'epoch({each.sql()})' if each.kind == 'day' else each.sql()} AS {quote_name(each.name)}"
        for each in profiles
    ]
    step = max(1, table.rows // ROWS)
    where = f"rowid % {step} = 0"
    query = f"SELECT {', '.join(columns)} FROM {quote_name(table.name)} WHERE {where}"  # noqa: S608
    return connection.execute(query).df()


def answers(frame: "pd.DataFrame", outcome: Outcome) -> "npt.NDArray[np.float64]":
    """Turn outcomes into numbers: 1 for yes or for the most frequent class."""
    import numpy as np

    values = frame[outcome.guess.column]
    if outcome.kind == "number":
        return np.asarray(values, dtype="float64")
    text = values.astype("string").str.strip().str.removesuffix(".0")  # 1 and 0 were read as numbers
    positive = (outcome.positive or "").removesuffix(".0") if outcome.kind == "yes_no" else str(text.mode().iloc[0])
    return np.asarray((text == positive).where(text.notna()).astype("Float64").to_numpy("float64", na_value=np.nan))


def find_left_out(
    frame: "pd.DataFrame", profiles: Mapping[str, Profile], outcome: Outcome, day: str | None, used: Sequence[str]
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the reasons for which columns are no features, and how well each of the others tells the outcome alone."""
    target = answers(frame, outcome)
    reasons: dict[str, str] = {}
    strengths: dict[str, float] = {}
    for name in [each for each in frame.columns if each not in used]:
        profile = profiles[name]
        reason = _identifier(profile) or _after_the_day(frame, profile, day)
        found = strength(frame[name], target, profile, outcome)
        reason = reason or _leak(profile, found, len(frame))
        if reason:
            reasons[name] = reason
        else:
            strengths[name] = found.value
    return reasons, strengths


def _identifier(each: Profile) -> str | None:
    if each.kind == "empty":
        return "it is empty"
    if each.distinct <= 1 and not each.missing:
        return "it has the same value in every row"
    if each.kind == "text" and each.distinct_share > 0.5 and each.distinct > 10 * LARGEST_CLASS:  # noqa: PLR2004
        spaced = sum(" " in value for value in each.samples) > len(each.samples) / 2
        return "free text" if spaced else "it names the row: an identifier"
    whole = each.kind == "integer" and each.distinct_share > 0.9 and each.rows > FEWEST  # noqa: PLR2004
    if whole and (each.hints(KEY) or _counts_rows(each)):
        return "it names the row: an identifier"
    return None


def _counts_rows(each: Profile) -> bool:
    return each.distinct == each.rows and float(str(each.most)) - float(str(each.least)) < 1.05 * each.rows


def _after_the_day(frame: "pd.DataFrame", each: Profile, day: str | None) -> str | None:
    """Name a day that lies after the snapshot: nobody knew it then."""
    if each.kind != "day" or day is None or each.name == day:
        return None
    both = frame[[each.name, day]].dropna()
    if len(both) >= FEWEST and (both[each.name] > both[day]).mean() > SUSPICIOUS:
        return f"known only afterwards: it lies after {day}"
    return None


def _leak(each: Profile, found: Strength, rows: int) -> str | None:
    if rows < FEWEST:
        return None
    if found.value >= NEAR_PERFECT:
        if found.by_being_given:
            return "known only afterwards: whether it is given tells the outcome"
        return "tells the outcome nearly alone: known only afterwards, or the outcome itself"
    if found.value >= SUSPICIOUS and each.hints(AFTERWARDS):
        return "by its name known only afterwards, and it tells the outcome well"
    return None


def strength(values: "pd.Series", target: "npt.NDArray[np.float64]", each: Profile, outcome: Outcome) -> Strength:
    """Measure how well a column alone tells the outcome, by its values and by being given at all."""
    import numpy as np

    known = ~np.isnan(target)
    y, column = target[known], values[known]
    given = np.asarray(column.notna())
    share = given.mean() if len(given) else 0.0
    enough = min(given.sum(), (~given).sum()) >= FEWEST
    by_given = _tells(given.astype("float64"), y, outcome) if 0 < share < 1 and enough else 0.0
    by_value = _by_value(column[given], y[given], each, outcome) if given.sum() >= FEWEST else 0.0
    return Strength(each.name, max(by_given, by_value), by_given > by_value)


def _tells(x: "npt.NDArray[np.float64]", y: "npt.NDArray[np.float64]", outcome: Outcome) -> float:
    return explained(x, y) if outcome.kind == "number" else area(x, y)


def _by_value(column: "pd.Series", y: "npt.NDArray[np.float64]", each: Profile, outcome: Outcome) -> float:
    """Measure what the values tell; a text tells something only where it foretells the outcomes of other rows."""
    import numpy as np

    if each.kind != "text":
        return _tells(np.asarray(column, dtype="float64"), y, outcome)
    x = _foretold(column, y)
    agrees = np.var(x) > 0 and np.var(y) > 0 and np.corrcoef(x, y)[0, 1] > 0
    if not agrees:
        return 0.0 if outcome.kind == "number" else 0.5
    return _tells(x, y, outcome)


def _foretold(column: "pd.Series", y: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    """Give each text the mean outcome of its rows in the other half of the table, so that no row tells its own outcome.

    The mean of all other rows would not do: among rows of one text it is an exact function of the row's own outcome.
    """
    import numpy as np
    import pandas as pd

    half = np.random.default_rng(0).integers(0, 2, len(y))
    table = pd.DataFrame({"text": column.astype(str).to_numpy(), "y": y})
    weight = 5.0  # rows that the overall mean counts for
    told = np.full(len(y), y.mean())
    for one in (0, 1):
        here, there = half == one, table[half != one].groupby("text")["y"].agg(["sum", "size"])
        sums, sizes = (table.loc[here, "text"].map(there[name]).fillna(0).to_numpy() for name in ("sum", "size"))
        told[here] = (sums + weight * y.mean()) / (sizes + weight)
    return told


def area(x: "npt.NDArray[np.float64]", y: "npt.NDArray[np.float64]") -> float:
    """Return the area under the curve, whichever way round: the chance that a yes ranks above a no (Hanley, 1982)."""
    import pandas as pd

    yes = y == 1
    if not yes.any() or yes.all():
        return 0.5
    ranks = pd.Series(x).rank().to_numpy()
    count = yes.sum()
    value = (ranks[yes].sum() - count * (count + 1) / 2) / (count * (~yes).sum())
    return float(max(value, 1 - value))


def explained(x: "npt.NDArray[np.float64]", y: "npt.NDArray[np.float64]") -> float:
    """Return the share of the outcome's variance within which the means of bins of a column differ, or a line does."""
    import numpy as np
    import pandas as pd

    if len(set(x[:1000])) < 2 or not np.var(y):  # noqa: PLR2004
        return 0.0
    bins = pd.Series(y).groupby(pd.qcut(pd.Series(x).rank(method="first"), min(BINS, len(x) // 5), labels=False))
    between = float(np.average((bins.mean() - y.mean()) ** 2, weights=bins.size()) / np.var(y))
    line = float(np.corrcoef(x, y)[0, 1] ** 2) if np.var(x) else 0.0
    return max(between, line)
