"""Draws the package's wings from their import contract, and holds the page to the files that it names.

`python docs/make_wings.py` writes the picture and the table; `--check` writes nothing and fails when they are stale, or
when the page names a file that is not there.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "generator" / "pilotline"
PAGE = ROOT / "docs" / "explanation" / "where-is-what.md"
MARKS = ("<!-- made from pyproject.toml by docs/make_wings.py -->", "<!-- end -->")


def levels() -> list[list[str]]:
    """Read the wings off the contract of the whole package, highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(item["layers"] for item in contracts if item.get("containers") == ["pilotline"])
    return [line.split(" | ") for line in layers]


def purpose(wing: str) -> str:
    """Take a wing's purpose from its own first line."""
    folder = PACKAGE / wing
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    documented = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return documented.partition("\n")[0]


def draw() -> str:
    """Draw the levels as boxes that stand on each other, and say what each wing is for."""
    rows = levels()
    lines = ["```mermaid", "flowchart TB"]
    for number, row in enumerate(rows):
        lines += [f'  subgraph level{number}[" "]', "    direction LR", *(f"    {wing}" for wing in row), "  end"]
    lines += [f"  level{upper} --> level{upper + 1}" for upper in range(len(rows) - 1)]
    lines += ["```", "", "| wing | holds |", "|---|---|"]
    lines += [f"| `{wing}` | {purpose(wing)} |" for row in rows for wing in row]
    return "\n".join(lines)


def missing_files(page: str) -> Iterator[str]:
    """Name the files of the package that a page names and that are not there."""
    for name in sorted(set(re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py|/))`", page))):
        if not (PACKAGE / name).exists():
            yield name


def main() -> int:
    """Write the page, or compare it."""
    before = PAGE.read_text(encoding="utf-8")
    head, _, rest = before.partition(MARKS[0])
    page = f"{head}{MARKS[0]}\n\n{draw()}\n\n{MARKS[1]}{rest.partition(MARKS[1])[2]}"
    gone = list(missing_files(page))
    if gone:
        sys.stdout.write(f"{PAGE.relative_to(ROOT)} names what is not there: {', '.join(gone)}\n")
    check = "--check" in sys.argv[1:]
    stale = check and page != before
    if stale:
        sys.stdout.write("The picture of the wings is stale. Run: python docs/make_wings.py\n")
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    return int(stale or bool(gone))


if __name__ == "__main__":
    raise SystemExit(main())
