"""The index of passages in PostgreSQL: its own full text, vectors by pgvector, the asker's rights in each statement."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import BaseModel, ConfigDict, Field

from ..._platform import PilotError
from ..._platform.integrations import read_options
from ..._platform.retrieval.documents import Document, FoundFile
from ..._platform.retrieval.passages import CutPassage
from ..._platform.retrieval.store import (
    Indexed,
    PassageStore,
    Rights,
    StoredPassage,
    encode_passages,
    encode_question,
    stored_passage,
)
from ..._platform.retrieval.vectors import Encoder
from ..._platform.settings import PlatformSettings
from .pgvector_statements import BY_MEANING, BY_WORDS, LAYOUT, OF_DOCUMENTS, PUT, READ

PROVIDES: Final = "passages"
SETTING: Final = "PILOT_INTEGRATIONS__PGVECTOR__URL"
FORM: Final = "postgresql://user:password@host:5432/database"
KNOWS_VECTORS: Final = "knows vectors"
WORD: Final = re.compile(r"\w+", re.UNICODE)


class Options(BaseModel):
    """The integration's own options, from `config/integrations/pgvector.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(default="passages", alias="schema", min_length=1)
    language: str = Field(default="english", min_length=1)
    connect_timeout_seconds: int = Field(default=5, ge=1)
    pool_size: int = Field(default=5, ge=1)


def build(settings: PlatformSettings, encoder: Encoder) -> PassageStore:
    """Open the index of the settings; a connection is tested before use, so a restarted server goes unnoticed."""
    integration = settings.integrations["pgvector"]
    url = integration.url.get_secret_value() if integration.url else ""
    if not url:
        raise PilotError(f"PostgreSQL with pgvector is enabled but has no address: set {SETTING}={FORM}.")
    options = read_options(Options, settings, "pgvector")
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise PilotError(f"{SETTING} is no address: write {FORM}.") from error
    if address.get_backend_name() != "postgresql":
        raise PilotError(f"{SETTING} begins with {address.drivername}: write {FORM}.")
    engine = sa.create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=options.pool_size,
        connect_args={"connect_timeout": options.connect_timeout_seconds},
    )
    return PostgresPassages(engine, options, encoder)


