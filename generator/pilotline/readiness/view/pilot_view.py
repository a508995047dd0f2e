"""What a check sees: a lazy, read-only view of one pilot. A test builds the same from a dict."""

import ast
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from pilotline.documents.section import Location, Section, parse_document
from pilotline.files.worker_process import is_worker
from pilotline.pilot.paths import ANSWERS, GITLAB_CI, KPIS, MANIFEST, ORGANISATION, TEAM_FILES
from pilotline.pilot.renamed_package import find_new_names, follow_path
from pilotline.pilot.stages import STAGES, Stage
from pilotline.pilot.team_files import parse_record
from pilotline.readiness.view.files import Files, read_files
from pilotline.readiness.view.git_history import FileHistory, GitHistory, NoHistory
from pilotline.readiness.view.origin import Fingerprints, NoOrigin, Origin, fingerprint_content
from pilotline.readiness.view.remembered import read_before, remembered, seen_before

_LONGEST_TEXT: Final = 1_000_000
_TEST: Final = re.compile(r"(?:def (?=test_)|class (?=Test))(\w+)")


@dataclass(frozen=True, eq=False)
class Repository:
    """One pilot, or a repository that is to become one."""

    files: Files
    today: date
    history: FileHistory = field(default_factory=NoHistory)
    origin: Origin = field(default_factory=NoOrigin)
    """The catalog that it was made from."""
    before: "Repository | None" = field(default=None, repr=False)
    """The same pilot at an earlier moment: what was read of files that are still the same is not read again."""
    _documents: dict[str, Section] = field(default_factory=dict, repr=False)
    _below: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict, repr=False)
    _texts: dict[str, str] = field(default_factory=dict, repr=False)
    _marks: dict[str, bytes] = field(default_factory=dict, repr=False)
    _syntax: dict[str, ast.Module | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, files: Mapping[str, str | bytes], today: date, origin: Origin | None = None) -> "Repository":
        """Make one from a dict of files, without a disk."""
        contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
        return cls(Files.of(contents), today, origin=origin or NoOrigin())

    @cached_property
    def manifest(self) -> Section:
        """`pilot.yml`."""
        return self.document(MANIFEST)

    @cached_property
    def kpis(self) -> Section:
        """`kpis.yml`."""
        return self.document(KPIS)

    @cached_property
    def answers(self) -> Section:
        """`.copier-answers.yml`."""
        return self.document(ANSWERS)

    @cached_property
    def package_folder(self) -> str:
        """`src/<package>/`; empty where there is none."""
        named = f"src/{self.manifest.text('package')}/"
        found = (f"src/{path.split('/')[1]}/" for path in self.files if path.startswith("src/") and path.count("/") > 1)
        return named if self.below(named) else next(found, "")

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the package is called now, as answers, where the team renamed it."""
        recorded = self.answers.data if isinstance(self.answers.data, dict) else {}
        return find_new_names(recorded, self.files.get(MANIFEST, b""), self.below("src"))

    def follow(self, path: str) -> str:
        """Name a path below the package as it is called now."""
        return follow_path(path, self.answers.data if isinstance(self.answers.data, dict) else {}, self.names)

    @cached_property
    def team_files(self) -> frozenset[str]:
        """The catalog's paths at which an adopted repository has its own file.

        Raises:
            RecordError: The record cannot be used.
        """
        return (
            frozenset(map(self.follow, parse_record(self.files[TEAM_FILES])))
            if TEAM_FILES in self.files
            else frozenset()
        )

    @cached_property
    def organisation(self) -> Section:
        """What the organisation decided: policies, objectives, own checks, and the values of the example."""
        return self.document(f"{self.package_folder}{ORGANISATION}")

    @property
    def claimed_stage(self) -> Stage:
        """The stage that the manifest claims; sandbox where it claims none."""
        return STAGES.get(self.manifest.text("stage"), Stage.SANDBOX)

    def document(self, path: str) -> Section:
        """Parse a YAML, JSON or TOML file once; a missing one is empty."""
        if path not in self._documents:
            known = self._as_before(path)
            self._documents[path] = known.document(path) if known else self._parsed(path)
        return self._documents[path]

    def _parsed(self, path: str) -> Section:
        content = self.files.get(path)
        if content is None:
            return parse_document(path, None)
        return read_before("document", path, partial(self.mark, path), partial(parse_document, path, content))

    def _as_before(self, path: str) -> "Repository | None":
        """Give the earlier moment, where a file was then as it is now."""
        is_same = self.before is not None and path in self.files and self.before.files.get(path) == self.files[path]
        return self.before if is_same else None

    def text(self, path: str) -> str:
        """Read a file as text; a missing one is empty."""
        if path not in self._texts:
            known = self._as_before(path)
            self._texts[path] = known.text(path) if known else self.files.get(path, b"").decode("utf-8", "replace")
        return self._texts[path]

    def below(self, folder: str, *endings: str) -> tuple[str, ...]:
        """List the files below a folder, if wanted only those with one of the endings."""
        asked = folder, endings
        if asked not in self._below:
            prefix = f"{folder.rstrip('/')}/" if folder else ""
            found = (path for path in self.files if path.startswith(prefix))
            self._below[asked] = tuple(path for path in found if not endings or path.endswith(endings))
        return self._below[asked]

    @cached_property
    def owned(self) -> Fingerprints | None:
        """What the catalog's own files look like as it renders them; None where the catalog cannot be had."""
        recorded = self.answers.data if isinstance(self.answers.data, dict) else {}
        return self.origin.owned_files(
            self.answers.text("_src_path"), self.answers.text("_commit"), recorded, self.names
        )

    def is_as_rendered(self, path: str) -> bool | None:
        """Tell whether a file is as the catalog made it; None where the catalog cannot be had, or does not make it."""
        return path in self.unchanged if path in (self.owned or {}) else None

    @cached_property
    def unchanged(self) -> Fingerprints:
        """The catalog's files that are as it renders them."""
        owned = self.owned or {}
        return {path: mark for path, mark in owned.items() if fingerprint_content(self.files.get(path, b"")) == mark}

    def scan(self, paths: Iterable[str], look: Callable[[str], str]) -> Mapping[str, str]:
        """Look at files, each alone; what was seen before in the catalog's own, unchanged ones is remembered.

        Args:
            paths: Which files.
            look: Says what it sees in a text; it depends on that and its module alone.
        """
        wanted = tuple(paths)
        if is_worker():
            return {path: seen_before(look, partial(self.text, path), self.mark(path)) for path in wanted}
        own = {path: self.unchanged[path] for path in wanted if path in self.unchanged}
        stamp = os.stat(look.__code__.co_filename).st_mtime_ns  # noqa: PTH116 - while pilotline itself is worked on
        depends_on = [look.__module__, look.__name__, stamp, own]
        seen = remembered("scans", depends_on, lambda: self._look(own, look)) if own else {}
        return {path: seen[path] if path in seen else look(self.text(path)) for path in wanted}

    def mark(self, path: str) -> bytes:
        """Tell the content of a file from any other."""
        if path not in self._marks:
            known = self._as_before(path)
            content = self.files.get(path, b"")
            self._marks[path] = known.mark(path) if known else hashlib.blake2b(content, digest_size=16).digest()
        return self._marks[path]

    def _look(self, paths: Iterable[str], look: Callable[[str], str]) -> dict[str, str]:
        return {path: look(self.text(path)) for path in paths}

    def catalog_document(self, path: str) -> Section:
        """Parse a file of the catalog's version that the pilot was made from; what cannot be had is empty."""
        key = f"catalog:{path}"
        if key not in self._documents:
            content = self.origin.file(self.answers.text("_src_path"), self.answers.text("_commit"), path)
            self._documents[key] = parse_document(path, content)
        return self._documents[key]

    @cached_property
    def text_files(self) -> tuple[str, ...]:
        """Every text file of ordinary size."""
        return tuple(
            path
            for path in self.files
            if self.files.size(path) <= _LONGEST_TEXT and b"\0" not in self.files[path][:8000]
        )

    @cached_property
    def test_names(self) -> Mapping[str, str]:
        """The names of test functions and classes, one a line, by the file below `tests/` that holds them."""
        return self.scan(self.below("tests", ".py"), _look_for_tests)

    def find_lines(self, path: str, *needles: str) -> Iterator[tuple[Location, str]]:
        """Find the lines of a file that hold one of some texts."""
        for number, line in enumerate(self.text(path).splitlines(), 1):
            if any(needle in line for needle in needles):
                yield Location(path, number), line

    @property
    def modules(self) -> tuple[str, ...]:
        """The Python files below `src/`."""
        return self.below("src", ".py")

    @property
    def team_modules(self) -> tuple[str, ...]:
        """The modules that are not the catalog's: what a pilot's platform quotes is no deed of its team."""
        return tuple(path for path in self.modules if "/_platform/" not in path)

    def syntax(self, path: str) -> ast.Module | None:
        """Parse a Python file once; None where it does not parse. Look for a word in the text first: that is faster."""
        if path not in self._syntax:
            known = self._as_before(path)
            self._syntax[path] = known.syntax(path) if known else parse_python(self.files[path])
        return self._syntax[path]

    @cached_property
    def workflows(self) -> Mapping[str, Section]:
        """The CI definitions: GitHub's workflows and GitLab's pipeline, by path."""
        paths = (*self.below(".github/workflows", ".yml", ".yaml"), *self.below(".gitlab", ".yml"))
        gitlab = (GITLAB_CI,) if GITLAB_CI in self.files else ()
        return {path: self.document(path) for path in (*paths, *gitlab)}

    @cached_property
    def settings(self) -> Mapping[str, Section]:
        """The settings files below `config/`, by path."""
        return {path: self.document(path) for path in self.below("config", ".toml")}


def _look_for_tests(text: str) -> str:
    return "\n".join(_names_of_tests(text))


def _names_of_tests(text: str) -> Iterator[str]:
    """Find what is defined as a test; the word is looked for first, which is much faster than a line's beginning."""
    for found in _TEST.finditer(text):
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
        if before in {"", "async"} or found[1].startswith("T"):
            yield found[1]


def parse_python(content: bytes) -> ast.Module | None:
    """Parse a Python file; None where it is none."""
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return None


def open_pilot_view(folder: Path, today: date, origin: Origin) -> Repository:
    """Look at a folder on disk."""
    return Repository(read_files(folder), today, GitHistory(folder), origin)


def find_root(start: Path) -> Path:
    """Find the pilot that a folder belongs to; a folder that belongs to none is taken as it is."""
    start = start.absolute()
    marks = (ANSWERS, MANIFEST)
    return next((place for place in (start, *start.parents) if any((place / mark).is_file() for mark in marks)), start)
