"""What customers did: their orders."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Order:
    """One invoice of one customer, in whose rhythm customers come and go. A credit note has a negative value."""

    customer: str
    number: str
    day: date
    value: float
    lines: int = 1

    @property
    def is_purchase(self) -> bool:
        """Tell a purchase from a credit note, which is no sign of life."""
        return self.value > 0
