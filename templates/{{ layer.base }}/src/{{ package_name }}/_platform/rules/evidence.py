"""Lines of evidence: their format, which of them count now, what makes them stale, and what a gate asks of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, get_args

from .kpi_definition import not_measured

FORMAT: Final = 1
Verdict = Literal["reached", "better", "kept", "undecided", "worse", "not_enough_data", "not_measured_yet"]
UNMEASURED: Final = "not_measured_yet"
ABSENT: Final = ("not_enough_data", UNMEASURED)
"""Verdicts that come without a number."""
WRITTEN_BY_PILOT: Final = ("governance/", "docs/kpis.md")
"""Where decisions and proof stand, and the page that shows them: a change there is no change of what was measured."""

Line = Mapping[str, object]


class EvidenceError(ValueError):
    """A line is no evidence of the known format; its text says which and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


def read_lines(text: str, place: str) -> list[Line]:
    """Read lines of evidence, oldest first.

    Raises:
        EvidenceError: A line is no JSON, or of another format.
    """
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvidenceError(f"Line {number} of {place} is no JSON") from error
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise EvidenceError(f"Line {number} of {place} is not of format {FORMAT}")
        found.append(data)
    return found


def lines_in_force(lines: Iterable[Line], contract: str | None) -> Iterator[Line]:
    """Keep the evidence on the data contract that is in force; what was not said to be of another is taken for it."""
    return (line for line in lines if is_in_force(line.get("contract"), contract))


def is_in_force(known: object, contract: str | None) -> bool:
    """Tell whether what was measured under a contract counts under the present one; who names none is taken for it."""
    return (known or contract) == contract


def newest_by_definition(lines: Iterable[Line]) -> dict[tuple[str, str], Line]:
    """Find the newest line on each KPI under each of its definitions."""
    return {(str(line.get("kpi")), str(line.get("definition"))): line for line in lines}


def shows(go_on: str, verdict: object) -> bool:
    """Tell whether a verdict shows what the owner of a KPI needs to see to go on: better, reached or kept."""
    return verdict in {go_on, "reached"}


def missing_at_gate(wanted: str, go_on: str, pending: str | None, newest: Line | None) -> str | None:
    """Say what a KPI still lacks for the next stage; None when nothing is missing.

    Args:
        wanted: What the gate asks: `shown`, or `not_worse`.
        go_on: The verdict that its owner goes on with.
        pending: What keeps it from being measured.
        newest: The newest line under the definition in force.
    """
    if pending is not None:
        return not_measured(pending) if wanted == "shown" else None
    if newest is None:
        return "It is not measured as kpis.yml defines it now."
    verdict = newest.get("verdict")
    known = verdict in get_args(Verdict)
    enough = shows(go_on, verdict) if wanted == "shown" else known and verdict != "worse"
    return None if enough else str(newest.get("sentence"))


def is_written_by_pilot(path: str) -> bool:
    """Tell whether a change of a file leaves what was measured as it was."""
    return path.startswith(WRITTEN_BY_PILOT)
