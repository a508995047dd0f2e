"""Answers in the words of the documents: which sentence says it, and how sure that is. No model is needed."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from .passage import Candidate, Passage

WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)
SENTENCE: Final = re.compile(r"(?<=[.;!?])\s+|\n+")
ENDINGS: Final = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "ly", "e", "y")
SHORT: Final = 3
UNSEEN: Final = ""
# Words that carry no topic: a passage is not more likely to answer because it holds them.
FUNCTION_WORDS: Final = frozenset(
    word
    for line in (
        "a an and any are as at be been by can could did do does for from had has have how i if in into is it its many",
        "may me must my not of on one or our s shall should so than that the their them there they this those to up us",
        "was we were what when where which who whom whose why will with within would you your much long often",
    )
    for word in line.split()
)


@dataclass(frozen=True)
class Quote:
    """The sentence of a passage that fits the question best, and how well the passage fits."""

    passage: Passage
    sentence: str
    fit: float


def terms(text: str) -> list[str]:
    """Give the words that carry the topic, without endings, so that `notified` and `notify` are near."""
    return [_stem(word) for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS]


def rarity(passages: Collection[str]) -> Mapping[str, float]:
    """Say how telling each term is, by how few of the passages hold it; the empty term stands for all unseen ones."""
    counts: dict[str, int] = {}
    for text in passages:
        for term in set(terms(text)):
            counts[term] = counts.get(term, 0) + 1
    known = {term: log(1 + len(passages) / count) for term, count in counts.items()}
    return known | {UNSEEN: max(known.values(), default=1.0)}


def coverage(asked: Sequence[str], text: str, weights: Mapping[str, float]) -> float:
    """Say which share of the question's terms a text holds, each as telling as it is rare."""
    held, unseen = set(terms(text)), weights.get(UNSEEN, 1.0)
    total = sum(weights.get(term, unseen) for term in set(asked))
    return sum(weights.get(term, unseen) for term in set(asked) if term in held) / total if total else 0.0


def quote(question: str, candidate: Candidate, weights: Mapping[str, float]) -> Quote:
    """Find the best sentence, and how well the passage fits: half by its words, half by its meaning."""
    asked, passage = terms(question), candidate.passage
    said = coverage(asked, f"{passage.title} {passage.section} {passage.text}", weights)
    fit = said if candidate.nearness is None else 0.5 * said + 0.5 * max(0.0, candidate.nearness)
    sentences = [each.strip() for each in SENTENCE.split(passage.text) if _says_something(each)] or [passage.text]
    best = max(sentences, key=lambda each: coverage(asked, each, weights))
    return Quote(passage, best, fit)


def _says_something(sentence: str) -> bool:
    """Leave out headings, numbers and questions: they repeat what was asked, and answer nothing."""
    stripped = sentence.strip()
    return len(stripped.split()) > SHORT and not stripped.endswith("?") and not stripped.startswith("#")


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORT:
            return word[: -len(ending)]
    return word
