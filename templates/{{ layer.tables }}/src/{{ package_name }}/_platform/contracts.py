"""Enforces data contracts where data enters: bad rows are set aside with reasons, a broken contract stops the run."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from . import PilotError
from .contract_rules import READING, Column, Contract, Rule
from .contract_watch import watch_rows
from .odcs import read_contract
from .written import read_counted, read_numbers

__all__ = [
    "Access",
    "Checked",
    "Contract",
    "ContractBroken",
    "Finding",
    "enforce",
    "permit",
    "read_contract",
    "write_quarantine",
]

REASONS: Final = "_reasons"
LONGEST: Final = 2.0**63  # what an integer of 64 bits is below; a missing value is not
TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
AtStake = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Access:
    """Who reads, for what, in which run; `journal` is the file that remembers it."""

    role: str
    purpose: str
    run_id: str
    journal: Path


@dataclass(frozen=True)
class Finding:
    """One rule that rows missed: how many, what they are worth to the KPI, and who can mend it."""

    rule: str
    columns: tuple[str, ...]
    bad: int
    share: float
    tolerated: str
    at_stake: float | None
    owner: str
    broken: bool


@dataclass(frozen=True)
class Checked:
    """The rows that keep the contract, typed; the raw rows that do not, with reasons; what was found, worst first."""

    contract: Contract
    valid: pd.DataFrame
    quarantine: pd.DataFrame
    findings: tuple[Finding, ...]
    rows_read: int


class ContractBroken(PilotError):
    """More bad rows than the contract tolerates, or no usable table; `checked` says which rows, where it got so far."""

    def __init__(self, message: str, checked: Checked | None = None) -> None:
        super().__init__(message)
        self.checked = checked


def enforce(contract: Contract, frame: pd.DataFrame, *, access: Access, at_stake: AtStake | None = None) -> Checked:
    """Check who reads, the columns and every row, and split the rows.

    `frame` may hold text only. `at_stake` gives the KPI value behind each typed row, by which findings are ranked.
    """
    permit(contract, access)
    write_journal(contract, access, rows=len(frame))
    need_columns(contract, list(frame.columns), len(frame))
    raw = frame.reset_index(drop=True)
    typed = pd.DataFrame({column.name: read_typed(raw[column.name], column) for column in contract.columns})
    missed = {rule.name: misses(rule, contract, raw, typed) for rule in contract.rules}
    values = None if at_stake is None else at_stake(typed).fillna(0.0)
    bad = {name: int(rows.sum()) for name, rows in missed.items()}
    stakes = {} if values is None else {name: float(values[rows].sum()) for name, rows in missed.items()}
    checked = split(contract, raw, typed, missed, find(contract, bad, len(raw), stakes))
    watch_rows(contract, checked.valid, broken=any(each.broken for each in checked.findings))
    stop_when_broken(contract, checked.findings, len(checked.valid), checked)
    return checked


def permit(contract: Contract, access: Access) -> None:
    """Refuse a role that the contract does not list, before anything is opened; the journal remembers the attempt."""
    if access.role not in contract.readers:
        write_journal(contract, access, rows=None)
        allowed = ", ".join(sorted(contract.readers)) or "nobody"
        raise PilotError(
            f"The role {access.role} may not read {contract.id}: its contract lists {allowed}. "
            f"Ask its owner, {contract.owner}, or set PILOT_ROLE to a role that you hold."
        )


def write_quarantine(checked: Checked, folder: Path) -> Path | None:
    """Keep the rows that were set aside, with their reasons, so that they can be mended at the source."""
    if checked.quarantine.empty:
        return None
    return keep_rows(checked.quarantine, checked.contract.id, folder)


def keep_rows(rows: pd.DataFrame, contract: str, folder: Path) -> Path:
    """Write rows to a file named after what is in it: another delivery never takes the place of what is there."""
    content = rows.to_csv(index=False).encode()
    path = folder / f"{contract}-{hashlib.sha256(content).hexdigest()[:8]}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    return draft.replace(path)


def need_columns(contract: Contract, columns: Collection[str], rows: int) -> None:
    """Refuse a table that lacks what its contract names, or is shorter than it promises."""
    missing = [column.name for column in contract.columns if column.name not in columns]
    if missing:
        raise ContractBroken(
            f"{contract.id} has no column {', '.join(missing)}: "
            f"ask its owner, {contract.owner}, what changed, or agree a new version of {contract.path.name}."
        )
    if rows < contract.least_rows:
        raise ContractBroken(
            f"{contract.id} has {rows} rows, its contract promises at least {contract.least_rows}: "
            f"ask its owner, {contract.owner}, whether the delivery is complete."
        )


def read_typed(values: pd.Series, column: Column) -> pd.Series:
    """Read the values as their type; what cannot be read becomes missing, and the type's rule names it."""
    if column.missing:
        values = values.mask(_blank(values, column.missing))
    if column.logical in ("integer", "number"):
        return read_numbers(values)
    if column.logical in ("date", "timestamp"):
        if column.written:
            return read_counted(values, column.written)
        if column.format:
            return pd.to_datetime(values, errors="coerce", format=column.format)
        # ISO 8601 may name a time zone; what is compared are moments, so all of them are read in UTC.
        return pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    if column.logical == "boolean":
        return values.astype("string").str.lower().map(TRUTH).astype("boolean")
    text = values.astype("string")
    return text.mask(text == "")


