"""What renders a snapshot with a set of answers, from memory.

Copier's rules (`copier._main.Worker._render_template`, 9.19): a path whose part renders to nothing is skipped, the
suffix is dropped, everything else is copied byte for byte. Nothing touches the disk.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Final
from unicodedata import normalize

from jinja2 import TemplateError
from pathspec import PathSpec

from pilotline.errors import CatalogError, UnsupportedTemplateError
from pilotline.files.tree import File, Tree
from pilotline.template.answers import Answers
from pilotline.template.copier_fallback import refuse_submodules
from pilotline.template.copier_variables import (
    answers_path,
    identity_of,
    own_external_data,
    surroundings,
    with_answers_file,
)
from pilotline.template.environment import explain_template_error
from pilotline.template.links import LinkedFiles
from pilotline.template.snapshot import Operation, Snapshot

Matcher = Callable[[str], bool]

_MOST_MATCHERS: Final = 32
_MOST_PATHS: Final = 2_000
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def template_context(snapshot: Snapshot, answers: Answers) -> dict[str, object]:
    """Build what templates see: the answers, and Copier's own variables that are the same everywhere."""
    return _context(snapshot, answers)[1]


def _context(snapshot: Snapshot, answers: Answers) -> tuple[str, dict[str, object]]:
    """Give the path of the answers file, and what templates see."""
    order = [*(name for name in answers.given if name in answers.recorded), *answers.recorded]
    context = {
        **surroundings(snapshot, "render"),
        **answers.values,
        "_copier_answers": identity_of(snapshot) | {name: answers.recorded[name] for name in order},
    }
    path = answers_path(snapshot, context, partial(_render_setting, snapshot))
    return path, with_answers_file(snapshot, context, path)


def match_paths(snapshot: Snapshot, patterns: Iterable[str], context: Mapping[str, object]) -> Matcher:
    """Make a test for paths from gitignore patterns, each of which may be a template."""
    return match_names(_render_text(snapshot, text, context, f"pattern {text!r}") for text in patterns)


def match_plain(patterns: Iterable[str]) -> Matcher:
    """Make a test for paths from gitignore patterns."""
    return _matcher(tuple(normalize("NFD", text) for text in patterns))


@lru_cache(maxsize=_MOST_MATCHERS)
def _matcher(patterns: tuple[str, ...]) -> Matcher:
    """Make the test for some patterns, which remembers what it said: pilots of a catalog have nearly the same paths."""
    return lru_cache(maxsize=_MOST_PATHS)(PathSpec.from_lines("gitignore", patterns).match_file)


def match_names(patterns: Iterable[str]) -> Matcher:
    """Make a test for paths that does not mind how their accents are written: what is kept must not hang on that."""
    matches = match_plain(patterns)
    return lambda path: matches(path) or (not path.isascii() and matches(normalize("NFD", path)))


def match_excluded(
    snapshot: Snapshot, context: Mapping[str, object], recorded: Mapping[str, object] | None = None
) -> Matcher:
    """Make the test for `_exclude`, whose patterns may render to several lines; those of `_skip_if_exists` may not.

    Args:
        snapshot: The catalog; of a move's base, what the move leads to is excluded too.
        context: What templates see.
        recorded: What the answers file holds where it is rendered; nothing in an empty folder.
    """
    lines = _excluded_lines(snapshot, snapshot.usage.operation, context, recorded or {})
    successor = snapshot.usage.successor
    if successor is not None:
        with suppress(CatalogError):  # it may ask for answers that were not there yet
            lines += _excluded_lines(successor, snapshot.usage.operation, context, recorded or {})
    return match_plain(lines)


def _excluded_lines(
    snapshot: Snapshot, operation: Operation, context: Mapping[str, object], recorded: Mapping[str, object]
) -> list[str]:
    external = own_external_data(snapshot, context, partial(_render_setting, snapshot), recorded)
    context = {**context, "_external_data": external, "_copier_operation": operation}
    rendered = [_render_text(snapshot, text, context, f"pattern {text!r}") for text in snapshot.definition.exclude]
    return [line for text in rendered for line in _LINE_BREAK.split(text)]


def _render_setting(snapshot: Snapshot, text: str, context: Mapping[str, object]) -> str:
    return _render_text(snapshot, text, context, f"setting {text!r}")


def _render_text(snapshot: Snapshot, text: str, context: Mapping[str, object], place: str) -> str:
    try:
        return snapshot.templating.render_text(text, context)
    except RecursionError as error:
        raise _template_error(place, "it includes itself") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        if "unknown tag 'yield'" in str(error):
            raise UnsupportedTemplateError(f"The catalog's {place} loops with `yield`.") from error
        raise _template_error(place, explain_template_error(error)) from error


def _template_error(place: str, reason: str) -> CatalogError:
    return CatalogError(f"The catalog's {place} cannot be rendered: {reason}.", "Report it to the catalog's owner.")


