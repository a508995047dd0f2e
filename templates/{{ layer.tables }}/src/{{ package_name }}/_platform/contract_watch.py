"""Tells the owner of data when a contract is not kept: too many bad rows, or a table that does not grow any more.

Bad rows stop the run. A table that is older than promised does not: what it holds stays true, so the run goes on, says
so, and the alert `DataStale` names the owner.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pandas as pd

from .contract_rules import Contract
from .monitoring import Metrics, at_work, logger

_said: Final = set[str]()


@dataclass(frozen=True)
class Age:
    """How old the newest row of a table is, and how old it may be, in days."""

    contract: Contract
    column: str
    newest: datetime
    days: float
    promised: float

    @property
    def stale(self) -> bool:
        """Whether it is older than promised."""
        return self.days > self.promised

    def __str__(self) -> str:
        return (
            f"{self.contract.id}: the newest {self.column} is of {self.newest:%Y-%m-%d}, {int(self.days)} days ago; "
            f"its contract promises one of at most {self.promised:g}. Ask its owner, {self.contract.owner}."
        )


def age_of(contract: Contract, newest: object, now: datetime | None = None) -> Age | None:
    """Compare the newest day with what the contract promises; None where it promises nothing, or there is no day."""
    promise = contract.freshness
    if promise is None or newest is None or pd.isna(pd.Timestamp(str(newest))):
        return None
    day = pd.Timestamp(str(newest)).to_pydatetime()
    age = (now or datetime.now(UTC)).replace(tzinfo=None) - day
    return Age(contract, promise.column, day, max(age.total_seconds() / 86_400, 0.0), promise.days)


def watch_rows(contract: Contract, valid: pd.DataFrame, *, broken: bool) -> Age | None:
    """Look at the newest of the rows that are held, as `watch` does."""
    promise = contract.freshness
    return watch(contract, valid[promise.column].max() if promise else None, broken=broken)


def watch(contract: Contract, newest: object, *, broken: bool) -> Age | None:
    """Write what alerts go by, and say once when the table is older than its contract promises."""
    age, settings = age_of(contract, newest), at_work()
    if age is not None and age.stale and contract.id not in _said:
        _said.add(contract.id)
        sys.stderr.write(f"warning: {age}\n")
        if settings is not None:  # a try writes nothing
            logger("contract").warning("data is stale", contract=contract.id, owner=contract.owner, days=age.days)
    if settings is not None:
        metrics = Metrics(settings, f"contract_{contract.id}")
        names = {"contract": contract.id, "owner": contract.owner}
        metrics.set("pilot_contract_broken", int(broken), **names)
        metrics.set("pilot_contract_age_days", age.days if age else None, **names)
        metrics.set("pilot_contract_promised_age_days", age.promised if age else None, **names)
        metrics.write()
    return age
