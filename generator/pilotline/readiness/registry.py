"""Every built-in check, by family: what the modules of `families/` list in `CHECKS`."""

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import Final, NamedTuple

from pilotline.readiness import families
from pilotline.readiness.base import Check

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


class CheckSelection(NamedTuple):
    """Which checks are wanted: ids and families to take and to leave out; nothing to take means all."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        """Tell whether a check is wanted; one that is not is not executed."""
        taken = not self.select or name.startswith(self.select)
        return taken and not any(name.startswith(ignored) for ignored in self.ignore)

    def touches(self, family: str) -> bool:
        """Tell whether any check of a family may be wanted."""
        taken = not self.select or any(name.startswith(family) for name in self.select)
        return taken and family not in self.ignore


@lru_cache(maxsize=1)
def builtin_checks() -> tuple[Check, ...]:
    """Give every built-in check, in the order of the families and then of the ids."""
    found: list[Check] = []
    for module in pkgutil.iter_modules(families.__path__):
        found.extend(getattr(import_module(f"{families.__name__}.{module.name}"), "CHECKS", ()))
    order = list(FAMILIES)
    return tuple(sorted(found, key=lambda check: (order.index(check.card.family), check.card.id)))
