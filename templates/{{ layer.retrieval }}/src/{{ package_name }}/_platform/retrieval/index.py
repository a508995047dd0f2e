"""The index of passages: one SQLite file with full text and vectors, asked under the rights of who asks."""

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .. import PilotError
from .documents import Document, FoundFile
from .passages import CutPassage
from .store import Indexed, Rights, StoredPassage, encode_passages, encode_question, stored_passage
from .vectors import Encoder, Vectors

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, title TEXT NOT NULL,
  changed TEXT NOT NULL, readers TEXT NOT NULL DEFAULT '[]', UNIQUE (source, name));
CREATE TABLE IF NOT EXISTS passages (
  id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  number INTEGER NOT NULL, section TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, digest TEXT NOT NULL,
  vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passages_of_document ON passages (document);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
  heading, text, content = 'passages', content_rowid = 'id', tokenize = 'porter unicode61');
CREATE TRIGGER IF NOT EXISTS passage_came AFTER INSERT ON passages BEGIN
  INSERT INTO words (rowid, heading, text) VALUES (new.id, new.heading, new.text); END;
CREATE TRIGGER IF NOT EXISTS passage_went AFTER DELETE ON passages BEGIN
  INSERT INTO words (words, rowid, heading, text) VALUES ('delete', old.id, old.heading, old.text); END;
