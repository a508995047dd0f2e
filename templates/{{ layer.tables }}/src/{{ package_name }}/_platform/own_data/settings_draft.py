"""Drafts the settings: where the tables are, what a case is; what the file holds beside that stays."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..case import EVENTS
from .findings import Found
from .reading import Table
from .shape import windows

if TYPE_CHECKING:
    from ..settings import PlatformSettings

SECTION: Final = r"\[+\s*({names})(\.[^\]]*)?\s*\]+\s*(#.*)?"
OURS: Final = ("tables", "case", "ledger", "policy")
OF_THE_CODE: Final = ("decision", "evaluation", "model")  # what goes with the example's code, and is not of the next
FIRST: Final = """\
# The pilot's settings. Later wins: this file, config/integrations/*.toml, config/local.toml (yours, never committed),
# environment variables such as PILOT_CASE__WORDS__CASES=machines.
"""
Value = str | float | bool | tuple[str, ...]


def draft_settings(
    settings: "PlatformSettings", text: str, found: Found, kept: Mapping[str, object], *, code_goes: bool = False
) -> str:
    """Write the file anew from its text: sections on tables and the case are replaced, all else stays.

    With `code_goes` those on the code that goes do not stay.
    """
    names = (*OURS, *OF_THE_CODE) if code_goes else OURS
    tables = [(found.table, found.decimal)]
    tables += [
        (each.table, "," if any(p.decimal == "," for p in each.profiles.values()) else ".") for each in found.joined
    ]
    parts = [_rest(text, names) or f"{FIRST}\nrole = {_value(settings.role)}"]
    parts += [_table(settings.root, table, decimal) for table, decimal in tables]
    parts.append(_case(found))
    if found.seen.shape == "events":
        parts.append(_ledger(settings.root, found, kept))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def shown_path(root: Path, path: Path) -> str:
    """Write a path as the settings do: from the repository where it lies in it."""
    place = path.resolve()
    return str(place.relative_to(root)) if place.is_relative_to(root) else str(place)


def _rest(text: str, names: Iterable[str]) -> str:
    """Return what is not ours to write; a comment right above a section belongs to it."""
    ours = SECTION.format(names="|".join(names))
    kept: list[str] = []
    dropping, comments = False, list[str]()
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            comments.append(line)
            continue
        if line.startswith("["):
            dropping = re.fullmatch(ours, line.strip()) is not None
        if not dropping:
            kept += [*comments, line]
        comments = []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _table(root: Path, table: Table, decimal: str) -> str:
    fields: dict[str, Value | None] = {
        "contract": f"data_contracts/{table.name}.odcs.yaml",
        "path": shown_path(root, table.path) if table.path else None,
        "integration": table.integration,
        "relation": table.relation,
        "sheet": table.sheet,
    }
    if table.dialect is not None:
        names = () if table.dialect.header else table.dialect.columns
        fields |= {"separator": table.dialect.separator, "encoding": table.dialect.encoding, "names": names or None}
    if decimal == ",":
        fields["decimal"] = decimal
    return section(f"tables.{table.name}", fields)


def _case(found: Found) -> str:
    outcome = found.seen.outcome
    parts = {guess.part: guess.column for guess in found.guesses}
    columns: dict[str, Value | None] = {"case" if part == "customer" else part: name for part, name in parts.items()}
    head: dict[str, Value | None] = {
        "shape": found.seen.shape,
        "table": found.table.name,
        "outcome_kind": outcome.kind if outcome else None,
        "positive": outcome.positive if outcome else None,
        "features": found.features or None,
    }
    texts = [
        "# What a case is. `left_out` says why a column is no feature; put right what is wrong.",
        section("case", head),
    ]
    texts.append(section("case.columns", columns))
    if found.rule is not None:
        rule = found.rule.model_dump(exclude_defaults=True)
        texts.append(f"# What decides today: {found.why_rule}.\n" + section("case.rule", rule))
    if found.left_out:
        texts.append(section("case.left_out", dict(found.left_out)))
    texts += [section("case.joins", {"table": each.table.name, "key": each.key}, many=True) for each in found.joined]
    unused = {"unit"} if found.seen.shape == EVENTS else {"event", "events", "money", "money_unit"}
    words = "# The words of the case: screens, reports, tables and metrics say these.\n"
    texts.append(words + section("case.words", found.words.model_dump(exclude=unused)))
    return "\n\n".join(texts).replace("features.\n", "features.\n")


def _ledger(root: Path, found: Found, kept: Mapping[str, object]) -> str:
    """Write what the code of the events shape reads."""
    table = found.table
    span = windows(*found.days) if found.days else None
    active, horizon, silent = span or (60, 30, 20)
    case, share = _names()
    columns: dict[str, Value | None] = {
        case if guess.part == "customer" else guess.part: guess.column
        for guess in found.guesses
        if guess.part in LEDGER_PARTS
    }
    ledger: dict[str, Value | None] = {
        "path": shown_path(root, table.path) if table.path else None,
        "integration": table.integration,
        "relation": table.relation,
        "sheet": table.sheet,
        "contract": f"data_contracts/{table.name}.odcs.yaml",
        "separator": table.dialect.separator if table.dialect else ",",
        "decimal": found.decimal,
        "encoding": table.dialect.encoding if table.dialect else "utf-8",
        "names": (table.dialect.columns if table.dialect and not table.dialect.header else None),
    }
    policy: dict[str, Value | None] = {
        "active_days": active,
        "horizon_days": horizon,
        "silent_days": silent,
        share: float(str(kept.get(share, 0.2))),
    }
    texts = [section("ledger", ledger), section("ledger.columns", columns)]
    return "\n\n".join([*texts, "# To be agreed with the people whose work it changes.\n" + section("policy", policy)])


def _names() -> tuple[str, str]:
    """Call the case and the share that is chosen what the team's settings call them: earlier ones are about calls."""
    code = Path(__file__).parents[2] / "settings.py"
    earlier = code.is_file() and re.search(r"^\s+call_share\b", code.read_text(encoding="utf-8"), re.MULTILINE)
    return ("customer", "call_share") if earlier else ("case", "chosen_share")


LEDGER_PARTS: Final = ("customer", "day", "order", "amount", "price", "quantity")


def section(name: str, fields: Mapping[str, object], *, many: bool = False) -> str:
    """Write a table of TOML, without what is not given."""
    head = f"[[{name}]]" if many else f"[{name}]"
    lines = [f"{_key(key)} = {_value(value)}" for key, value in fields.items() if value is not None]
    return "\n".join([head, *lines])


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        texts = [_value(item) for item in value]
        line = f"[{', '.join(texts)}]"
        return line if len(line) <= 100 else "[\n" + "".join(f"  {text},\n" for text in texts) + "]"  # noqa: PLR2004
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False)
