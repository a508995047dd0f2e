"""The steps of the main job, each a command of its own. All of them begin by reading the ledger under its contract."""

from dataclasses import dataclass

from .._platform.contracts import Checked, write_quarantine
from .._platform.errors import PilotError
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


def read_ledger(parts: Parts, purpose: str) -> Intake:
    """Read the ledger once, keep what was set aside, and count it."""
    reading = parts.ledger(purpose).read()
    write_quarantine(reading.checked, parts.settings.var / "quarantine" / f"{reading.contract.id}.csv")
    customers = Customers(reading.orders, parts.policy)
    if not customers.known_cutoffs():
        raise PilotError(
            f"The ledger covers {customers.first_day} to {customers.last_day}: too short for a window of "
            f"{parts.policy.active_days} days before a list and {parts.policy.horizon_days} days after it. "
            "Bring a longer history, or shorten the windows in [policy] of config/default.toml."
        )
    _count(parts, reading)
    return Intake(customers, reading.checked, reading.contract.id, len(reading.orders))


def _count(parts: Parts, reading: Reading) -> None:
    metrics = Metrics(parts.settings, "read")
    checked = reading.checked
    rows = {"read": checked.rows_read, "valid": len(checked.valid), "set_aside": len(checked.quarantine)}
    for outcome, count in rows.items():
        metrics.set("pilot_rows", count, step="read", outcome=outcome)
    for finding in checked.findings:
        names = {"contract": reading.contract.id, "rule": finding.rule}
        metrics.set("pilot_contract_bad_rows", finding.bad, **names)
        metrics.set("pilot_contract_value_at_stake", finding.at_stake, **names)
    metrics.write()
