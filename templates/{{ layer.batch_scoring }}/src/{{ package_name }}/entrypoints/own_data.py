"""The first real job of a team: put its own table in the example's place, in an hour."""

import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
import yaml

from .._platform.errors import PilotError
from ..adapters.ledger import read_table
from ..services.drafting import DATE_FORMATS, TOLD, Guess, Part, choose_windows, guess_parts, profile, sniff
from ..settings import Settings

SAMPLE_ROWS = 5000
HEAD = 65536
HEADROOM = 1.5  # a contract tolerates half as much again as there is now
TYPES = {Part.DAY: "timestamp", Part.AMOUNT: "number", Part.PRICE: "number", Part.QUANTITY: "number"}


@dataclass(frozen=True)
class Draft:
    """A drafted contract and settings, with what is left to decide."""

    identifier: str
    contract: str
    settings: str
    guesses: tuple[Guess, ...]
    decisions: tuple[str, ...]

    def write(self, folder: Path) -> list[Path]:
        """Write the draft where it can be read before it is used."""
        files = {
            f"{self.identifier}.odcs.yaml": self.contract,
            "default.toml": self.settings,
            "DECISIONS.md": "# Left to decide\n\n" + "".join(f"- {each}\n" for each in self.decisions),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in files]

    def apply(self, root: Path) -> list[Path]:
        """Put contract and settings in their places; git shows what changed."""
        contract = root / "data_contracts" / f"{self.identifier}.odcs.yaml"
        settings = root / "config" / "default.toml"
        contract.write_text(self.contract, encoding="utf-8")
        settings.write_text(self.settings, encoding="utf-8")
        return [contract, settings]


def draft(settings: Settings, path: Path, given: Mapping[Part, str]) -> Draft:
    """Draft contract, settings and column mapping from a table, and list what only people can decide."""
    separator, names = (",", ()) if path.suffix == ".parquet" else sniff(_head(path))
    table = read_table(path, separator, names)
    guesses = _parts(table, given)
    columns = {guess.part: guess.column for guess in guesses}
    facts = _Facts.of(table, columns)
    windows = choose_windows(facts.first, facts.last)
    if windows is None:
        raise PilotError(
            f"{path.name} covers {facts.first:%Y-%m-%d} to {facts.last:%Y-%m-%d}, which is too short to learn from one "
            "part and judge by another: bring at least seven months."
        )
    identifier = (
        "".join(sign if sign.isalnum() else "-" for sign in path.name.split(".")[0].lower()).strip("-") or "ledger"
    )
    place = path.resolve()
    shown = place.relative_to(settings.root) if place.is_relative_to(settings.root) else place
    return Draft(
        identifier,
        _contract(settings, identifier, path, columns, facts),
        _settings(settings, identifier, str(shown), separator, names, columns, windows),
        tuple(guesses),
        (*_decisions(table, guesses, facts, windows), *_place(settings, place)),
    )


def _place(settings: Settings, path: Path) -> list[str]:
    if path.is_relative_to(settings.root):
        return []
    return [f"The table stays where it is, {path}: is that a place that a scheduled run can read?"]