def misses(rule: Rule, contract: Contract, raw: pd.DataFrame, typed: pd.DataFrame) -> pd.Series:
    """Return which rows miss the rule; a missing value misses only the rule that asks for one."""
    name = rule.columns[0]
    missing = next((column.missing for column in contract.columns if column.name == name), frozenset[str]())
    if rule.check == "unique":
        return typed.duplicated(subset=list(rule.columns), keep="first")
    if rule.check == "required":
        return _blank(raw[name], missing)
    if rule.check == "type":
        unreadable = _unreadable(typed[name], contract, name)
        unreadable[unreadable] = ~_blank(raw.loc[unreadable, name], missing)
        return unreadable
    return wrong_values(rule, typed[name]).fillna(value=False).astype(bool)


def _blank(values: pd.Series, missing: frozenset[str]) -> pd.Series:
    return values.isna() | _told(values, lambda text: not text.strip() or text.strip().lower() in missing)


def _told(values: pd.Series, tell: Callable[[str], bool]) -> pd.Series:
    """Ask once for each distinct value, as a table repeats itself; a missing value is False."""
    places, distinct = pd.factorize(values)
    told = [tell(str(value)) for value in np.asarray(distinct, dtype=object)]
    return pd.Series(np.array([*told, False], dtype=bool)[places], index=values.index)


def _unreadable(values: pd.Series, contract: Contract, name: str) -> pd.Series:
    whole = any(column.name == name and column.logical == "integer" for column in contract.columns)
    return values.isna() | (values % 1 != 0) if whole else values.isna()


def wrong_values(rule: Rule, values: pd.Series) -> pd.Series:
    """Return which values are outside the rule; missing ones are not, or left undecided."""
    if rule.check == "pattern":
        pattern = re.compile(str(rule.value))
        return _told(values, lambda text: pattern.fullmatch(text) is None)
    if rule.check == "among":
        allowed = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        return ~values.isin(allowed) & values.notna()
    if rule.check in ("shortest", "longest"):
        length = int(str(rule.value))
        return _told(values, lambda text: len(text) < length if rule.check == "shortest" else len(text) > length)
    bound = bound_of(rule) if pd.api.types.is_datetime64_any_dtype(values) else float(str(rule.value))
    outside: Mapping[str, Callable[[], pd.Series]] = {
        "minimum": lambda: values < bound,
        "maximum": lambda: values > bound,
        "above": lambda: values <= bound,
        "below": lambda: values >= bound,
    }
    return outside[rule.check]()


def bound_of(rule: Rule) -> pd.Timestamp:
    """Return the moment that a day may not pass."""
    if rule.value == READING:
        return pd.Timestamp(datetime.now(UTC).date()) + pd.Timedelta(days=2)  # it is tomorrow already somewhere
    return pd.Timestamp(str(rule.value))


def find(contract: Contract, bad: Mapping[str, int], total: int, stakes: Mapping[str, float]) -> tuple[Finding, ...]:
    """Say which rules rows missed, worst first; `stakes` is what the rows of a rule are worth, where that is known."""
    findings = [
        Finding(
            rule=rule.name,
            columns=rule.columns,
            bad=bad[rule.name],
            share=bad[rule.name] / total,
            tolerated=str(rule.limit),
            at_stake=stakes.get(rule.name),
            owner=contract.owner,
            broken=rule.limit.broken_by(bad[rule.name], total),
        )
        for rule in contract.rules
        if bad[rule.name]
    ]
    return tuple(sorted(findings, key=lambda each: (each.at_stake or 0.0, each.bad), reverse=True))


def split(
    contract: Contract,
    raw: pd.DataFrame,
    typed: pd.DataFrame,
    missed: Mapping[str, pd.Series],
    findings: tuple[Finding, ...],
) -> Checked:
    """Part the rows that keep the contract from those that do not, with the rules that they miss."""
    bad = pd.Series(data=False, index=raw.index)
    reasons = pd.Series("", index=raw.index, dtype="object")
    for name, rows in missed.items():
        reasons[rows] = reasons[rows].where(reasons[rows] == "", reasons[rows] + "; ") + name
        bad |= rows
    valid = typed[~bad].reset_index(drop=True)
    whole = [c.name for c in contract.columns if c.logical == "integer" and (valid[c.name].abs() < LONGEST).all()]
    return Checked(
        contract=contract,
        valid=valid.astype(dict.fromkeys(whole, "int64")),
        quarantine=raw[bad].assign(**{REASONS: reasons[bad]}),
        findings=findings,
        rows_read=len(raw),
    )


def stop_when_broken(
    contract: Contract, findings: Sequence[Finding], valid: int, checked: Checked | None = None
) -> None:
    """Refuse a table with more bad rows than its contract tolerates, or without a good one."""
    broken = [finding for finding in findings if finding.broken]
    if broken:
        listed = "; ".join(f"{f.rule}: {f.bad} rows ({f.share:.1%}), tolerated {f.tolerated}" for f in broken)
        raise ContractBroken(
            f"{contract.id} breaks its contract {contract.path.name}. {listed}. "
            f"Ask its owner, {contract.owner}, to mend the source, or agree another limit.",
            checked,
        )
    if not valid:
        raise ContractBroken(f"No row of {contract.id} keeps its contract: ask its owner, {contract.owner}.", checked)


def write_journal(contract: Contract, access: Access, rows: int | None) -> None:
    """Remember the read: what was seen, under which role, for what; without rows it was refused."""
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "contract": contract.id,
        "version": contract.version,
        "classification": contract.classification,
        "role": access.role,
        "permitted": rows is not None,
        "purpose": access.purpose,
        "run_id": access.run_id,
        "rows": rows,
        "columns": [column.name for column in contract.columns],
    }
    access.journal.parent.mkdir(parents=True, exist_ok=True)
    with access.journal.open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
