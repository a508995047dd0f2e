"""Words as an index without a full text of its own counts them: no endings, and more weight where a text is short."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Final
from zlib import crc32

WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)
ENDINGS: Final = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "ly", "e", "y")
SHORT: Final = 3
SATURATION: Final = 1.2  # k1 and b of BM25, as full-text searches have them
SHORTNESS: Final = 0.75


def stemmed(text: str, left_out: Collection[str] = ()) -> list[str]:
    """Give the words of a text without endings."""
    return [_stem(word) for word in WORD.findall(text.lower()) if word not in left_out]


def term_weights(text: str, usual_length: float) -> dict[int, float]:
    """Weigh each term of a text as BM25 does, but for how rare it is, which the index knows; terms are numbers."""
    found = Counter(stemmed(text))
    length = sum(found.values())
    base = SATURATION * (1 - SHORTNESS + SHORTNESS * length / usual_length)
    return {term_number(term): n * (SATURATION + 1) / (n + base) for term, n in found.items()}


def term_number(term: str) -> int:
    """Give a term its number; two terms in a few billion share one."""
    return crc32(term.encode())


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORT:
            return word[: -len(ending)]
    return word
