"""Every built-in check, by family; the only place that names the modules of checks."""

from functools import lru_cache
from importlib import import_module
from typing import Final

from pilotline.checks.base import Check

FAMILIES: Final = {
    "OWN": "Ownership",
    "TPL": "Template",
    "ENG": "Engineering",
    "DAT": "Data",
    "MOD": "Model",
    "LLM": "Language models",
    "GOV": "Governance",
    "OPS": "Operation",
    "VAL": "Value",
    "ARC": "Architecture",
    "PPL": "People",
}
_MODULES: Final = ("own", "tpl")


@lru_cache(maxsize=1)
def builtin_checks() -> tuple[Check, ...]:
    """Give every built-in check, in the order of the families and then of the ids."""
    found: list[Check] = []
    for name in _MODULES:
        found.extend(import_module(f"pilotline.checks.families.{name}").CHECKS)
    order = list(FAMILIES)
    return tuple(sorted(found, key=lambda check: (order.index(check.card.family), check.id)))
