"""The first real job of a team: put its own table in the example's place, in an hour."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pandas as pd
import yaml

from .._platform import PilotError
from .._platform.derive import derive
from ..adapters.ledger import plain_numbers, read_form, read_table
from ..services.drafting import (
    DATE_FORMATS,
    ISO,
    NUMBERS,
    TOLD,
    Form,
    Guess,
    Part,
    Profile,
    choose_windows,
    guess_parts,
    profile,
)
from ..settings import Settings

SAMPLE_ROWS = 5000
HEADROOM = 1.5  # a contract tolerates half as much again as there is now
TYPES = {Part.DAY: "timestamp", **dict.fromkeys(NUMBERS, "number")}


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

    def apply(self, root: Path, replaced: str) -> list[Path]:
        """Put all in place and name the new contract in pilot.yml; git shows what changed."""
        contract = root / "data_contracts" / f"{self.identifier}.odcs.yaml"
        settings, manifest = root / "config" / "default.toml", root / "pilot.yml"
        contract.write_text(self.contract, encoding="utf-8")
        settings.write_text(self.settings, encoding="utf-8")
        said = manifest.read_text(encoding="utf-8")
        manifest.write_text(said.replace(f'"{replaced}"', f'"{contract.relative_to(root)}"'), encoding="utf-8")
        stale = [each for each in derive(root) if not each.fresh]
        for each in stale:
            each.write()
        return [contract, settings, manifest, *(each.path for each in stale)]


def draft(settings: Settings, path: Path, given: Mapping[Part, str]) -> Draft:
    """Draft contract, settings and column mapping from a table, and list what only people can decide."""
    form = read_form(path)
    table = read_table(path, form)
    profiles = _profiles(table)
    guesses = _parts(profiles, given)
    columns = {guess.part: guess.column for guess in guesses}
    form = replace(form, decimal="," if any(profiles[columns[part]].decimal == "," for part in columns) else ".")
    facts = _Facts.of(table, columns, profiles[columns[Part.DAY]].date_format, form)
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
        _settings(settings, identifier, str(shown), form, columns, windows),
        tuple(guesses),
        (*_decisions(profiles, guesses, facts, windows), *_place(settings, place)),
    )


def _place(settings: Settings, path: Path) -> list[str]:
    if path.is_relative_to(settings.root):
        return []
    return [f"The table stays where it is, {path}: is that a place that a scheduled run can read?"]


def _profiles(table: pd.DataFrame) -> dict[str, Profile]:
    sample = table.iloc[:: max(1, len(table) // SAMPLE_ROWS)]
    return {str(name): profile(str(name), list(sample[name].astype(str))) for name in table.columns}


def _parts(profiles: Mapping[str, Profile], given: Mapping[Part, str]) -> list[Guess]:
    there = ", ".join(profiles)
    unknown = sorted(set(given.values()) - set(profiles))
    if unknown:
        raise PilotError(f"There is no column {', '.join(unknown)}; there are: {there}.")
    guesses, missing = guess_parts(list(profiles.values()), given)
    if missing:
        raise PilotError(
            f"No column was found for {', '.join(missing)}; there are: {there}. "
            f"Say which: {' '.join(f'--{part} COLUMN' for part in missing)}."
        )
    return guesses


@dataclass(frozen=True)
class _Facts:
    """What the whole table says, measured once; shares are in percent."""

    first: pd.Timestamp
    last: pd.Timestamp
    date_format: str
    missing: dict[Part, float]
    unreadable: dict[Part, float]
    duplicate: float
    not_positive: float

    @classmethod
    def of(cls, table: pd.DataFrame, columns: Mapping[Part, str], written: str | None, form: Form) -> Self:
        """Measure a table."""
        if written is None:
            raise PilotError(f"The dates in {columns[Part.DAY]} have no form that is known: {', '.join(DATE_FORMATS)}.")
        blank = {part: table[column].str.strip() == "" for part, column in columns.items()}
        numbers = {part: _read(table[column], form) for part, column in columns.items() if part in NUMBERS}
        days = pd.to_datetime(
            table[columns[Part.DAY]].str.strip(), format=DATE_FORMATS.get(written, "ISO8601"), errors="coerce", utc=True
        )
        lost = {Part.DAY: days.isna(), **{part: found.isna() for part, found in numbers.items()}}
        value = numbers[Part.AMOUNT if Part.AMOUNT in numbers else Part.PRICE]
        return cls(
            first=days.min(),
            last=days.max(),
            date_format=written,
            missing={part: _percent(rows) for part, rows in blank.items()},
            unreadable={part: _percent(rows & ~blank[part]) for part, rows in lost.items()},
            duplicate=_percent(table.duplicated()),
            not_positive=_percent(value <= 0),
        )


def _read(values: "pd.Series[str]", form: Form) -> "pd.Series[float]":
    return pd.to_numeric(plain_numbers(values, form.decimal), errors="coerce")


def _percent(bad: "pd.Series[bool]") -> float:
    return 100 * float(bad.mean())


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
    quality = [_limit(f"{part} given", "nullValues", facts.missing[part])]
    if typed != "string":
        quality.append(_limit(f"{part} readable", "invalidValues", facts.unreadable[part]))
    has_format = part is Part.DAY and facts.date_format != ISO
    options = {"logicalTypeOptions": {"format": facts.date_format}} if has_format else {}
    return {"name": column, "logicalType": typed, "required": True, **options, "quality": quality}


def _limit(name: str, metric: str, found: float) -> dict[str, object]:
    limit = min(100.0, max(1.0, round(HEADROOM * found, 1)))
    return {"name": name, "type": "library", "metric": metric, "unit": "percent", "mustBeLessOrEqualTo": limit}


def _settings(
    settings: Settings,
    identifier: str,
    path: str,
    form: Form,
    columns: Mapping[Part, str],
    windows: tuple[int, int, int],
) -> str:
    """Write the settings anew: parts of the example's column mapping must not stay behind."""
    active, horizon, silent = windows
    quoted = {part: json.dumps(column, ensure_ascii=False) for part, column in columns.items()}
    named = f"names = {json.dumps(list(form.names))}  # the table has no header\n" if form.names else ""
    written = f'decimal = "{form.decimal}"\nencoding = "{form.encoding}"\n'
    mapping = "".join(f"{part} = {column}\n" for part, column in quoted.items())
    return f"""\
# The pilot's settings, drafted by own-data. Later wins: this file, config/integrations/*.toml, config/local.toml
# (yours, never committed), environment variables such as PILOT_POLICY__CALL_SHARE=0.1.

# The data role that the pilot acts in; the data contract lists the roles that may read.
role = {json.dumps(settings.role)}

[ledger]
path = {json.dumps(path, ensure_ascii=False)}
contract = "data_contracts/{identifier}.odcs.yaml"
separator = {json.dumps(form.separator)}
{written}{named}
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
    profiles: Mapping[str, Profile], guesses: Sequence[Guess], facts: _Facts, windows: tuple[int, int, int]
) -> list[str]:
    """List what the table cannot say."""
    columns = {guess.part: guess.column for guess in guesses}
    unused = [name for name in profiles if name not in columns.values()]
    active, horizon, silent = windows
    cases = {
        "Is the amount that of the whole line? If it is the price of one piece, name --price and --quantity.": (
            Part.AMOUNT in columns
        ),
        "There is no number of the order: a customer's lines of one day count as one order. Is that right?": (
            Part.ORDER not in columns
        ),
        f"{columns[Part.CUSTOMER]} holds e-mail addresses: may they be used, or do numbers take their place first?": (
            profiles[columns[Part.CUSTOMER]].addresses
        ),
        f"Not read and not in the contract: {', '.join(unused)}. Is one of them needed?": bool(unused),
        f"{facts.duplicate:.1f} % of the lines are exact repetitions. Exported twice (add a duplicateValues rule) or "
        "real?": facts.duplicate > 0,
        f"{facts.not_positive:.1f} % of the values are not above zero: credit notes, gifts, or mistakes?": (
            facts.not_positive > 0
        ),
        f"Dates were read as {facts.date_format}: are day and month the right way round?": "/" in facts.date_format,
    }
    return [
        *(_question(guess) for guess in guesses if guess.why != TOLD),
        *(text for text, applies in cases.items() if applies),
        f"The windows (active {active} days, lapsed {horizon}, silent {silent}) come from the table's length alone.",
        "Baseline and target in kpis.yml are not of this table: `evaluate` shows what the rule reaches on it.",
        "Owner, roles, limits and purpose in the contract: its owner agrees to them.",
        "pilot.yml: classification, personal data, legal basis and retention of this table, and the currency.",
        "The example's table and contract stay for the tests of the main job, until tests of your own replace them.",
    ]


def _question(guess: Guess) -> str:
    others = f" It could also be {', '.join(guess.others)}." if guess.others else ""
    return f"Is {guess.column} the {guess.part}? It was taken {guess.why}.{others}"
