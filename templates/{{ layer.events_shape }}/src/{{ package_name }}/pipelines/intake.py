"""Where every step begins: the ledger, read under its contract, with what was set aside."""

from dataclasses import dataclass
from pathlib import Path

from .._platform import PilotError
from .._platform.contracts import Checked, ContractBroken, write_quarantine
from .._platform.monitoring import Metrics
from ..adapters.ledger import Reading
from ..bootstrap import Parts
from ..domain.customers import Customers


@dataclass(frozen=True)
class Intake:
    """The ledger as the pipelines see it: customers with their history, and what was set aside."""

    customers: Customers
    checked: Checked
    contract: str
    orders: int
    set_aside: Path | None


def read_ledger(parts: Parts, purpose: str) -> Intake:
    """Read the ledger once, keep what was set aside, and count it."""
    reading, aside = _read(parts, purpose)
    customers = Customers(reading.orders, parts.policy)
    if not customers.known_cutoffs():
        raise PilotError(
            f"The ledger covers {customers.first_day} to {customers.last_day}: too short for a window of "
            f"{parts.policy.active_days} days before a list and {parts.policy.horizon_days} days after it. "
            "Bring a longer history, or shorten the windows in [policy] of config/default.toml."
        )
    return Intake(customers, reading.checked, reading.contract.id, len(reading.orders), aside)


def _read(parts: Parts, purpose: str) -> tuple[Reading, Path | None]:
    """Keep what was set aside also when it is too much: it is what the owner of the data has to see."""
    try:
        reading = parts.ledger(purpose).read()
    except ContractBroken as broken:
        aside = _keep(parts, broken.checked) if broken.checked else None
        if aside is None:
            raise
        raise PilotError(f"{broken} The rows, with their reasons, are in {aside}.") from broken
    return reading, _keep(parts, reading.checked)


def _keep(parts: Parts, checked: Checked) -> Path | None:
    _count(parts, checked)
    return write_quarantine(checked, parts.settings.var / "quarantine")


def _count(parts: Parts, checked: Checked) -> None:
    metrics = Metrics(parts.settings, "read")
    rows = {"read": checked.rows_read, "valid": len(checked.valid), "set_aside": len(checked.quarantine)}
    for outcome, count in rows.items():
        metrics.set("pilot_rows", count, step="read", outcome=outcome)
    for finding in checked.findings:
        names = {"contract": checked.contract.id, "rule": finding.rule}
        metrics.set("pilot_contract_bad_rows", finding.bad, **names)
        metrics.set("pilot_contract_value_at_stake", finding.at_stake, **names)
    metrics.write()
