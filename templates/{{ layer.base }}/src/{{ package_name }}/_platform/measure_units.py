"""Reads which unit each registered function gives, without running the pilot, and what is bound to another one."""

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from .rules.units import Declared, find_registered, find_wrong_unit, in_words, words_of

__all__ = ["Declared", "find_wrong_units", "read_declared", "read_words"]


def read_declared(package: Path, words: Mapping[str, str]) -> dict[str, Declared]:
    """Find the functions that a package registers: `….register("id", unit="…", meaning="…")`, in literals.

    Their units are put in these words.
    """
    found: dict[str, Declared] = {}
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if ".register(" in text:
            found |= dict(_registered(text))
    return {name: in_words(each, words) for name, each in found.items()}


def read_words(root: Path) -> dict[str, str]:
    """Read the words of the case off the settings; those that cannot be read are for others to name."""
    try:
        return words_of(tomllib.loads((root / "config" / "default.toml").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return words_of({})


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