def _without_suffix(relative: str, suffix: str) -> str:
    """Drop the suffix of a template as Copier does: whatever comes after the last dot of its name."""
    stem = relative.removesuffix(suffix)
    is_plain = suffix.rfind(".") == 0 and stem and not stem.endswith("/")
    return stem if is_plain else str(PurePosixPath(relative).with_suffix(""))


class Renderer:
    """One render of one snapshot."""

    def __init__(self, snapshot: Snapshot, answers: Answers, wanted: Matcher | None) -> None:
        self._snapshot = snapshot
        self._wanted = wanted
        self._definition = snapshot.definition
        self._files = snapshot.files
        self._answers_file, self._context = _context(snapshot, answers)
        self._excluded = match_excluded(snapshot, self._context)
        self._names: dict[str, str] = {}

    def tree(self) -> Tree:
        """Render each template file that is on and not excluded.

        Raises:
            CatalogError: Two templates make the same path; which of them wins would be chance.
        """
        files: dict[str, File] = {}
        for source, path, is_template in self.sources():
            file = self._read(source)
            file = self._render_file(source, file) if is_template else file
            if files.setdefault(path, file) != file:
                raise _template_error(f"file {source}", f"another template makes {path} too")
        return Tree(files)

    def sources(self) -> Iterator[tuple[str, str, bool]]:
        """Name each template file that is on, the path that it makes, and whether its content is rendered."""
        suffix = self._definition.templates_suffix
        root = self._root()
        refuse_submodules(self._snapshot, root)
        for source in self._paths(root):
            if not source.startswith(root) or (suffix and self._exists(f"{source}{suffix}")):
                continue
            relative = source.removeprefix(root)
            is_template = bool(suffix) and relative.endswith(suffix)
            path = self._target(_without_suffix(relative, suffix) if is_template else relative)
            if path is None or self._excluded(path) or (self._wanted and not self._wanted(path)):
                continue
            if not is_template and suffix and path != self._answers_file and self._exists(f"{path}{suffix}"):
                continue
            yield source, path, is_template or not suffix

    def _exists(self, path: str) -> bool:
        if isinstance(self._files, LinkedFiles):
            return self._files.exists(path)
        return path in self._snapshot.tree or path in self._snapshot.folders

    def _paths(self, root: str) -> Iterable[str]:
        """Name what is rendered: links themselves where they are preserved, else what they lead to."""
        if isinstance(self._files, LinkedFiles) and not self._definition.preserves_links:
            return self._files.paths_below(root)
        return self._snapshot.tree

    def _read(self, source: str) -> File:
        """Read a file of the template; a link that is preserved is itself, in Copier's spelling."""
        found = self._snapshot.tree.get(source)
        if found is None or not found.link:
            return self._files[source]
        if not self._definition.preserves_links:
            file = self._files[source]
            return file if self._snapshot.origin is None else file._replace(executable=False)
        return File(os.fsencode(PurePosixPath(os.fsdecode(found.content))), link=True)

    def _root(self) -> str:
        subdirectory = _render_text(self._snapshot, self._definition.subdirectory, self._context, "_subdirectory")
        parts = PurePosixPath(subdirectory).parts
        if ".." in parts or subdirectory.startswith("/"):
            raise CatalogError(f"The catalog's _subdirectory {subdirectory!r} lies outside it.", "Correct copier.yml.")
        root = "/".join(parts)
        if isinstance(self._files, LinkedFiles):
            root = self._files.resolve(root) or ""
        return f"{root}/" if root else ""

    def _target(self, relative: str) -> str | None:
        """Render a path part by part; None when a part is empty, which turns the file off."""
        parts = []
        for part in relative.split("/"):
            name = self._names.get(part)
            if name is None:
                name = self._names[part] = _render_text(self._snapshot, part, self._context, f"path {relative!r}")
            if not name:
                return None
            if name == self._answers_file:
                return name
            if name != ".":
                parts.append(name)
        plain = "/".join(parts)
        return plain if parts and plain.count("/") == len(parts) - 1 else str(PurePosixPath(*parts))

    def _render_file(self, source: str, file: File) -> File:
        if file.link:
            target = _render_text(self._snapshot, os.fsdecode(file.content), self._context, f"link {source!r}")
            return File(os.fsencode(PurePosixPath(target)), link=True)
        try:
            text = self._snapshot.templating.render_file(source, self._context)
        except UnicodeDecodeError as error:
            if not self._definition.templates_suffix:
                return file
            raise _template_error(f"file {source}", "it is not UTF-8") from error
        except RecursionError as error:
            raise _template_error(f"file {source}", "it includes itself") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise _template_error(f"file {source}", explain_template_error(error)) from error
        return File(text.encode(), file.executable)