def _head(path: Path) -> str:
    """Read the beginning of a text file, also a compressed one."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            head = file.read(HEAD)
    except (OSError, lzma.LZMAError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Give a CSV file, also as .xz, or a Parquet file.") from error
    text = head.decode("utf-8", errors="replace")
    if not text.strip():
        raise PilotError(f"{path} is empty: give a table with one row for each sale.")
    return text if len(head) < HEAD else text[: text.rfind("\n")]


def _parts(table: pd.DataFrame, given: Mapping[Part, str]) -> list[Guess]:
    unknown = sorted(set(given.values()) - set(table.columns))
    if unknown:
        raise PilotError(f"There is no column {', '.join(unknown)}; there are: {', '.join(map(str, table.columns))}.")
    sample = table.iloc[:: max(1, len(table) // SAMPLE_ROWS)]
    guesses, missing = guess_parts(
        [profile(str(name), list(sample[name].astype(str))) for name in table.columns], given
    )
    if missing:
        raise PilotError(
            f"No column was found for {', '.join(missing)}; there are: {', '.join(map(str, table.columns))}. "
            f"Say which: {' '.join(f'--{part} COLUMN' for part in missing)}."
        )
    return guesses


@dataclass(frozen=True)
class _Facts:
    """What the whole table says, measured once."""

    first: pd.Timestamp
    last: pd.Timestamp
    date_format: str
    customers: int
    bad_percent: dict[Part, float]
    duplicate_percent: float
    not_positive_percent: float

    @classmethod
    def of(cls, table: pd.DataFrame, columns: Mapping[Part, str]) -> Self:
        """Measure a table."""
        name = columns[Part.DAY]
        written = profile(name, list(table[name].iloc[:: max(1, len(table) // SAMPLE_ROWS)])).date_format
        if written is None:
            raise PilotError(f"The dates in {name} have no form that is known: {', '.join(DATE_FORMATS)}.")
        days = pd.to_datetime(table[name].str.strip(), format=DATE_FORMATS[written], errors="coerce")
        value = pd.to_numeric(table[columns.get(Part.AMOUNT) or columns[Part.PRICE]], errors="coerce")
        bad = {part: _percent(_unreadable(part, table[column], days)) for part, column in columns.items()}
        return cls(
            first=days.min(),
            last=days.max(),
            date_format=written,
            customers=int(table[columns[Part.CUSTOMER]].nunique()),
            bad_percent=bad,
            duplicate_percent=_percent(table.duplicated()),
            not_positive_percent=_percent(value <= 0),
        )


def _unreadable(part: Part, values: "pd.Series[str]", days: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    if part is Part.DAY:
        return days.isna()
    return pd.to_numeric(values, errors="coerce").isna() if part in TYPES else values.str.strip() == ""


def _percent(bad: "pd.Series[bool]") -> float:
    return 100 * float(bad.mean())


def _tolerated(percent: float) -> float:
    return max(1.0, round(HEADROOM * percent, 1))


def _contract(settings: Settings, identifier: str, path: Path, columns: Mapping[Part, str], facts: _Facts) -> str:
    manifest = settings.manifest
    properties = [_property(part, column, facts) for part, column in columns.items()]
    table: dict[str, object] = {
        "name": identifier.replace("-", "_"),
        "physicalName": path.name,
        "logicalType": "object",
        "physicalType": "file",
        "properties": properties,
    }
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": identifier,
        "name": identifier,
        "version": "0.1.0",
        "status": "draft",
        "dataProduct": manifest.distribution,
        "description": {"purpose": "Drafted from the table; put in why it exists, and what it must not be used for"},
        "team": {"name": identifier, "members": [{"username": manifest.owners.data, "role": "owner"}]},
        "roles": [{"role": settings.role, "access": "read"}],
        "customProperties": [{"property": "classification", "value": manifest.data.classification}],
        "schema": [table],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return "# Drafted by own-data. Its owner agrees to it, or changes it; then its status becomes active.\n" + text


def _property(part: Part, column: str, facts: _Facts) -> dict[str, object]:
    typed = TYPES.get(part, "string")
    tolerated = _tolerated(facts.bad_percent[part])
    limit = {"type": "library", "unit": "percent", "mustBeLessOrEqualTo": tolerated}
    quality = [{"name": f"{part} given", "metric": "nullValues", **limit}]
    if typed != "string":
        quality.append({"name": f"{part} readable", "metric": "invalidValues", **limit})
    options = {"logicalTypeOptions": {"format": facts.date_format}} if part is Part.DAY else {}
    return {"name": column, "logicalType": typed, "required": True, **options, "quality": quality}


def _settings(
    settings: Settings,
    identifier: str,
    path: str,
    separator: str,
    names: Sequence[str],
    columns: Mapping[Part, str],
    windows: tuple[int, int, int],
) -> str:
    """Write the settings anew: parts of the example's column mapping must not stay behind."""
    active, horizon, silent = windows
    quoted = {part: json.dumps(column, ensure_ascii=False) for part, column in columns.items()}
    named = f"names = {json.dumps(list(names))}  # the table has no header\n" if names else ""
    mapping = "".join(f"{part} = {column}\n" for part, column in quoted.items())
    return f"""\
# The pilot's settings, drafted by own-data. Later wins: this file, config/integrations/*.toml, config/local.toml
# (yours, never committed), environment variables such as PILOT_POLICY__CALL_SHARE=0.1.

# The data role that the pilot acts in; the data contract lists the roles that may read.
role = {json.dumps(settings.role)}

[ledger]
path = {json.dumps(path, ensure_ascii=False)}
contract = "data_contracts/{identifier}.odcs.yaml"
separator = {json.dumps(separator)}
{named}
[ledger.columns]
{mapping}
# To be agreed with the people who call.
[policy]
active_days = {active}
horizon_days = {horizon}
silent_days = {silent}
call_share = {settings.policy.call_share}

[model]
kind = "{settings.model.kind}"

[evaluation]
lists = {settings.evaluation.lists}
"""


def _decisions(
    table: pd.DataFrame, guesses: Sequence[Guess], facts: _Facts, windows: tuple[int, int, int]
) -> list[str]:
    """List what the table cannot say."""
    used = {guess.column for guess in guesses}
    unused = [str(name) for name in table.columns if name not in used]
    parts = {guess.part for guess in guesses}
    guessed = [guess for guess in guesses if guess.why != TOLD]
    found = [f"Is {guess.column} the {guess.part}? It was taken {guess.why}." for guess in guessed]
    if Part.AMOUNT in parts:
        found.append(
            "Is the amount that of the whole line? If it is the price of one piece, name --price and --quantity."
        )
    if Part.ORDER not in parts:
        found.append(
            "There is no number of the order: a customer's lines of one day count as one order. Is that right?"
        )
    if unused:
        found.append(f"Not read and not in the contract: {', '.join(unused)}. Is one of them needed?")
    if facts.duplicate_percent:
        share = f"{facts.duplicate_percent:.1f} %"
        found.append(
            f"{share} of the lines are exact repetitions. Exported twice (add a duplicateValues rule) or real?"
        )
    if facts.not_positive_percent:
        share = f"{facts.not_positive_percent:.1f} %"
        found.append(f"{share} of the values are not above zero: credit notes, gifts, or mistakes?")
    if facts.date_format.startswith("dd/"):
        found.append(f"Dates were read as {facts.date_format}: are day and month the right way round?")
    active, horizon, silent = windows
    found += [
        f"The windows (active {active} days, lapsed {horizon}, silent {silent}) come from the table's length alone.",
        "Baseline and target in kpis.yml are not of this table: `evaluate` shows what the rule reaches on it.",
        "Owner, roles, limits and purpose in the contract: its owner agrees to them.",
        "pilot.yml: classification, personal data, legal basis and retention of this table.",
    ]
    return found
