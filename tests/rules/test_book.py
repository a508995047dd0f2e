"""The rule book is one: what pilots carry is what the CLI judges by, and it stands on nothing but Python."""

import ast
import sys

from tests.rules.conftest import CARRIED, SOURCE

# Only reviews ask whether a text fills the place of an answer; a running pilot does not.
ONLY_IN_THE_SOURCE = {"placeholders.py"}


def test_pilots_carry_an_equal_copy_of_what_they_judge_by():
    source = {path.name: path.read_bytes() for path in SOURCE.glob("*.py") if path.name not in ONLY_IN_THE_SOURCE}
    carried = {path.name: path.read_bytes() for path in CARRIED.iterdir() if path.is_file()}
    differing = sorted(name for name in source.keys() | carried.keys() if source.get(name) != carried.get(name))
    assert not differing, f"copy them from {SOURCE} to {CARRIED}"


def test_the_book_imports_nothing_but_the_standard_library_and_itself():
    found = []
    for path in sorted(SOURCE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [(path.name, name.name) for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.append((path.name, str(node.module)))
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, f"{path.name} leaves the book"
    assert found
    assert [each for each in found if each[1].split(".")[0] not in sys.stdlib_module_names] == []
