"""How much of a bad thing a quality rule of the standard tolerates."""

from open_data_contract_standard.model import DataQuality

from .contract_queries import counts_percent
from .contract_rules import Limit


def limit_of(quality: DataQuality) -> Limit | str:
    """Return the limit of a rule, or what is wrong with it."""
    percent = quality.unit == "percent"
    if quality.query and percent is not counts_percent(quality.query):
        return f"{quality.name or 'a quality rule'} counts {'percent' if not percent else 'rows'}: say so in its unit"
    if quality.mustBe == 0:
        return Limit()
    if quality.mustBeLessOrEqualTo is not None:
        bound = float(quality.mustBeLessOrEqualTo)
        return Limit(share=bound / 100) if percent else Limit(rows=int(bound))
    if quality.mustBeLessThan is not None and not percent:
        return Limit(rows=int(quality.mustBeLessThan) - 1)
    if quality.mustBeLessThan is not None:
        return Limit(share=float(quality.mustBeLessThan) / 100)
    return "a quality rule takes mustBe: 0, mustBeLessThan or mustBeLessOrEqualTo"


def least_rows_of(quality: DataQuality) -> int | None:
    """Return how many rows a rule on their number asks for; None where it asks otherwise."""
    if quality.mustBeGreaterThan is not None:
        return int(quality.mustBeGreaterThan) + 1
    if quality.mustBeGreaterOrEqualTo is not None:
        return int(quality.mustBeGreaterOrEqualTo)
    return None
