"""The index of passages in Qdrant: dense vectors for meaning, sparse ones for words, rights as filters."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import RLock
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

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
from ..._platform.retrieval.words import stemmed, term_number
from ..._platform.settings import PlatformSettings
from .qdrant_points import (
    MEANING,
    PAGE,
    about,
    found_payload,
    indexed_of,
    is_value,
    permitted,
    point_number,
    scroll,
    vectors_of,
)

PROVIDES: Final = "passages"
SETTING: Final = "PILOT_INTEGRATIONS__QDRANT__URL"
NEEDS_ADDRESS: Final = False  # without one it is embedded
WIDER: Final = 4  # each of two rankings looks this much further, as their sum may order anew
LOCK: Final = RLock()  # the embedded one is made for one thread


class Options(BaseModel):
    """The integration's own options, from `config/integrations/qdrant.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    folder: Path = Path("var/qdrant")
    collection: str = Field(default="passages", pattern=r"^[A-Za-z0-9_-]{1,100}$")
    timeout_seconds: int = Field(default=10, ge=1)
    key: str = ""


def build(settings: PlatformSettings, encoder: Encoder) -> PassageStore:
    """Open the server of the settings, or the embedded one in its folder."""
    integration = settings.integrations["qdrant"]
    options = read_options(Options, settings, "qdrant")
    url = integration.url.get_secret_value() if integration.url else ""
    if url and not url.startswith(("http://", "https://")):
        raise PilotError(f"{SETTING} is no address: write http://host:6333.")
    return QdrantPassages(url, settings.root / options.folder, options, encoder)


OPEN: Final[dict[str, QdrantClient]] = {}  # once in a process, as the embedded one locks its folder


def _connect(url: str, folder: Path, key: str, timeout: int) -> QdrantClient:
    """Open it, unless this process has it open."""
    place = url or str(folder)
    try:
        if place not in OPEN:
            around = {"path": place} if not url else {"url": url, "api_key": key or None, "timeout": timeout}
            OPEN[place] = QdrantClient(**around, check_compatibility=False)
        return OPEN[place]
    except RuntimeError as error:
        raise PilotError(
            f"The index in {folder} is open in another process: wait for it, or use a Qdrant server ({SETTING})."
        ) from error
    except OSError as error:
        raise PilotError(f"The index in {folder} cannot be opened ({error}): look at the folder.") from error


class QdrantPassages:
    """Keeps passages as points of one collection, documents and facts as points of another, and finds them."""

    def __init__(self, url: str, folder: Path, options: Options, encoder: Encoder) -> None:
        self._url = url
        self._folder = folder
        self._options = options
        self._encoder = encoder
        self._passages = options.collection
        self._documents = f"{options.collection}_documents"

    @contextmanager
    def client(self) -> Iterator[QdrantClient]:
        """Give the client, to one thread at a time; what goes wrong there is one sentence."""
        with LOCK:
            client = _connect(self._url, self._folder, self._options.key, self._options.timeout_seconds)
            try:
                yield client
            except (ApiException, QdrantException) as error:
                raise PilotError(f"Qdrant at {self.describe()} does not answer ({type(error).__name__}).") from error

    def close(self) -> None:
        """Leave the folder to other processes."""
        with LOCK:
            client = OPEN.pop(self._url or str(self._folder), None)
            if client is not None:
                client.close()

    def describe(self) -> str:
        """Name the place."""
        return f"{self._url or self._folder}, collection {self._passages}"

    def state(self) -> str:
        """Name what the index holds."""
        with self.client() as client:
            return about(client, self._documents, "state")

    def documents(self) -> list[Indexed]:
        """List the documents."""
        with self.client() as client:
            if not client.collection_exists(self._documents):
                return []
            wanted = models.Filter(must=[is_value("kind", "document")])
            found = [indexed_of(number, payload) for number, payload in scroll(client, self._documents, wanted)]
        return sorted(found, key=lambda each: (each.source, each.name))

    def count(self) -> int:
        """Count the passages."""
        with self.client() as client:
            return client.count(self._passages, exact=True).count

    def texts(self) -> Iterable[str]:
        """Give the words of all passages with their headings."""
        with self.client() as client:
            return [f"{each['heading']} {each['text']}" for _, each in scroll(client, self._passages, None)]

    def sections(self) -> list[tuple[str, str]]:
        """Name document and section of each heading that a document has."""
        with self.client() as client:
            found = [each for _, each in scroll(client, self._passages, None) if each["section"] != each["title"]]
        ordered = sorted(found, key=lambda each: (each["document"], each["number"]))
        return list(dict.fromkeys((each["document"], each["section"]) for each in ordered))

    def holding(self, words: Sequence[str]) -> Sequence[int]:
        """Count for each word the passages that hold it."""
        with self.client() as client:
            wanted = [models.Filter(must=[is_value("terms", "".join(stemmed(word)))]) for word in words]
            return [client.count(self._passages, count_filter=each, exact=True).count for each in wanted]

    @contextmanager
    def writing(self) -> Iterator["QdrantWriting"]:
        """Change what it holds; it knows no transactions, so the state is empty until all is written."""
        with self.client() as client:
            self._lay_out(client)
            writing = QdrantWriting(client, self._passages, self._documents, self._encoder)
            writing.note("state", "")
            yield writing

    def clean(self) -> None:
        """Leave no byte of what was removed in the embedded index; a server drops it when it next optimises."""
        if self._url:
            return
        with self.client():
            for path in self._folder.glob("collection/*/storage.sqlite"):
                connection = sqlite3.connect(path, timeout=30, isolation_level=None)
                try:
                    connection.execute("VACUUM")
                finally:
                    connection.close()

    def by_words(
        self, question: str, rights: Rights, limit: int, weight: float = 1.0, left_out: Collection[str] = ()
    ) -> list[int]:
        """Find passages that hold words of the question, the best first; `weight` is a heading's against a text's."""
        terms = sorted({term_number(term) for term in stemmed(question, left_out)})
        if not terms or not rights.sources:
            return []
        asked = models.SparseVector(indices=terms, values=[1.0] * len(terms))
        scores: dict[int, float] = {}
        with self.client() as client:
            for part, factor in (("heading", weight), ("text", 1.0)):
                for number, score in self._nearest(client, asked, part, rights, WIDER * limit):
                    scores[number] = scores.get(number, 0.0) + factor * score
        return sorted(scores, key=lambda each: (-scores[each], each))[:limit]

    def by_meaning(self, question: str, rights: Rights, limit: int) -> list[tuple[int, float]]:
        """Find passages that mean something near, with how near."""
        if not rights.sources:
            return []
        asked = encode_question(self, self._encoder, question).tolist()
        with self.client() as client:
            return self._nearest(client, asked, MEANING, rights, limit)

    def passages_of(self, source: str, name: str) -> list[int]:
        """Number the passages of a document in their order."""
        wanted = models.Filter(must=[is_value("source", source), is_value("document", name)])
        with self.client() as client:
            found = list(scroll(client, self._passages, wanted))
        return [number for number, each in sorted(found, key=lambda one: one[1]["number"])]

    def read(self, ids: Sequence[int], rights: Rights) -> list[StoredPassage]:
        """Read passages in that order; one that may not be read is left out."""
        if not ids or not rights.sources:
            return []
        wanted = models.Filter(must=[models.HasIdCondition(has_id=list(ids)), permitted(rights)])
        with self.client() as client:
            known = {number: stored_passage(number, each) for number, each in scroll(client, self._passages, wanted)}
        return [known[each] for each in ids if each in known]

    def _nearest(
        self, client: QdrantClient, asked: models.SparseVector | list[float], part: str, rights: Rights, limit: int
    ) -> list[tuple[int, float]]:
        found = client.query_points(
            self._passages, query=asked, using=part, query_filter=permitted(rights), limit=limit, with_payload=False
        )
        return [(int(each.id), float(each.score)) for each in found.points]

    def _lay_out(self, client: QdrantClient) -> None:
        size = self._encoder.encode([""]).shape[1]
        if client.collection_exists(self._passages):
            known = client.get_collection(self._passages).config.params.vectors
            if isinstance(known, Mapping) and known[MEANING].size == size:
                return
            client.delete_collection(self._passages)  # of an encoder with other vectors: all is read anew
            client.delete_collection(self._documents)
        dense = {MEANING: models.VectorParams(size=size, distance=models.Distance.DOT)}
        sparse = {part: models.SparseVectorParams(modifier=models.Modifier.IDF) for part in ("heading", "text")}
        client.create_collection(self._passages, vectors_config=dense, sparse_vectors_config=sparse)
        nothing = models.VectorParams(size=1, distance=models.Distance.DOT)
        client.create_collection(self._documents, vectors_config=nothing)


