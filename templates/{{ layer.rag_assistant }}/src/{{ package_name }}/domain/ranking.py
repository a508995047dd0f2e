"""Brings passages into the order in which they answer a question, one for each section."""

from collections.abc import Mapping, Sequence
from typing import Final

from .passage import Candidate
from .quoting import coverage, terms

# Chosen on the questions for tuning, never on those held back: evaluation/README.md.
RANK: Final = 1.0
WORDS: Final = 2.0
MEANING: Final = 1.0
HEADING: Final = 0.5
FURTHER: Final = 0.5  # what each further passage of a section adds, of the one before


def rank(question: str, found: Sequence[Candidate], weights: Mapping[str, float]) -> list[Candidate]:
    """Order sections by what their passages say together, and give the best passage of each."""
    asked = terms(question)
    scored = sorted(
        ((_score(asked, each, weights), place) for place, each in enumerate(found)), key=lambda one: (-one[0], one[1])
    )
    sections: dict[tuple[str, str, str], list[float]] = {}
    best: dict[tuple[str, str, str], Candidate] = {}
    for score, place in scored:
        passage = found[place].passage
        key = (passage.source, passage.document, passage.section)
        sections.setdefault(key, []).append(score)
        best.setdefault(key, found[place])
    total = {key: sum(score * FURTHER**place for place, score in enumerate(scores)) for key, scores in sections.items()}
    return [best[key] for key in sorted(best, key=lambda key: (-total[key], key))]


def _score(asked: Sequence[str], candidate: Candidate, weights: Mapping[str, float]) -> float:
    passage = candidate.passage
    heading = f"{passage.title} {passage.section}"
    words = coverage(asked, f"{heading} {passage.text}", weights)
    meaning = max(0.0, candidate.nearness or 0.0)
    return RANK * candidate.score + WORDS * words + MEANING * meaning + HEADING * coverage(asked, heading, weights)
