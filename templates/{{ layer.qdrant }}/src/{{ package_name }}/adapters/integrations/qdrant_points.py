"""What the points in Qdrant hold, and how they are asked for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from qdrant_client import QdrantClient, models

from ..._platform.retrieval.passages import CutPassage
from ..._platform.retrieval.store import Indexed, Rights
from ..._platform.retrieval.words import stemmed, term_weights

MEANING: Final = "meaning"
TEXT_LENGTH: Final = 80.0  # terms of a usual passage, and of a usual heading
HEADING_LENGTH: Final = 8.0
PAGE: Final = 500


def permitted(rights: Rights) -> models.Filter:
    """Say as a filter what may be read: it is part of each query, so nothing else is ranked or fetched."""
    own = models.FieldCondition(key="readers", match=models.MatchAny(any=sorted(rights.groups)))
    none = models.IsEmptyCondition(is_empty=models.PayloadField(key="readers"))
    source = models.FieldCondition(key="source", match=models.MatchAny(any=sorted(rights.sources)))
    return models.Filter(must=[source], should=[none, own])


def about(client: QdrantClient, collection: str, name: str) -> str:
    """Give a fact about the whole index; empty when it is not known."""
    if not client.collection_exists(collection):
        return ""
    found = client.retrieve(collection, [point_number("about", name)])
    return str((found[0].payload or {}).get("value", "")) if found else ""


def scroll(client: QdrantClient, collection: str, wanted: models.Filter | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give all points that are wanted, page by page."""
    place: Any = None
    while True:
        points, place = client.scroll(collection, scroll_filter=wanted, limit=PAGE, offset=place)
        yield from ((int(each.id), each.payload or {}) for each in points)
        if place is None:
            return


def is_value(key: str, value: str) -> models.FieldCondition:
    """Ask for a value of the payload."""
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def point_number(*names: str) -> int:
    """Number a point by what it is: the same passage has the same number at each reading."""
    return int.from_bytes(sha256("\n".join(names).encode()).digest()[:8], "big") >> 1


def _sparse(text: str, usual: float) -> models.SparseVector:
    found = term_weights(text, usual)
    return models.SparseVector(indices=list(found), values=list(found.values()))


def found_payload(cut: CutPassage) -> dict[str, Any]:
    """Give by what a passage is found besides: its digest, and its terms."""
    return {"digest": cut.digest, "terms": sorted(set(stemmed(f"{cut.heading} {cut.text}")))}


def vectors_of(cut: CutPassage, meaning: list[float]) -> dict[str, Any]:
    """Give the vectors of a passage: one for its meaning, sparse ones for its words."""
    parts = {"heading": _sparse(cut.heading, HEADING_LENGTH), "text": _sparse(cut.text, TEXT_LENGTH)}
    return {MEANING: meaning, **parts}


def indexed_of(number: int, payload: Mapping[str, Any]) -> Indexed:
    """Read a document out of its point."""
    kept = {name: str(payload[name]) for name in ("source", "name", "digest", "title")}
    changed = datetime.fromisoformat(payload["changed"])
    return Indexed(id=number, changed=changed, readers=tuple(payload["readers"]), **kept)
