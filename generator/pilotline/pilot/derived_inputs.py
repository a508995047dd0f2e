"""What a pilot's derived files are made from: its manifests, its evidence, and its templates."""

import re
from typing import Final

from pilotline.files.tree import Tree
from pilotline.pilot.paths import KPI_EVIDENCE
from pilotline.rules import derived as rules

TEMPLATE: Final = re.compile(r"src/[^/]+/_platform/derived/[^/]+\.j2")
MANIFESTS: Final = frozenset(rules.MANIFESTS)


def is_input(path: str) -> bool:
    """Tell whether derived files are made from a path."""
    return path in MANIFESTS or path == KPI_EVIDENCE or bool(TEMPLATE.fullmatch(path))


def contents(tree: Tree) -> dict[str, bytes]:
    """Take the bytes of a tree."""
    return {path: file.content for path, file in tree.items()}
