"""What a KPI is: what makes two measurements comparable, what keeps it from being measured, where it aims."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from .plain import as_mapping, as_number, as_text, with_dates_as_text

DEFINING: Final = ("baseline", "direction", "formula", "id", "margin", "measure", "minimum_sample", "unit", "window")
"""What makes a measurement comparable with the next one; texts for people, owners and money are not among them."""


def definition_hash(entry: Mapping[str, object], cases: bytes | None = None) -> str:
    """Hash what makes measurements of a KPI comparable.

    Args:
        entry: The KPI as kpis.yml has it; a date counts as its text, quoted or not.
        cases: The file of the cases that its baseline comes from; its line endings do not count.
    """
    defining = {name: with_dates_as_text(entry[name]) for name in DEFINING if name in entry}
    if cases is not None:
        plain = cases.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        defining["cases"] = hashlib.sha256(plain).hexdigest()
    text = json.dumps(defining, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def query_hash(text: str) -> str:
    """Name a query by what it says, whatever its blanks and line ends."""
    return "sha256:" + hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def pending_of(entry: Mapping[str, object]) -> str | None:
    """Say what keeps a KPI from being measured, with the next step; None when nothing does."""
    measure, baseline = as_mapping(entry.get("measure")), as_mapping(entry.get("baseline"))
    if (text := as_text(measure.get("pending"))) is not None:
        return text
    if "value" in baseline and baseline["value"] is None and baseline.get("data") is None:
        return (
            f"its baseline is missing ({baseline.get('source')}): the command `baseline` measures it, or write its "
            "value, period and source into kpis.yml"
        )
    query, asked = as_text(measure.get("sql")), as_text(as_mapping(baseline.get("measured")).get("query"))
    if query is not None and asked is not None and asked != query_hash(query):
        return "its baseline was measured by another query: the command `baseline` measures it anew with this one"
    return None


def not_measured(pending: str | None) -> str:
    """Say that a KPI is not measured yet, and what the next step is."""
    return f"Not measured yet: {step_to_measure(pending).strip().rstrip('.')}."


def step_to_measure(pending: str | None) -> str:
    """Name what has to be done before a KPI without a measurement has one."""
    return pending or "`measure` does it, as kpis.yml defines it now"


def is_typed(baseline: Mapping[str, object]) -> bool:
    """Tell whether somebody wrote a baseline down that nothing measured."""
    return as_number(baseline.get("value")) is not None and not as_mapping(baseline.get("measured"))


def sign_of(direction: str) -> int:
    """1 when more is better, -1 when less is."""
    return 1 if direction == "higher" else -1


def resolve_change(baseline: float | None, change_percent: float) -> float | None:
    """Turn a change of so many percent into the value that is aimed at; None as long as the baseline is not known."""
    return None if baseline is None else baseline + abs(baseline) * change_percent / 100


def say_change(change_percent: float) -> str:
    """Put a target that is a change in words."""
    return f"{abs(change_percent):g} % {'more' if change_percent > 0 else 'less'} than the baseline"


def find_mistaken_aim(
    direction: str, baseline: float | None, target: float | None, change_percent: float | None
) -> str | None:
    """Say what is wrong with a target, seen from the baseline: that it is worse, or a part of nothing."""
    if change_percent is not None and baseline == 0:
        return "a change in percent of a baseline of 0 says nothing: give the target's value"
    gap = change_percent
    if gap is None and target is not None and baseline is not None:
        gap = target - baseline
    if gap is not None and sign_of(direction) * gap < 0:
        return f"the target is worse than the baseline, {direction} being better"
    return None
