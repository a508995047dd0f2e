"""What Python files import, by absolute names."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pilotline.readiness.view.pilot_view import Repository

_STATEMENT: Final = re.compile(
    r"(?:^|[;:])[ \t]*(?:from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n;]*)|import\b[ \t]+([^\n;]+))",
    re.MULTILINE,
)
_NAME: Final = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a file imports, and where."""

    module: str
    line: int = 0


def possible_imports(path: str, text: str) -> tuple[Import, ...]:
    """Find whatever may be an import, by its look: all of them, and perhaps a sentence of a docstring."""
    return tuple(_look(path, text))


def _look(path: str, text: str) -> Iterator[Import]:
    for found in _STATEMENT.finditer(text):
        source, names, modules = found.groups()
        if modules:
            yield from (Import(name) for name in _NAME.findall(modules))
        elif source:
            level = len(source) - len(source.lstrip("."))
            base = _base(path, level, source[level:].strip())
            yield from (Import(f"{base}.{name}") for name in _NAME.findall(names))


def imports_of(repo: Repository, path: str) -> tuple[Import, ...]:
    """Give what a file imports, at any depth; what only type checkers read counts too."""
    tree = repo.syntax(path)
    return tuple(_walk(path, tree)) if tree else ()


def _walk(path: str, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(path, node.level, node.module or "")
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def _base(path: str, level: int, module: str) -> str:
    """Resolve a relative name against the package of its file."""
    if not level:
        return module
    package = module_of(path).split(".") if path.endswith("__init__.py") else module_of(path).split(".")[:-1]
    kept = package[: len(package) - level + 1]
    return ".".join([*kept, *([module] if module else [])])


def module_of(path: str) -> str:
    """Name the module that a file below `src/` is."""
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
