"""What was agreed with the people who call."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """What was agreed with the account managers: who counts as active, as lapsing, and how many they can call."""

    active_days: int = 180
    horizon_days: int = 90
    silent_days: int = 60
    chosen_share: float = 0.2

    def calls(self, active: int) -> int:
        """Number of calls for a number of active customers; at least one, so that a list is never empty."""
        return max(1, round(self.chosen_share * active)) if active else 0

    def horizon_end(self, cutoff: date) -> date:
        """First day on which the outcome of a list of that day is known."""
        return cutoff + timedelta(days=self.horizon_days)
