"""What Python files import, by absolute names."""

import ast
import re
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.view.remembered import read_before

_STATEMENT: Final = re.compile(
    r"(?:^|[;:])[ \t]*(?:from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n;]*)|import\b[ \t]+([^\n;]+))",
    re.MULTILINE,
)
_COMMENT: Final = re.compile(r"#.*")
_LONGEST: Final = 20_000
"""How many characters a list of names may have; what never ends is no import, and must not take for ever."""
_NAME: Final = re.compile(r"[\w.]+")


class Import(NamedTuple):
    """One name that a file imports, and where."""

    module: str
    line: int = 0


def possible_imports(path: str, text: str) -> Iterator[str]:
    """Find whatever may be an import, by its look: all of them, and perhaps a sentence of a docstring."""
    for found in _statements(text):
        source, names, modules = found.groups()
        if modules:
            yield from _NAME.findall(modules)
        elif source:
            level = len(source) - len(source.lstrip("."))
            base = _base(path, level, source[level:].strip())
            yield from (f"{base}.{name}" for name in _NAME.findall(names))


def possible_packages(text: str) -> Iterator[str]:
    """Find the first parts of whatever may be an import by an absolute name."""
    for found in _statements(text):
        source, _, modules = found.groups()
        named = _NAME.findall(modules) if modules else [] if source.startswith(".") else [source]
        yield from (name.partition(".")[0].strip() for name in named)


def _statements(text: str) -> Iterator[re.Match[str]]:
    """Find what looks like a statement; the word alone is looked for first, which is much faster."""
    end = -1
    while (place := text.find("import", end + 1)) >= 0:
        start, end = text.rfind("\n", 0, place) + 1, _end_of_line(text, place)
        if "(" in text[place:end]:
            line = place
            while end < min(len(text), place + _LONGEST) and ")" not in _COMMENT.sub("", text[line:end]):
                line, end = end + 1, _end_of_line(text, end + 1)
        yield from _STATEMENT.finditer(_COMMENT.sub("", text[start:end]))


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def imports_of(repo: Repository, path: str) -> tuple[Import, ...]:
    """Give what a file imports, at any depth; what only type checkers read counts too."""
    return read_before("imports", path, partial(repo.mark, path), partial(_imports_of, repo, path))


def _imports_of(repo: Repository, path: str) -> tuple[Import, ...]:
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
