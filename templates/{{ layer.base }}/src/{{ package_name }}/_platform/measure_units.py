"""Reads which unit each registered function gives, without running the pilot, and what is bound to another one."""

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from .rules.units import Declared, find_registered, find_wrong_unit, in_words, words_of

__all__ = ["Declared", "find_wrong_units", "read_declared"]


def read_declared(package: Path, root: Path) -> dict[str, Declared]:
    """Find the functions that a package registers: `….register("id", unit="…", meaning="…")`, in literals.

    The words in their units are those of the settings below `root`.
    """
    found: dict[str, Declared] = {}
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if ".register(" in text:
            found |= dict(_registered(text))
    words = words_of(_settings(root))
    return {name: in_words(each, words) for name, each in found.items()}


def _settings(root: Path) -> dict[str, object]:
    try:
        return tomllib.loads((root / "config" / "default.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # settings that cannot be read are for the commands to name that need them
        return {}


def _registered(text: str) -> Iterator[tuple[str, Declared]]:
    try:
        yield from find_registered(ast.parse(text))
    except (SyntaxError, ValueError):  # a broken module is for the linter to say
        return


def find_wrong_units(
    kpis: Iterable[Mapping[str, object]], declared: Mapping[str, Declared], currency: str
) -> Iterator[str]:
    """Find entries of kpis.yml that are bound to what measures in another unit; what declares none is left alone."""
    for kpi in kpis:
        if wrong := find_wrong_unit(kpi, declared, currency):
            yield f"kpis.yml: {wrong}: bind what measures it, or correct the unit."
