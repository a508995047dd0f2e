"""The ledger: raw lines from a table, let in by the data contract, summed up to orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .._platform import SqlDatabase
from .._platform.contract_pieces import enforce_pieces
from .._platform.contracts import Access, Checked, Contract, permit, read_contract
from .._platform.raw_tables import raw_pieces
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
        columns, until = self._settings.columns, self._settings.until
        summed: list[pd.DataFrame] = []

        def sum_up(lines: pd.DataFrame) -> None:
            known = lines if until is None else lines[lines[columns.day] < pd.Timestamp(until)]
            summed.append(sum_lines(known, columns))

        def at_stake(rows: pd.DataFrame) -> "pd.Series[float]":
            return values(rows, columns).abs()

        pieces = raw_pieces(self._root, self._settings, contract, self._database)
        checked = enforce_pieces(contract, pieces, sum_up, access=self._access, at_stake=at_stake)
        return Reading(tuple(to_orders(summed)), checked, contract)


def sum_lines(lines: pd.DataFrame, columns: ColumnSettings) -> pd.DataFrame:
    """Sum up lines by order; without a number of the order, a customer's lines of one day are one."""
    slim = pd.DataFrame(
        {
            "customer": lines[columns.case].astype(str).str.removesuffix(".0"),
            "day": pd.to_datetime(lines[columns.day]).dt.normalize(),
            "value": values(lines, columns),
        }
    )
    numbers = lines[columns.order].astype(str).str.removesuffix(".0") if columns.order else slim["day"].astype(str)
    grouped = slim.assign(order=numbers).groupby(["customer", "order"], sort=True)
    return grouped.agg(day=("day", "min"), value=("value", "sum"), lines=("value", "size"))


def to_orders(pieces: Sequence[pd.DataFrame]) -> Iterator[Order]:
    """Sum up what several pieces hold of the same order."""
    grouped = pd.concat(pieces).groupby(level=["customer", "order"], sort=True)
    summed = grouped.agg(day=("day", "min"), value=("value", "sum"), lines=("lines", "sum"))
    customers, orders = (summed.index.get_level_values(name).to_numpy(object) for name in ("customer", "order"))
    rows = zip(customers, orders, summed["day"].dt.date, summed["value"], summed["lines"], strict=True)
    for customer, order, day, value, count in rows:
        yield Order(str(customer), str(order), day, float(value), int(count))
