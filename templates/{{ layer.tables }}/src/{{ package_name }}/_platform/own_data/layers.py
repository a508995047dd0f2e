"""Takes layers whose code goes out of the contracts that hold the imports, so that they stay true in between."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ..manifest import PACKAGE

SECTION: Final = "[tool.importlinter]"
CONTRACT: Final = "[[tool.importlinter.contracts]]"


def without_layers(root: Path, gone: Iterable[str]) -> str:
    """Give pyproject.toml as it has to be when these files have gone; what the team has in a layer keeps it."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    before, section, contracts = text.partition(SECTION)
    names = _emptied(root / "src" / PACKAGE, {root / path for path in gone})
    kept = [_without(block, names) for block in contracts.split(f"\n{CONTRACT}")]
    return before + section + f"\n{CONTRACT}".join(block for block in kept if block is not None)


def _emptied(source: Path, gone: set[Path]) -> set[str]:
    """Name the modules and packages of which nothing is left."""
    left = {path.relative_to(source).parts[0] for path in source.rglob("*.py") if path not in gone}
    return {path.relative_to(source).parts[0].removesuffix(".py") for path in gone if path.is_relative_to(source)} - {
        name.removesuffix(".py") for name in left
    }


def _without(block: str, names: set[str]) -> str | None:
    """Take the lines that name them out of a contract; None where a contract is about nothing else."""
    line = rf'^ *"(?:{re.escape(PACKAGE)}\.)?(?:{"|".join(sorted(names))})",?\n'
    made = re.sub(line, "", block, flags=re.MULTILINE)
    return None if re.search(r"^source_modules = \[\s*\]", made, re.MULTILINE) else made
