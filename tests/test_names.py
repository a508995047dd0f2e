"""One name means one thing: whoever reads a class name in the package has no second one to think of."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.helpers import ROOT

PACKAGE = ROOT / "generator" / "pilotline"


def classes() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_catalog" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield node.name, path.relative_to(PACKAGE)


def test_a_class_name_is_used_once():
    places = defaultdict(list)
    for name, path in classes():
        places[name].append(path.as_posix())
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
    assert len(places) > 200
