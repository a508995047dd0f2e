"""The ledger: raw lines from a file, let in by the data contract, summed up to orders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .._platform import PilotError
from .._platform.contracts import Access, Checked, Contract, enforce, permit, read_contract
from .._platform.written import read_numbers
from ..domain.orders import Order
from ..settings import ColumnSettings, LedgerSettings


@dataclass(frozen=True)
class Reading:
    """What came of reading the ledger once."""

    orders: tuple[Order, ...]
    checked: Checked
    contract: Contract


def read_table(path: Path, known: LedgerSettings) -> pd.DataFrame:
    """Read CSV, also compressed, or Parquet, as text: the contract and not a guess decides about types."""
    if not path.is_file():
        raise PilotError(f"There is no table {path}: put it there, or set ledger.path in config/default.toml.")
    try:
        if path.suffix == ".parquet":
            return _as_text(pd.read_parquet(path))
        return pd.read_csv(
            path,
            sep=re.escape(known.separator) if known.separator.strip() else r"\s+",
            engine="c",
            names=list(known.names) or None,
            header=None if known.names else "infer",
            dtype=str,
            encoding=known.encoding,
            keep_default_na=False,
            skipinitialspace=True,
        )
    except ImportError as error:
        raise PilotError(
            f"Reading {path.name} needs pyarrow: pip install pyarrow, or give the table as CSV."
        ) from error
    except (ValueError, OSError, EOFError) as error:
        raise PilotError(
            f"{path} cannot be read as a table: {str(error).rstrip('.')}. "
            "Check the file, and separator and encoding below [ledger] in config/default.toml."
        ) from error


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype("string").fillna("").astype(object)


def values(frame: pd.DataFrame, columns: ColumnSettings) -> "pd.Series[float]":
    """Value of each line; what is no number counts as nothing, because a bad row has to be valued too."""
    if columns.amount is not None:
        return _numbers(frame, columns.amount)
    return _numbers(frame, str(columns.price)) * _numbers(frame, str(columns.quantity))


def _numbers(frame: pd.DataFrame, name: str) -> "pd.Series[float]":
    return pd.to_numeric(frame[name], errors="coerce").fillna(0.0).astype(float)


class ContractedLedger:
    """A table under a data contract."""

    def __init__(self, root: Path, settings: LedgerSettings, access: Access) -> None:
        self._settings = settings
        self._path = root / settings.path
        self._contract = root / settings.contract
        self._access = access

    def orders(self) -> Sequence[Order]:
        """Read all orders that the data contract lets in."""
        return self.read().orders

    def read(self) -> Reading:
        """Read the table, set bad rows aside, and sum the good ones up to orders."""
        contract = read_contract(self._contract)
        permit(contract, self._access)
        columns = self._settings.columns
        table = read_table(self._path, self._settings)
        comma = self._settings.decimal == ","  # contracts read numbers with a point
        for name in [name for name in columns.numbers if comma and name in table]:
            read = read_numbers(table[name], self._settings.decimal)
            table[name] = table[name].where(read.isna(), read.astype("string"))
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
