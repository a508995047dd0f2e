"""Which unit each measure gives, read without running the pilot, and whether it is the KPI's own."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from .plain import as_mapping, as_text

CURRENCY: Final = "<currency>"
"""In a unit it stands for the pilot's own."""
WORDS: Final[Mapping[str, str]] = {"case": "case", "cases": "cases", "outcome": "outcome", "unit": "units"}
"""In a unit `<cases>` stands for what the settings call the cases; these are the words where they say none."""
OTHER_KINDS: Final = ("sql", "mlflow", "runtime")


@dataclass(frozen=True)
class Declared:
    """What a registered function says of itself."""

    unit: str
    meaning: str


def unit_in(unit: str, currency: str) -> str:
    """Give a unit in the pilot's currency."""
    return unit.replace(CURRENCY, currency)


def words_of(settings: Mapping[str, object]) -> dict[str, str]:
    """Read off a pilot's settings what the words in units stand for."""
    said = as_mapping(as_mapping(settings.get("case")).get("words"))
    words = {name: as_text(said.get(name)) or usual for name, usual in WORDS.items()}
    words["chosen"] = as_text(said.get("actions")) or f"chosen {words['cases']}"
    return words | {"money_unit": as_text(said.get("money_unit")) or CURRENCY}


def in_words(declared: Declared, words: Mapping[str, str]) -> Declared:
    """Put the words of the case into the unit of a measure; the currency is put in where it is compared."""
    unit = declared.unit
    for name, word in words.items():
        unit = unit.replace(f"<{name}>", word)
    return replace(declared, unit=unit)


def find_registered(tree: ast.AST) -> Iterator[tuple[str, Declared]]:
    """Find the functions that a module registers: `….register("id", unit="…", meaning="…")`, in literals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register":
            said = {word.arg: _literal(word.value) for word in node.keywords}
            name = _literal(node.args[0]) if node.args else None
            if name and (unit := said.get("unit")) and (meaning := said.get("meaning")):
                yield name, Declared(unit, meaning)


def find_wrong_unit(kpi: Mapping[str, object], declared: Mapping[str, Declared], currency: str) -> str | None:
    """Say what is wrong with what a KPI of kpis.yml is bound to; None when it gives its unit, or declares none."""
    measure = as_mapping(kpi.get("measure"))
    function, unit = as_text(measure.get("function")) or "", as_text(measure.get("unit"))
    if function:
        unit = unit_in(declared[function].unit, currency) if function in declared else None
    if not unit or unit == kpi.get("unit"):
        return None
    what = f"the function {function} gives" if function else f"what `{kind_of(measure)}` measures is in"
    return f"{kpi.get('id')} is in {kpi.get('unit') or 'no unit'}, and {what} {unit}"


def kind_of(measure: Mapping[str, object]) -> str:
    """Name what measures a KPI when no function does; empty when nothing is named."""
    return next((kind for kind in OTHER_KINDS if measure.get(kind)), "")


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
