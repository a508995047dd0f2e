"""Where every step begins: the ledger, read under its contract, with what was set aside."""

from dataclasses import dataclass
from pathlib import Path

from .._platform import PilotError
from .._platform.contracts import Checked
from .._platform.counted_reading import read_counted
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
    reading, aside = read_counted(parts.settings, parts.ledger(purpose).read)
    customers = Customers(reading.orders, parts.policy)
    if not customers.known_cutoffs():
        raise PilotError(
            f"The ledger covers {customers.first_day} to {customers.last_day}: too short for a window of "
            f"{parts.policy.active_days} days before a list and {parts.policy.horizon_days} days after it. "
            "Bring a longer history, or shorten the windows in [policy] of config/default.toml."
        )
    return Intake(customers, reading.checked, reading.contract.id, len(reading.orders), aside)