class QdrantWriting:
    """Changes the index; a document's own point comes last: one whose passages are not all there is read anew."""

    def __init__(self, client: QdrantClient, passages: str, documents: str, encoder: Encoder) -> None:
        self._client = client
        self._passages = passages
        self._documents = documents
        self._encoder = encoder

    def about(self, name: str) -> str:
        """Give a fact about the whole index."""
        return about(self._client, self._documents, name)

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the whole index."""
        self._keep(point_number("about", name), {"kind": "about", "name": name, "value": value})

    def digests(self) -> Mapping[tuple[str, str], str]:
        """Give the digest of each document that is there."""
        wanted = models.Filter(must=[is_value("kind", "document")])
        found = scroll(self._client, self._documents, wanted)
        return {(each["source"], each["name"]): each["digest"] for _, each in found}

    def put(self, source: str, file: FoundFile, read: Document, cut: Sequence[CutPassage]) -> None:
        """Put a document in the place of what was known under its name."""
        self.remove(source, file.name)
        about_it: dict[str, Any] = {"source": source, "title": read.title, "changed": file.changed.isoformat()}
        about_it |= {"readers": list(read.readers)}
        points = [
            models.PointStruct(
                id=point_number(source, file.name, str(each.number)),
                vector=vectors_of(each, vector.tolist()),
                payload={**about_it, "document": file.name, **asdict(each), **found_payload(each)},
            )
            for each, vector in zip(cut, encode_passages(self._encoder, cut), strict=True)
        ]
        for start in range(0, len(points), PAGE):
            self._client.upsert(self._passages, points[start : start + PAGE], wait=True)
        document = about_it | {"kind": "document", "name": file.name, "digest": file.digest}
        self._keep(point_number("document", source, file.name), document)

    def remove(self, source: str, name: str) -> None:
        """Remove a document with all its passages."""
        own = models.Filter(must=[is_value("kind", "document"), is_value("source", source), is_value("name", name)])
        self._client.delete(self._documents, models.FilterSelector(filter=own), wait=True)
        of_it = models.Filter(must=[is_value("source", source), is_value("document", name)])
        self._client.delete(self._passages, models.FilterSelector(filter=of_it), wait=True)

    def _keep(self, number: int, payload: dict[str, Any]) -> None:
        point = models.PointStruct(id=number, vector=[0.0], payload=payload)
        self._client.upsert(self._documents, [point], wait=True)
