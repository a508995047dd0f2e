"""The evidence that a pilot keeps in its repository, one line for each measurement that said something new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pilotline.kpi.manifest import KpiError
from pilotline.pilot.paths import KPI_EVIDENCE, WINS
from pilotline.rules.evidence import ABSENT, EvidenceError, is_in_force, read_lines
from pilotline.rules.plain import as_mapping, as_number, as_text
from pilotline.rules.worth import Interval


@dataclass(frozen=True)
class Measured:
    """One line of evidence; without enough data it has no value and no gain."""

    kpi: str
    unit: str
    definition: str
    window: str
    n: int
    value: Interval | None
    gain: Interval | None
    against: str
    baseline: float | None
    rule: float | None
    verdict: str
    cases_needed: int | None
    sentence: str
    method: str
    gain_method: str
    assumptions: tuple[str, ...]
    units_per_month: float | None
    command: str
    commit: str | None
    measured_at: str
    contract: str | None
    """The data contract that it was measured under, by what it meant; None in evidence of earlier pilots."""


@dataclass(frozen=True)
class Win:
    """Something reached for the first time, or told by people: what got better for whom."""

    what: str
    id: str
    on: str
    sentence: str
    commit: str | None
    whom: str | None
    """For whom it got better; None for what a measurement wrote down by itself."""
    kpi: str | None
    measured: str | None
    """What was measured of the KPI that shows it, when it was told."""


def read_evidence(content: bytes) -> tuple[Measured, ...]:
    """Read the lines of evidence, oldest first.

    Raises:
        KpiError: A line is no evidence of a known format.
    """
    return tuple(_measured(line, number) for number, line in enumerate(_lines(content, KPI_EVIDENCE), start=1))


def in_force(lines: Iterable[Measured], contract: str | None) -> tuple[Measured, ...]:
    """Keep the evidence on the data contract that is in force."""
    return tuple(line for line in lines if is_in_force(line.contract, contract))


def read_wins(content: bytes) -> tuple[Win, ...]:
    """Read the record of wins, oldest first.

    Raises:
        KpiError: A line is no win of a known format.
    """
    return tuple(
        Win(
            what=str(line.get("what", "")),
            id=str(line.get("id", "")),
            on=str(line.get("on", "")),
            sentence=str(line.get("sentence", "")),
            commit=as_text(line.get("commit")),
            whom=as_text(line.get("for")),
            kpi=as_text(line.get("id" if line.get("what") == "kpi" else "kpi")),
            measured=as_text(line.get("measured")),
        )
        for line in _lines(content, WINS)
    )


def _lines(content: bytes, place: str) -> list[Mapping[str, object]]:
    try:
        return read_lines(content.decode("utf-8", "replace"), place)
    except EvidenceError as error:
        raise KpiError(f"{error}.", f"Restore it (git log -- {place}), or upgrade pilotline.") from error


def _measured(line: Mapping[str, object], number: int) -> Measured:
    gain = as_mapping(line.get("gain"))
    absent = line.get("verdict") in ABSENT  # an earlier pilot wrote numbers here, which are none
    value, gained = (None, None) if absent else (_interval(line), _interval(gain))
    if "kpi" not in line or (not absent and (value is None or gained is None)):
        raise KpiError(
            f"Line {number} of {KPI_EVIDENCE} has no value or gain.", f"Restore it: git log -- {KPI_EVIDENCE}"
        )
    listed = line.get("assumptions")
    needed = as_number(line.get("cases_needed"))
    return Measured(
        **{name: str(line.get(name, "")) for name in ("kpi", "unit", "definition", "window", "verdict", "sentence")},
        n=int(as_number(line.get("n")) or 0),
        value=value,
        gain=gained,
        against=str(gain.get("against", "baseline")),
        baseline=as_number(line.get("baseline")),
        rule=as_number(line.get("rule")),
        cases_needed=None if needed is None else int(needed),
        method=str(line.get("method", "")),
        gain_method=str(gain.get("method", "")),
        assumptions=tuple(map(str, listed)) if isinstance(listed, list) else (),
        units_per_month=as_number(line.get("units_per_month")),
        command=str(line.get("command", "")),
        commit=as_text(line.get("commit")),
        measured_at=str(line.get("measured_at", "")),
        contract=as_text(line.get("contract")),
    )


def _interval(data: Mapping[str, object]) -> Interval | None:
    value = as_number(data.get("value"))
    return None if value is None else Interval(value, as_number(data.get("low")), as_number(data.get("high")))