class PostgresPassages:
    """Keeps passages in a schema of a PostgreSQL database, and finds them."""

    def __init__(self, engine: sa.Engine, options: Options, encoder: Encoder) -> None:
        self._engine = engine
        self._options = options
        self._encoder = encoder

    def describe(self) -> str:
        """Name the place without the password."""
        return f"{self._engine.url.render_as_string(hide_password=True)}, schema {self._options.name}"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def state(self) -> str:
        """Name what the index holds."""
        with self._cursor() as cursor:
            return self._writing(cursor).about("state") if _is_laid_out(cursor, self._options.name) else ""

    def documents(self) -> list[Indexed]:
        """List the documents."""
        with self._cursor() as cursor:
            if not _is_laid_out(cursor, self._options.name):
                return []
            self._run(cursor, "SELECT * FROM {s}.passages_documents ORDER BY source, name")
            return [Indexed(**(row | {"readers": tuple(row["readers"])})) for row in cursor.fetchall()]

    def count(self) -> int:
        """Count the passages."""
        with self._cursor() as cursor:
            return _one(self._run(cursor, "SELECT count(*) AS found FROM {s}.passages"))

    def texts(self) -> Iterable[str]:
        """Give the words of all passages with their headings."""
        with self._cursor() as cursor:
            for row in self._run(cursor, "SELECT heading, text FROM {s}.passages"):
                yield f"{row['heading']} {row['text']}"

    def sections(self) -> list[tuple[str, str]]:
        """Name document and section of each heading that a document has."""
        statement = f"SELECT d.name, p.section FROM {OF_DOCUMENTS} WHERE p.section <> d.title "
        with self._cursor() as cursor:
            self._run(cursor, statement + "GROUP BY d.name, p.section ORDER BY d.name, min(p.id)")
            return [(row["name"], row["section"]) for row in cursor.fetchall()]

    def holding(self, words: Sequence[str]) -> Sequence[int]:
        """Count for each word the passages that hold it."""
        statement = (
            "SELECT (SELECT count(*) FROM {s}.passages p WHERE p.words @@ plainto_tsquery(%s::regconfig, word)) "
            "AS found FROM unnest(%s::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY place"
        )
        with self._cursor() as cursor:
            return [row["found"] for row in self._run(cursor, statement, (self._options.language, list(words)))]

    @contextmanager
    def writing(self) -> Iterator["PostgresWriting"]:
        """Change what it holds, in one transaction; two readings at once wait for each other."""
        with self._cursor(lays_out=True) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"passages of {self._options.name}",))
            yield self._writing(cursor)
            self._run(cursor, "ANALYZE {s}.passages_documents, {s}.passages")  # how to look it up is decided by counts

    def clean(self) -> None:
        """Write the tables anew, so that no page of them holds what was removed."""
        with self._connected() as (connection, _), connection.cursor() as cursor:
            for table in ("passages", "passages_documents"):
                self._run(cursor, f"VACUUM (FULL, ANALYZE) {{s}}.{table}")

    def by_words(
        self, question: str, rights: Rights, limit: int, weight: float = 1.0, left_out: Collection[str] = ()
    ) -> list[int]:
        """Find passages that hold words of the question, the best first; `weight` is a heading's against a text's."""
        asked = " ".join(word for word in WORD.findall(question.lower()) if word not in left_out)
        most = max(weight, 1.0)
        given = {"asked": asked, "language": self._options.language, "weights": [0.0, 0.0, 1 / most, weight / most]}
        with self._cursor() as cursor:
            return [row["id"] for row in self._run(cursor, BY_WORDS, given | _given(rights) | {"limit": limit})]

    def by_meaning(self, question: str, rights: Rights, limit: int) -> list[tuple[int, float]]:
        """Find passages that mean something near, by comparing with each one that may be read: none is missed."""
        given = {"vector": Vector(encode_question(self, self._encoder, question)), "limit": limit, **_given(rights)}
        with self._cursor() as cursor:
            return [(row["id"], float(row["near"])) for row in self._run(cursor, BY_MEANING, given)]

    def passages_of(self, source: str, name: str) -> list[int]:
        """Number the passages of a document in their order."""
        statement = f"SELECT p.id FROM {OF_DOCUMENTS} WHERE d.source = %(source)s AND d.name = %(name)s "
        with self._cursor() as cursor:
            found = self._run(cursor, statement + "ORDER BY p.number", {"source": source, "name": name})
            return [row["id"] for row in found]

    def read(self, ids: Sequence[int], rights: Rights) -> list[StoredPassage]:
        """Read passages in that order; one that may not be read is left out."""
        with self._cursor() as cursor:
            rows = self._run(cursor, READ, {"ids": list(ids), **_given(rights)}).fetchall()
        known = {row["id"]: stored_passage(row["id"], row | {"document": row["name"]}) for row in rows}
        return [known[each] for each in ids if each in known]

    def _writing(self, cursor: psycopg.Cursor[dict[str, Any]]) -> "PostgresWriting":
        return PostgresWriting(cursor, self._run, self._options.language, self._encoder)

    def _run(self, cursor: psycopg.Cursor[Any], statement: str, given: Any = None) -> psycopg.Cursor[Any]:  # noqa: ANN401
        """Run a statement in the index's schema."""
        return cursor.execute(sql.SQL(statement).format(s=sql.Identifier(self._options.name)), given)

    @contextmanager
    def _cursor(self, *, lays_out: bool = False) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
        """Give a cursor; everything inside is one transaction."""
        with self._connected() as (connection, known), connection.transaction():
            if lays_out or KNOWS_VECTORS not in known:
                with connection.cursor(row_factory=dict_row) as first:
                    if lays_out:
                        _make_extension(first)
                        self._run(first, LAYOUT)
                    if lays_out or _is_laid_out(first, self._options.name):
                        register_vector(connection)
                        known[KNOWS_VECTORS] = True
            with connection.cursor(row_factory=dict_row) as cursor:  # a new one: only it knows of vectors
                yield cursor

    @contextmanager
    def _connected(self) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Any]]]:
        """Give a connection of the pool, and what is remembered of it."""
        try:
            pooled = self._engine.raw_connection()
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            place = f"{self._engine.url.host}:{self._engine.url.port}"
            raise PilotError(
                f"PostgreSQL at {place} does not answer ({_first(error)}). Check that it runs, and {SETTING}."
            ) from error
        driver: psycopg.Connection[Any] | None = pooled.driver_connection
        assert driver is not None  # noqa: S101 - for the types: it was just opened
        driver.autocommit = True  # transactions are begun by name
        try:
            yield driver, pooled.info
        except psycopg.Error as error:
            raise PilotError(f"PostgreSQL refused what the index of passages needs: {_first(error)}.") from error
        finally:
            driver.autocommit = False
            pooled.close()


