"""Keeps what a contract set aside, and counts what was read: also when it was too much to go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from . import PilotError
from .contracts import Checked, ContractBroken, write_quarantine
from .looking import keeps
from .monitoring import Metrics
from .settings import PlatformSettings


class Reading(Protocol):
    """What came of reading a table under its contract."""

    @property
    def checked(self) -> Checked:
        """The rows, and what was found in them."""


Read = TypeVar("Read", bound=Reading)


def read_counted(settings: PlatformSettings, read: Callable[[], Read]) -> tuple[Read, Path | None]:
    """Read a table, and say where the rows are that were set aside: they are what the data's owner has to see."""
    try:
        reading = read()
    except ContractBroken as broken:
        aside = _keep(settings, broken.checked) if broken.checked else None
        if aside is None:
            raise
        raise PilotError(f"{broken} The rows, with their reasons, are in {aside}.") from broken
    return reading, _keep(settings, reading.checked)


def _keep(settings: PlatformSettings, checked: Checked) -> Path | None:
    if not keeps():
        return None
    _count(settings, checked)
    return write_quarantine(checked, settings.var / "quarantine")


def _count(settings: PlatformSettings, checked: Checked) -> None:
    metrics = Metrics(settings, "read")
    rows = {"read": checked.rows_read, "valid": len(checked.valid), "set_aside": len(checked.quarantine)}
    for outcome, count in rows.items():
        metrics.set("pilot_rows", count, step="read", outcome=outcome)
    for finding in checked.findings:
        names = {"contract": checked.contract.id, "rule": finding.rule}
        metrics.set("pilot_contract_bad_rows", finding.bad, **names)
        if finding.at_stake is not None:
            metrics.set("pilot_contract_value_at_stake", finding.at_stake, **names)
    metrics.write()
