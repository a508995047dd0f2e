"""Brings the index in line with the folders: what is new or changed is read, what is gone is deleted for good."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from .documents import FoundFile, find_files, read_document
from .passages import cut
from .readers import UnreadableError
from .section import RetrievalSection
from .store import PassageStore, Writing
from .vectors import Encoder

FORMAT: Final = "2"  # of what an index keeps: one of another format is read anew


@dataclass(frozen=True)
class Ingested:
    """What a reading changed, and what somebody should look at."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int
    passages: int
    left_out: tuple[str, ...]
    stale: tuple[str, ...]
    state: str

    @property
    def documents(self) -> int:
        """How many documents the index holds now."""
        return len(self.added) + len(self.changed) + self.unchanged


class Ingestion:
    """One reading of all sources."""

    def __init__(self, index: PassageStore, section: RetrievalSection, encoder: Encoder, root: Path) -> None:
        self._index = index
        self._section = section
        self._recipe = sha256(
            json.dumps([FORMAT, encoder.name, section.passage_words, section.file_bytes]).encode()
        ).hexdigest()[:16]
        self._root = root
        self._left: list[str] = []
        self._stale: list[str] = []
        self._added: list[str] = []
        self._changed: list[str] = []
        self._forgotten = False

    def run(self, progress: Callable[[str], None], now: datetime | None = None) -> Ingested:
        """Read what is new, and delete what is gone, in one transaction; then leave no byte of the deleted."""
        files = self._find(now or datetime.now(UTC))
        known = {(each.source, each.name): each for each in self._index.documents()}
        with self._index.writing() as writing:
            anew = writing.about("recipe") != self._recipe
            for key, file in files.items():
                if not anew and key in known and known[key].digest == file.digest:
                    continue
                progress(f"reading {file.name}")
                self._read(writing, key, file, existed=key in known)
            there = writing.digests()
            deleted = sorted(there.keys() - files.keys())
            for source, name in deleted:
                writing.remove(source, name)
            state = self._state(writing)
        if deleted or self._changed or self._forgotten:
            self._index.clean()
        unchanged = len(there.keys() & files.keys()) - len(self._added) - len(self._changed)
        gone = tuple(f"{source}/{name}" for source, name in deleted)
        return Ingested(
            added=tuple(self._added),
            changed=tuple(self._changed),
            deleted=gone,
            unchanged=unchanged,
            passages=self._index.count(),
            left_out=tuple(self._left),
            stale=tuple(self._stale),
            state=state,
        )

    def _find(self, now: datetime) -> dict[tuple[str, str], FoundFile]:
        files: dict[tuple[str, str], FoundFile] = {}
        for source, each in self._section.sources.items():
            found, left = find_files(self._root / each.folder, self._section.file_bytes)
            self._left += [f"{source}/{name}" for name in left]
            for file in found:
                files[source, file.name] = file
                if each.fresh_days and now - file.changed > timedelta(days=each.fresh_days):
                    self._stale.append(
                        f"{source}/{file.name}: unchanged since {file.changed:%Y-%m-%d}; ask {each.owner}"
                    )
        return files

    def _read(self, writing: Writing, key: tuple[str, str], file: FoundFile, *, existed: bool) -> None:
        source, name = key
        try:
            read = read_document(file.path)
        except UnreadableError as error:  # what it said before is no longer what it says
            writing.remove(source, name)
            self._forgotten = self._forgotten or existed
            self._left.append(f"{source}/{error}")
            return
        writing.put(source, file, read, cut(read.text, read.title, self._section.passage_words))
        (self._changed if existed else self._added).append(f"{source}/{name}")

    def _state(self, writing: Writing) -> str:
        """Keep what the index holds in one word, so that whoever judged it sees that it became another."""
        said = json.dumps([self._recipe, *sorted((*key, digest) for key, digest in writing.digests().items())])
        state = sha256(said.encode()).hexdigest()[:16]
        writing.note("recipe", self._recipe)
        writing.note("state", state)
        return state