class PostgresWriting:
    """Changes the index within one transaction."""

    def __init__(
        self, cursor: psycopg.Cursor[Any], run: Callable[..., psycopg.Cursor[Any]], language: str, encoder: Encoder
    ) -> None:
        self._cursor = cursor
        self._run = run
        self._language = language
        self._encoder = encoder

    def about(self, name: str) -> str:
        """Give a fact about the whole index."""
        row = self._run(self._cursor, "SELECT value FROM {s}.passages_about WHERE name = %s", (name,)).fetchone()
        return str(row["value"]) if row else ""

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the whole index."""
        statement = (
            "INSERT INTO {s}.passages_about VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        self._run(self._cursor, statement, (name, value))

    def digests(self) -> Mapping[tuple[str, str], str]:
        """Give the digest of each document that is there."""
        self._run(self._cursor, "SELECT source, name, digest FROM {s}.passages_documents ORDER BY source, name")
        return {(row["source"], row["name"]): row["digest"] for row in self._cursor.fetchall()}

    def put(self, source: str, file: FoundFile, read: Document, cut: Sequence[CutPassage]) -> None:
        """Put a document in the place of what was known under its name."""
        self.remove(source, file.name)
        statement = (
            "INSERT INTO {s}.passages_documents (source, name, digest, title, changed, readers) "
            "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id AS found"
        )
        values = (source, file.name, file.digest, read.title, file.changed, list(read.readers))
        document = _one(self._run(self._cursor, statement, values))
        with self._cursor.connection.pipeline():  # a round trip for each passage takes longer than writing it
            for each, vector in zip(cut, encode_passages(self._encoder, cut), strict=True):
                row = (document, each.number, each.section, each.heading, each.text, each.digest, Vector(vector))
                self._run(self._cursor, PUT, (*row, self._language, each.heading, self._language, each.text))

    def remove(self, source: str, name: str) -> None:
        """Remove a document with all its passages."""
        statement = "DELETE FROM {s}.passages_documents WHERE source = %s AND name = %s"
        self._run(self._cursor, statement, (source, name))


def _one(cursor: psycopg.Cursor[dict[str, Any]]) -> int:
    row = cursor.fetchone()
    return int(row["found"]) if row else 0


def _is_laid_out(cursor: psycopg.Cursor[dict[str, Any]], schema: str) -> bool:
    statement = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'passages'"
    return cursor.execute(statement, (schema,)).fetchone() is not None


def _make_extension(cursor: psycopg.Cursor[dict[str, Any]]) -> None:
    if cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone() is None:
        try:
            cursor.execute("CREATE EXTENSION vector")
        except psycopg.Error as error:
            raise PilotError(
                f"This PostgreSQL has no pgvector ({_first(error)}): install it on the server, and have somebody who "
                "may do so run CREATE EXTENSION vector in the database."
            ) from error


def _first(error: Exception) -> str:
    said = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    return (str(said).splitlines() or [type(said).__name__])[0].rstrip(".")


def _given(rights: Rights) -> dict[str, object]:
    return {"sources": sorted(rights.sources), "groups": sorted(rights.groups)}
