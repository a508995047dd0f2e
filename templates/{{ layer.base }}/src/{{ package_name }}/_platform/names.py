"""Names of tables and columns, made of words that people use."""

import re
import unicodedata
from typing import Final

# What does not fall apart into a plain letter and a mark, or is written otherwise without one.
LETTERS: Final = str.maketrans(
    {"ä": "ae", "æ": "ae", "ö": "oe", "ø": "oe", "œ": "oe", "ü": "ue", "ß": "ss", "ł": "l", "đ": "d", "ð": "d"}
)


def identifier(text: str, otherwise: str = "case") -> str:
    """Write a text in a-z, 0-9 and _, as every database takes it: `Prüfung 2024` gives `pruefung_2024`."""
    lower = unicodedata.normalize("NFC", text).lower().translate(LETTERS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or otherwise
