"""What a repository was born as, where cookiecutter made it: the base of a true three-way merge into a catalog.

The record is read from the repository, so it is not trusted: paths that would leave the project are refused, templates
are rendered in Jinja's sandbox, and neither hooks nor extensions of the template ever run. What a hook had removed or
changed shows as an edit of the team.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.reference import Reference
from pilotline.errors import CatalogError
from pilotline.files.disk import write_tree
from pilotline.files.scratch import scratch_folder
from pilotline.files.tree import File, Tree
from pilotline.git.credentials import without_user
from pilotline.template.environment import explain_template_error
from pilotline.template.limits import limited

_EXTENSIONS: Final = tuple(
    f"cookiecutter.extensions.{name}Extension" for name in ("Jsonify", "RandomString", "Slugify", "Time", "UUID")
)
_HARMLESS: Final = frozenset({*_EXTENSIONS, "jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"})
RECORDS: Final = (".cruft.json", ".cookiecutter.json")
"""Where a repository may say what it was made from."""

_OTHERWISE: Final = "`--no-origin` adopts the repository without its old template."


@dataclass(frozen=True)
class CookiecutterRecord:
    """The template, version and context that a repository records of its birth."""

    record: str
    template: str
    commit: str
    directory: str
    skip: tuple[str, ...]
    context: Mapping[str, object]

    @property
    def address(self) -> str:
        """The template as it may be shown: without user information."""
        return without_user(self.template)


def find_origin(files: Tree) -> CookiecutterRecord | None:
    """Recognise a repository that cruft or cookiecutter made; None where nothing says so."""
    for record in RECORDS:
        data = _parse(files[record].content) if record in files else {}
        context = (
            _mapping(_mapping(data.get("context")).get("cookiecutter")) or _mapping(data.get("cookiecutter")) or data
        )
        template = data.get("template") or context.get("_template")
        commit = data.get("commit") or context.get("_commit") or context.get("_checkout")
        if isinstance(template, str) and isinstance(commit, str):
            skip = data.get("skip")
            directory = str(data.get("directory") or "")
            patterns = tuple(map(str, skip)) if isinstance(skip, list) else ()
            return CookiecutterRecord(record, template, commit, directory, patterns, context)
    return None


def _parse(content: bytes) -> Mapping[str, object]:
    try:
        return _mapping(json.loads(content))
    except ValueError:
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def render_origin(origin: CookiecutterRecord, catalogs: Catalogs) -> Tree:
    """Render what a repository was born as.

    Raises:
        CatalogError: The template cannot be reached or rendered, or would run code.
    """
    _refuse_code(origin)
    source = catalogs.open(Reference(origin.template, origin.commit)).tree
    links = [path for path, file in source.items() if file.link]
    if links:
        raise CatalogError(f"The template {origin.address} holds a symbolic link ({links[0]}).", _OTHERWISE)
    with scratch_folder() as folder:
        write_tree(source, folder)
        root = folder.joinpath(*_parts(origin.directory))
        born = limited("Rendering the old template", _bear, origin, root)
    return Tree({path: file for path, file in born.items() if not _is_skipped(path, origin.skip)})


def _bear(origin: CookiecutterRecord, root: Path) -> dict[str, File]:
    return _Birth(origin, root).files()


def _parts(directory: str) -> tuple[str, ...]:
    parts = PurePosixPath(directory).parts
    if ".." in parts or directory.startswith("/"):
        raise CatalogError(f"The record names {directory!r}, which lies outside the template.", _OTHERWISE)
    return parts


def _refuse_code(origin: CookiecutterRecord) -> None:
    named = origin.context.get("_extensions")
    wanted = [str(name) for name in named if name not in _HARMLESS] if isinstance(named, list) else []
    if wanted:
        raise CatalogError(
            f"The template {origin.address} loads code of its own: {', '.join(wanted)}. Pilotline runs none of it.",
            _OTHERWISE,
        )


def _is_skipped(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(path, pattern) or path.startswith(f"{pattern.rstrip('/')}/") for pattern in patterns)


class _Birth:
    """One render of a cookiecutter template, by the rules of its own library."""

    def __init__(self, origin: CookiecutterRecord, root: Path) -> None:
        try:
            from cookiecutter.generate import is_binary, is_copy_only_path  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise CatalogError(
                f"This repository was made by cookiecutter ({origin.record}), which is not installed here.",
                f"Install `pilotline[cookiecutter]`. {_OTHERWISE}",
            ) from error
        self._is_binary: Callable[[str], bool] = is_binary
        self._is_copied: Callable[[str, object], bool] = is_copy_only_path
        self._origin = origin
        self._context = {"cookiecutter": dict(origin.context), "_cookiecutter": dict(origin.context)}
        self._environment = _environment(origin)
        self._project = self._find_project(root)
        self._environment.loader = FileSystemLoader([str(self._project), str(root / "templates")])

    def files(self) -> dict[str, File]:
        """Render every file of the project."""
        found: dict[str, File] = {}
        for path in sorted(self._project.rglob("*")):
            if path.is_file():
                target, copied = self._target(path.relative_to(self._project).as_posix())
                if target and not target.endswith("/"):
                    content = path.read_bytes() if copied or self._is_binary(str(path)) else self._content(path)
                    found[str(PurePosixPath(target))] = File(content, bool(path.stat().st_mode & 0o100))
        return found

    def _find_project(self, root: Path) -> Path:
        folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
        for folder in folders:
            if "cookiecutter" in folder.name and "{{" in folder.name:
                return folder
        raise CatalogError(f"{self._origin.address} is no cookiecutter template.", _OTHERWISE)

    def _target(self, path: str) -> tuple[str, bool]:
        """Render a path, and tell whether its content is copied as it is."""
        for above in [*reversed([str(parent) for parent in PurePosixPath(path).parents][:-1]), path]:
            if self._is_copied(above, self._context):
                return self._render(above, above) + path.removeprefix(above), True
        return self._render(path, path), False

    def _content(self, path: Path) -> bytes:
        name = path.relative_to(self._project).as_posix()
        text = self._render(name, None)
        with path.open(encoding="utf-8") as file:
            file.readline()
            kind = file.newlines
        newline = self._origin.context.get("_new_lines") or (kind[0] if isinstance(kind, tuple) else kind) or "\n"
        return text.replace("\n", str(newline)).encode()

    def _render(self, name: str, text: str | None) -> str:
        try:
            template = self._environment.get_template(name) if text is None else self._environment.from_string(text)
            return template.render(self._context)
        except (TemplateError, UnicodeDecodeError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise CatalogError(
                f"{name} of {self._origin.address} cannot be rendered: {explain_template_error(error)}.", _OTHERWISE
            ) from error


def _environment(origin: CookiecutterRecord) -> SandboxedEnvironment:
    named = origin.context.get("_extensions")
    more = [str(name) for name in named] if isinstance(named, list) else []
    options = _mapping(origin.context.get("_jinja2_env_vars"))
    plain = {name: value for name, value in options.items() if isinstance(value, (bool, str)) and name != "undefined"}
    return SandboxedEnvironment(
        extensions=[*_EXTENSIONS, *more], undefined=StrictUndefined, **{"keep_trailing_newline": True, **plain}
    )
