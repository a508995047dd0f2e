"""The ledger: raw lines from a table, let in by the data contract, summed up to orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .._platform import SqlDatabase
from .._platform.contracts import Access, Checked, Contract, enforce, permit, read_contract
from .._platform.raw_tables import read_raw
from ..domain.orders import Order
from ..settings import ColumnSettings, LedgerSettings


@dataclass(frozen=True)
class Reading:
    """What came of reading the ledger once."""

    orders: tuple[Order, ...]
    checked: Checked
    contract: Contract


def values(frame: pd.DataFrame, columns: ColumnSettings) -> "pd.Series[float]":
    """Value of each line; what is no number counts as nothing, because a bad row has to be valued too."""
    if columns.amount is not None:
        return _numbers(frame, columns.amount)
    return _numbers(frame, str(columns.price)) * _numbers(frame, str(columns.quantity))


def _numbers(frame: pd.DataFrame, name: str) -> "pd.Series[float]":
    return pd.to_numeric(frame[name], errors="coerce").fillna(0.0).astype(float)


class ContractedLedger:
    """A table under a data contract."""

    def __init__(
        self, root: Path, settings: LedgerSettings, access: Access, database: SqlDatabase | None = None
    ) -> None:
        """Take the settings; a table behind an SQL integration is read in `database`."""
        self._root = root
        self._settings = settings
        self._access = access
        self._database = database

    def orders(self) -> Sequence[Order]:
        """Read all orders that the data contract lets in."""
        return self.read().orders

    def read(self) -> Reading:
        """Read the table, set bad rows aside, and sum the good ones up to orders."""
        contract = read_contract(self._root / self._settings.contract)
        permit(contract, self._access)
        columns = self._settings.columns
        table = read_raw(self._root, self._settings, contract, self._database)
        checked = enforce(contract, table, access=self._access, at_stake=lambda rows: values(rows, columns).abs())
        until = self._settings.until
        lines = checked.valid
        if until is not None:
            lines = lines[lines[columns.day] < pd.Timestamp(until)]
        return Reading(tuple(to_orders(lines, columns)), checked, contract)


def to_orders(lines: pd.DataFrame, columns: ColumnSettings) -> list[Order]:
    """Sum up lines to orders; without a number of the order, a customer's lines of one day are one."""
    slim = pd.DataFrame(
        {
            "customer": lines[columns.customer].astype(str).str.removesuffix(".0"),
            "day": pd.to_datetime(lines[columns.day]).dt.normalize(),
            "value": values(lines, columns),
        }
    )
    slim["order"] = lines[columns.order].astype(str) if columns.order else slim["day"].astype(str)
    summed = slim.groupby(["customer", "order"], sort=True).agg(
        day=("day", "min"), value=("value", "sum"), lines=("value", "size")
    )
    return [
        Order(str(customer), str(order), day, float(value), int(count))
        for (customer, order), day, value, count in zip(
            summed.index, summed["day"].dt.date, summed["value"], summed["lines"], strict=True
        )
    ]
