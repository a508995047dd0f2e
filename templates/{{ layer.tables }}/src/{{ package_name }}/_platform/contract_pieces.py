"""Enforces a contract on a table that is read in pieces: what is held does not grow with the table.

The verdict is that of `contracts.enforce` on the whole table: counts add up, and a rule of uniqueness remembers the
digests of all keys, eight bytes a row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .contract_rules import Contract, Rule
from .contract_watch import watch
from .contracts import (
    Access,
    AtStake,
    Checked,
    find,
    misses,
    need_columns,
    permit,
    read_typed,
    split,
    stop_when_broken,
    write_journal,
)
from .progress import tell_count

Use = Callable[[pd.DataFrame], None]
NONE: Final = np.empty(0, dtype=np.uint64)


def enforce_pieces(
    contract: Contract, pieces: Iterable[pd.DataFrame], use: Use, *, access: Access, at_stake: AtStake | None = None
) -> Checked:
    """Check a table piece by piece, and hand the valid rows of each to `use`; what is returned has their number only.

    Raises ContractBroken at the end of the table: whatever `use` made of its rows is to be thrown away then.
    """
    permit(contract, access)
    tally = _Tally(contract, at_stake)
    columns: Sequence[str] = ()
    try:
        for piece in pieces:
            columns = list(piece.columns)
            need_columns(contract, columns, contract.least_rows)
            tally.add(piece.reset_index(drop=True), use)
            tell_count(tally.read, "rows read")
    finally:
        write_journal(contract, access, rows=tally.read)
    need_columns(contract, columns, tally.read)
    checked = tally.checked()
    watch(contract, tally.newest, broken=any(each.broken for each in checked.findings))
    stop_when_broken(contract, checked.findings, len(checked.valid), checked)
    return checked


class _Tally:
    """What is known of a table after some of its pieces."""

    def __init__(self, contract: Contract, at_stake: AtStake | None) -> None:
        self._contract = contract
        self._at_stake = at_stake
        self._bad: dict[str, int] = defaultdict(int)
        self._stakes: dict[str, float] = defaultdict(float)
        self._aside: list[pd.DataFrame] = []
        self._keys = {rule.name: NONE for rule in contract.rules if rule.check == "unique"}
        self.newest: pd.Timestamp | None = None
        self.read = 0

    def add(self, raw: pd.DataFrame, use: Use) -> None:
        """Judge the rows of a piece, hand over the valid ones, and remember the rest."""
        typed = pd.DataFrame({each.name: read_typed(raw[each.name], each) for each in self._contract.columns})
        missed = {rule.name: self._misses(rule, raw, typed) for rule in self._contract.rules}
        values = None if self._at_stake is None else self._at_stake(typed).fillna(0.0)
        for name, rows in missed.items():
            self._bad[name] += int(rows.sum())
            if values is not None:
                self._stakes[name] += float(values[rows].sum())
        part = split(self._contract, raw, typed, missed, ())
        if len(part.quarantine) or not self.read:
            self._aside.append(part.quarantine.set_axis(part.quarantine.index + self.read))
        self.read += len(raw)
        self._look(part.valid)
        use(part.valid)

    def _misses(self, rule: Rule, raw: pd.DataFrame, typed: pd.DataFrame) -> pd.Series:
        missed = misses(rule, self._contract, raw, typed)
        if rule.check == "unique":
            keys = pd.util.hash_pandas_object(typed[list(rule.columns)], index=False).to_numpy().astype(np.uint64)
            missed |= _among(keys, self._keys[rule.name])
            self._keys[rule.name] = np.sort(np.concatenate([self._keys[rule.name], keys]), kind="stable")
        return missed

    def _look(self, valid: pd.DataFrame) -> None:
        """Remember the newest day that the contract promises."""
        promise = self._contract.freshness
        if promise is not None and valid[promise.column].notna().any():
            day = pd.Timestamp(valid[promise.column].max())
            self.newest = day if self.newest is None else max(self.newest, day)

    def checked(self) -> Checked:
        """Say what was found in all pieces."""
        aside = pd.concat(self._aside) if self._aside else pd.DataFrame()
        return Checked(
            contract=self._contract,
            valid=pd.DataFrame(index=pd.RangeIndex(self.read - len(aside))),
            quarantine=aside,
            findings=find(self._contract, self._bad, self.read, self._stakes),
            rows_read=self.read,
        )


def _among(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which keys are among known ones, which are in order."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: NDArray[np.bool_] = known[places] == keys
    return found