"""
WORD: Final = re.compile(r"\w+", re.UNICODE)
# The rights are part of each statement: what somebody may not read is never fetched or ranked.
PERMITTED: Final = (
    "d.source IN (SELECT value FROM json_each(:sources)) AND (d.readers = '[]' OR EXISTS ("
    "SELECT 1 FROM json_each(d.readers) AS r WHERE r.value IN (SELECT value FROM json_each(:groups))))"
)
HELD_RIGHTS: Final = 64  # of how many different askers the permitted rows stay in memory


class PassageIndex:
    """Keeps passages, and finds them; each search names what may be read."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._encoder = encoder
        self._held = _Held("")

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def describe(self) -> str:
        """Name the file."""
        return str(self._path)

    def exists(self) -> bool:
        """Tell whether anything was ever read."""
        return self._path.is_file()

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Open the file; everything inside is one transaction."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(self._path, timeout=30)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.executescript(SCHEMA)
            _bring_up_to_date(connection)
        except sqlite3.DatabaseError as error:
            raise PilotError(f"The index {self._path} cannot be read: {error}. Delete it, and ingest again.") from error
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator["SqliteWriting"]:
        """Change what it holds, in one transaction."""
        with self.open() as connection:
            yield SqliteWriting(connection, self._encoder)

    def state(self) -> str:
        """Name what the index holds: another document, encoder or cut is another state."""
        if not self.exists():
            return ""
        with self.open() as connection:
            return _about(connection, "state")

    def documents(self) -> list[Indexed]:
        """List the documents."""
        with self.open() as connection:
            rows = connection.execute("SELECT * FROM documents ORDER BY source, name").fetchall()
        return [_indexed(row) for row in rows]

    def count(self) -> int:
        """Count the passages."""
        with self.open() as connection:
            return int(connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def texts(self) -> Iterable[str]:
        """Give the words of all passages with their headings."""
        with self.open() as connection:
            for row in connection.execute("SELECT heading, text FROM passages"):
                yield f"{row['heading']} {row['text']}"

    def sections(self) -> list[tuple[str, str]]:
        """Name document and section of each heading that a document has."""
        with self.open() as connection:
            rows = connection.execute(
                "SELECT d.name, p.section FROM passages p JOIN documents d ON d.id = p.document "
                "WHERE p.section != d.title GROUP BY d.name, p.section ORDER BY d.name, min(p.id)"
            ).fetchall()
        return [(str(row["name"]), str(row["section"])) for row in rows]

    def holding(self, words: Sequence[str]) -> Sequence[int]:
        """Count for each word the passages that hold it."""
        statement = "SELECT count(*) FROM words WHERE words MATCH ?"
        with self.open() as connection:
            return [int(connection.execute(statement, (f'"{word}"',)).fetchone()[0]) for word in words]

    def clean(self) -> None:
        """Leave no byte of what was removed: neither in the full text, nor in free pages of the file."""
        with self.open() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
        finally:
            connection.close()

    def by_words(
        self, question: str, rights: Rights, limit: int, weight: float = 1.0, left_out: Collection[str] = ()
    ) -> list[int]:
        """Find passages that hold words of the question, the best first; `weight` is a heading's against a text's."""
        said = dict.fromkeys(WORD.findall(question.lower()))
        asked = " OR ".join(f'"{word}"' for word in said if word not in left_out)
        if not asked or not rights.sources:
            return []
        statement = (
            "SELECT p.id FROM words JOIN passages p ON p.id = words.rowid JOIN documents d ON d.id = p.document "  # noqa: S608 - constants only
            f"WHERE words MATCH :asked AND {PERMITTED} ORDER BY bm25(words, :weight, 1.0), p.id LIMIT :limit"
        )
        given = {"asked": asked, "weight": weight, "limit": limit, **_given(rights)}
        with self.open() as connection:
            return [int(row["id"]) for row in connection.execute(statement, given)]

    def by_meaning(self, question: str, rights: Rights, limit: int) -> list[tuple[int, float]]:
        """Find passages that mean something near, with how near: 1 is the same, 0 has nothing to do with it."""
        held = self._hold(rights)
        places = held.permitted[rights]
        if not len(places):
            return []
        near = (held.vectors @ encode_question(self, self._encoder, question))[places]
        best = np.argsort(-near, kind="stable")[:limit]
        return [(int(held.ids[places[each]]), float(near[each])) for each in best]

    def read(self, ids: Sequence[int], rights: Rights) -> list[StoredPassage]:
        """Read passages in that order; one that may not be read is left out."""
        statement = (
            "SELECT p.*, d.source, d.name, d.title, d.changed FROM passages p JOIN documents d ON d.id = p.document "  # noqa: S608 - constants only
            f"WHERE p.id IN (SELECT value FROM json_each(:ids)) AND {PERMITTED}"
        )
        with self.open() as connection:
            rows = connection.execute(statement, {"ids": json.dumps(list(ids)), **_given(rights)}).fetchall()
        known = {row["id"]: stored_passage(row["id"], {**row, "document": row["name"]}) for row in rows}
        return [known[each] for each in ids if each in known]

    def passages_of(self, source: str, name: str) -> list[int]:
        """Number the passages of a document in their order; whoever reads them says by which rights."""
        statement = (
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE d.source = ? AND d.name = ? ORDER BY p.number"
        )
        with self.open() as connection:
            return [int(row["id"]) for row in connection.execute(statement, (source, name))]

    def _hold(self, rights: Rights) -> "_Held":
        """Keep the vectors in memory, and which of them somebody may read, as long as the index stays the same."""
        with self.open() as connection:
            state = _about(connection, "state")
            if self._held.state != state:
                self._held = _read_vectors(connection, state)
            held = self._held
            if rights not in held.permitted:
                statement = (
                    "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document "  # noqa: S608 - constants only
                    f"WHERE {PERMITTED} ORDER BY p.id"
                )
                ids = [int(row["id"]) for row in connection.execute(statement, _given(rights))]
                if len(held.permitted) >= HELD_RIGHTS:
                    held.permitted.clear()
                held.permitted[rights] = np.searchsorted(held.ids, np.asarray(ids, dtype=np.int64))
        return held


class SqliteWriting:
    """Changes the index within one transaction."""

    def __init__(self, connection: sqlite3.Connection, encoder: Encoder) -> None:
        self._connection = connection
        self._encoder = encoder

    def about(self, name: str) -> str:
        """Give a fact about the whole index."""
        return _about(self._connection, name)

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the whole index."""
        self._connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (name, value))

    def digests(self) -> Mapping[tuple[str, str], str]:
        """Give the digest of each document that is there."""
        rows = self._connection.execute("SELECT source, name, digest FROM documents ORDER BY source, name")
        return {(row["source"], row["name"]): row["digest"] for row in rows}

    def put(self, source: str, file: FoundFile, read: Document, cut: Sequence[CutPassage]) -> None:
        """Put a document in the place of what was known under its name."""
        self.remove(source, file.name)
        readers = json.dumps(list(read.readers))
        values = (source, file.name, file.digest, read.title, file.changed.isoformat(), readers)
        fields = "(source, name, digest, title, changed, readers)"
        put = self._connection.execute(f"INSERT INTO documents {fields} VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608 - a constant
        self._connection.executemany(
            "INSERT INTO passages (document, number, section, heading, text, digest, vector) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (put.lastrowid, each.number, each.section, each.heading, each.text, each.digest, vector.tobytes())
                for each, vector in zip(cut, encode_passages(self._encoder, cut), strict=True)
            ],
        )

    def remove(self, source: str, name: str) -> None:
        """Remove a document with all its passages."""
        self._connection.execute("DELETE FROM documents WHERE source = ? AND name = ?", (source, name))


class _Held:
    """All vectors of one state, and the rows of them that each asker may read."""

    def __init__(self, state: str, ids: NDArray[np.int64] | None = None, vectors: Vectors | None = None) -> None:
        self.state = state
        self.ids = np.zeros(0, dtype=np.int64) if ids is None else ids
        self.vectors = np.zeros((0, 0), dtype=np.float32) if vectors is None else vectors
        self.permitted: dict[Rights, NDArray[np.intp]] = {}


def _read_vectors(connection: sqlite3.Connection, state: str) -> _Held:
    rows = connection.execute("SELECT id, vector FROM passages ORDER BY id").fetchall()
    joined = np.frombuffer(b"".join(row["vector"] for row in rows), dtype=np.float32)
    ids = np.asarray([row["id"] for row in rows], dtype=np.int64)
    return _Held(state, ids, joined.reshape(len(rows), -1) if rows else None)


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Add what an index of an earlier version lacks; the next reading fills it, as its recipe is another one."""
    if not any(row["name"] == "readers" for row in connection.execute("PRAGMA table_info(documents)")):
        connection.execute("ALTER TABLE documents ADD COLUMN readers TEXT NOT NULL DEFAULT '[]'")


def _about(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return str(row["value"]) if row else ""


def _given(rights: Rights) -> dict[str, str]:
    return {"sources": json.dumps(sorted(rights.sources)), "groups": json.dumps(sorted(rights.groups))}


def _indexed(row: sqlite3.Row) -> Indexed:
    changed, readers = datetime.fromisoformat(row["changed"]), tuple(json.loads(row["readers"]))
    return Indexed(row["id"], row["source"], row["name"], row["digest"], row["title"], changed, readers)
