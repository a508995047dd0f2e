"""Finds passages by words and by meaning together, under the rights of who asks."""

from dataclasses import dataclass
from typing import Final

from .section import RetrievalSection
from .store import PassageStore, Rights, StoredPassage

RANK_OFFSET: Final = 10  # of reciprocal rank fusion: a small one, as both ways find the best passages early


@dataclass(frozen=True)
class FoundPassage:
    """A passage, its score from 0 to 1, and how near its meaning is to the question: None where that was not asked."""

    passage: StoredPassage
    score: float
    nearness: float | None


class Search:
    """Asks the index on behalf of a person."""

    def __init__(self, index: PassageStore, section: RetrievalSection) -> None:
        self._index = index
        self._section = section

    def rights(self, person: str | None) -> Rights:
        """Say what somebody may read now; what the settings take away is away at the next question."""
        groups = self._section.groups_of(person)
        return Rights(
            frozenset(name for name, each in self._section.sources.items() if groups & set(each.readers)), groups
        )

    def plain(self, question: str, person: str | None, limit: int) -> list[FoundPassage]:
        """Search as every full-text search does: by words alone, headings as good as text."""
        rights = self.rights(person)
        ids = self._index.by_words(question, rights, limit)
        return [FoundPassage(each, 1 / (1 + place), None) for place, each in enumerate(self._index.read(ids, rights))]

    def both(self, question: str, person: str | None, limit: int) -> list[FoundPassage]:
        """Search by words and by meaning; passages that both find come first."""
        rights, size = self.rights(person), self._section.candidates
        words = self._index.by_words(question, rights, size, self._section.heading_weight, self._section.left_out_words)
        near = dict(self._index.by_meaning(question, rights, size)) if self._section.meaning else {}
        scores: dict[int, float] = {}
        for ranking in (words, list(near)):
            for rank, each in enumerate(ranking):
                scores[each] = scores.get(each, 0) + (RANK_OFFSET + 1) / (RANK_OFFSET + rank + 1) / 2
        best = sorted(scores, key=lambda each: (-scores[each], each))[:limit]
        return [FoundPassage(each, scores[each.id], near.get(each.id)) for each in self._index.read(best, rights)]

    def document(self, source: str, name: str, person: str | None) -> list[StoredPassage]:
        """Read a whole document in its order, under the same rights; nothing where somebody may not read it."""
        return self._index.read(self._index.passages_of(source, name), self.rights(person))
