"""A file name of a pilot stands once, so that it is renamed in one place and found by one name."""

import ast
from collections.abc import Iterator
from pathlib import Path

from pilotline.pilot import paths, stages
from tests.helpers import ROOT

PACKAGE = ROOT / "generator" / "pilotline"
# The rule book is plain Python that pilots carry as it is; Copier's own default belongs to Copier's rules.
OTHERS = ("rules/", "template/definition.py", "pilot/paths.py")


def texts(path: Path) -> Iterator[tuple[str, int]]:
    """Give the texts of a module that are no documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value, node.lineno


def test_a_file_name_of_the_pilot_stands_in_paths_only():
    values = [value for name, value in vars(paths).items() if name.isupper()]
    known = {text for value in values for text in ([value] if isinstance(value, str) else value)}
    found = [
        f"{path.relative_to(PACKAGE).as_posix()}:{line} {text}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith(OTHERS) and "_catalog" not in path.parts
        for text, line in texts(path)
        if text in known
    ]
    assert found == []
    assert len(known) > 30


def test_the_next_stage_is_the_one_after_it():
    order = list(stages.STAGES)
    assert order == ["sandbox", "pilot", "production"]
    assert [stages.stage_after(name) for name in (*order, "unknown")] == ["pilot", "production", None, None]
