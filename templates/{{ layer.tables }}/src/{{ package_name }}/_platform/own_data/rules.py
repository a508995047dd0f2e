"""Finds what decides today: a column with a decision or a score, else the best rule on a single column."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..case import CaseRule
from .leaks import answers, area
from .profiles import Profile
from .shape import Outcome

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

CUTS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FEWEST: Final = 60
CHANCE: Final = 0.52  # below it a rule found on one half tells the other half nothing


def find_rule(
    frame: "pd.DataFrame", profiles: Mapping[str, Profile], outcome: Outcome, strengths: Mapping[str, float]
) -> tuple[CaseRule | None, str]:
    """Return the best rule on one column and why; found on every second row, judged on the others."""
    ranked = sorted(strengths, key=lambda name: -strengths[name])
    if outcome.kind != "yes_no" or len(frame) < FEWEST:
        best = next((name for name in ranked if strengths[name] > 0), None)
        return (CaseRule(column=best), f"{best} tells most") if best else (None, "no column tells anything")
    target = answers(frame, outcome)
    found: list[tuple[float, CaseRule]] = []
    for name in ranked[:10]:
        rule = _cut(frame[name], target, profiles[name])
        if rule is not None:
            found.append((_judge(rule, frame[name], target, profiles[name]), rule))
    best_value, best_rule = max(found, key=lambda pair: pair[0], default=(0.0, None))
    if best_rule is None or best_value < CHANCE:
        return None, "no single column tells anything"
    return best_rule, f"found in the table, right for {100 * best_value:.0f} % on average of yes and no"


def _cut(values: "pd.Series", target: "npt.NDArray[np.float64]", each: Profile) -> CaseRule | None:
    """Choose the cut, or the values, that tell yes from no best on the even rows."""
    import numpy as np

    learn = values.iloc[::2], target[::2]
    if each.kind == "text":
        known = {text: learn[1][np.asarray(learn[0] == text)] for text, _ in each.frequent[:20]}
        shares = {text: float(np.nanmean(part)) for text, part in known.items() if (~np.isnan(part)).any()}
        overall = float(np.nanmean(learn[1]))
        among = tuple(text for text, share in shares.items() if share > overall)
        return CaseRule(column=each.name, among=among) if among and len(among) < len(shares) else None
    if each.kind == "day":
        return None
    cuts = sorted({float(cut) for cut in learn[0].dropna().quantile(list(CUTS))})
    rules = [CaseRule(column=each.name, **{side: _short(cut)}) for cut in cuts for side in ("above", "below")]
    return max(rules, key=lambda rule: _balanced(fits(rule, learn[0]), learn[1]), default=None)


def _short(cut: float) -> float:
    """Round a cut to four telling digits."""
    return float(f"{cut:.4g}")


def _judge(rule: CaseRule, values: "pd.Series", target: "npt.NDArray[np.float64]", each: Profile) -> float:
    del each
    return _balanced(fits(rule, values.iloc[1::2]), target[1::2])


def fits(rule: CaseRule, values: "pd.Series") -> "npt.NDArray[np.bool_]":
    """Return which values mean yes."""
    import numpy as np

    if rule.among:
        return np.asarray(values.isin(rule.among))
    fitting = np.array(values.notna(), dtype=bool)
    if rule.above is not None:
        fitting &= np.asarray(values > rule.above)
    if rule.below is not None:
        fitting &= np.asarray(values < rule.below)
    return fitting


def _balanced(said: "npt.NDArray[np.bool_]", target: "npt.NDArray[np.float64]") -> float:
    """Return the mean of sensitivity and specificity, which is the area under a rule's curve."""
    import numpy as np

    known = ~np.isnan(target)
    y, x = target[known], said[known].astype("float64")
    if not len(y) or not x.std() or not y.std():
        return 0.0
    return area(x, y) if np.corrcoef(x, y)[0, 1] > 0 else 0.0
