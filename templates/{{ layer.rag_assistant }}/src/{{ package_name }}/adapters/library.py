"""The port Library on the platform's index of passages."""

from collections.abc import Mapping, Sequence

from .._platform import PilotError
from .._platform.retrieval.search import FoundPassage, Search
from .._platform.retrieval.store import PassageStore
from ..domain.passage import Candidate, Passage
from ..domain.quoting import rarity


class IndexedLibrary:
    """Documents as the index holds them."""

    def __init__(self, index: PassageStore, search: Search, command: str) -> None:
        self._index = index
        self._search = search
        self._command = command
        self._weighed: tuple[str, Mapping[str, float]] = ("", {})

    @property
    def state(self) -> str:
        """Names what the documents are now."""
        return self._index.state()

    @property
    def weights(self) -> Mapping[str, float]:
        """How telling each word is, by all passages; counted anew when they change."""
        state = self.state
        if self._weighed[0] != state or not self._weighed[1]:
            self._weighed = (state, rarity(list(self._index.texts())))
        return self._weighed[1]

    def find(self, question: str, person: str | None, limit: int) -> Sequence[Candidate]:
        """Find passages by words and by meaning."""
        return self._candidates(self._there().both(question, person, limit))

    def find_plain(self, question: str, person: str | None, limit: int) -> Sequence[Candidate]:
        """Find passages by plain full-text search."""
        return self._candidates(self._there().plain(question, person, limit))

    def _there(self) -> Search:
        if not self.state:
            raise PilotError(f"No document was read yet: `{self._command} ingest` reads them.")
        return self._search

    @staticmethod
    def _candidates(found: Sequence[FoundPassage]) -> list[Candidate]:
        return [
            Candidate(
                Passage(
                    id=f"{each.passage.source}/{each.passage.document}#{each.passage.digest}",
                    source=each.passage.source,
                    document=each.passage.document,
                    title=each.passage.title,
                    section=each.passage.section,
                    number=each.passage.number,
                    text=each.passage.text,
                    changed=each.passage.changed.date(),
                ),
                each.score,
                each.nearness,
            )
            for each in found
        ]
