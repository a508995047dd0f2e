"""Which unit each measure gives, read without running the pilot: from kpis.yml and where functions are registered."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CURRENCY: Final = "<currency>"  # in a unit it stands for the pilot's own
OTHER_KINDS: Final = ("sql", "mlflow", "runtime")


@dataclass(frozen=True)
class Declared:
    """What a registered function says of itself."""

    unit: str
    meaning: str


def unit_in(unit: str, currency: str) -> str:
    """Give a unit in the pilot's currency."""
    return unit.replace(CURRENCY, currency)


def read_declared(package: Path) -> dict[str, Declared]:
    """Find the functions that a package registers: `….register("id", unit="…", meaning="…")`, in literals."""
    found: dict[str, Declared] = {}
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if ".register(" in text:
            found |= dict(_registered(text))
    return found


def _registered(text: str) -> Iterator[tuple[str, Declared]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # a broken module is for the linter to say
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register":
            said = {word.arg: _literal(word.value) for word in node.keywords}
            name = _literal(node.args[0]) if node.args else None
            if name and (unit := said.get("unit")) and (meaning := said.get("meaning")):
                yield name, Declared(unit, meaning)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def find_wrong_units(
    kpis: Iterable[Mapping[str, object]], declared: Mapping[str, Declared], currency: str
) -> Iterator[str]:
    """Find entries of kpis.yml that are bound to what measures in another unit; what declares none is left alone."""
    for kpi in kpis:
        measure = kpi.get("measure")
        if not isinstance(measure, Mapping):
            continue
        function, unit = str(measure.get("function") or ""), measure.get("unit")
        if function in declared:
            unit = unit_in(declared[function].unit, currency)
        what = f"the function {function}" if function else f"what `{_kind(measure)}` measures"
        if isinstance(unit, str) and unit != kpi.get("unit"):
            wanted = f"{kpi.get('id')} is in {kpi.get('unit')}, and {what}"
            verb = "gives" if function else "is in"
            yield f"kpis.yml: {wanted} {verb} {unit}: bind what measures it, or correct the unit."


def _kind(measure: Mapping[str, object]) -> str:
    return next((kind for kind in OTHER_KINDS if measure.get(kind)), "measure")
