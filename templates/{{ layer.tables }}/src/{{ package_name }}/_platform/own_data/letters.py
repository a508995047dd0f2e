"""Tells which letters a file that is no UTF-8 is written in, by what would be odd in words of Western ones."""

import re
from typing import Final

WESTERN: Final = "cp1252"
CENTRAL: Final = "cp1250"
CYRILLIC: Final = "cp1251"
SINGLE_BYTE: Final = (WESTERN, CENTRAL, CYRILLIC)
# Central European words, read as Western ones: signs within words, and letters that no Western language has together.
SIGNS: Final = re.compile(r"[a-z][³¹¿¾¼][a-z]|[a-z]{3}³\b|£[a-zó][a-zà-ÿ]", re.IGNORECASE)
# With one of these, and without those of a Western language, whose tables have foreign names in them.
TOGETHER: Final = (("ø", "ìùï", "åæäöüß"), ("èæ", "šž", "åäöüßéêàñ"), ("õ", "û", "ãçäñ"))
RUN: Final = re.compile(r"[À-ÿ]{3,}")
WORD: Final = re.compile(r"\w*[À-ÿ]\w*")


def tell_letters(head: bytes) -> str:
    """Name the encoding of a text of one byte for each letter; Western where nothing speaks against it."""
    text = head.decode(WESTERN, errors="replace")
    words = WORD.findall(text)
    if words and sum(RUN.search(word) is not None for word in words) > len(words) / 2:
        return CYRILLIC
    lowered = set(text.lower())
    odd = any(lowered & set(one) and lowered & set(two) and not lowered & set(never) for one, two, never in TOGETHER)
    return CENTRAL if odd or SIGNS.search(text) else WESTERN
