"""Finds instructions to the assistant where none belong. A signal, and no proof: the rights lie in the query."""

import base64
import binascii
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
ENCODED: Final = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
# Letters of other alphabets that look Latin, and digits that stand for letters.
ALIKE: Final = str.maketrans(
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u0501\u0261\u0578\u03bf\u03b9\u03bd01345@$",
    "aceopxyijsdgnoivoleasas",
)
FLAGS: Final = re.IGNORECASE | re.MULTILINE | re.DOTALL


@lru_cache(maxsize=10_000)
def find_injection(text: str, *, of_document: bool = False) -> str | None:
    """Name the form of an instruction that does not belong there; None where none was found.

    What only a person can want, such as the documents of others, is not looked for in documents: they speak of it.
    """
    for each in _readings(text):
        for name, pattern in _patterns(of_document=of_document).items():
            if pattern.search(each):
                return name
    if len(INVISIBLE.findall(text)) > len(text) // 20 + 3:
        return "hidden letters"
    return None


def _readings(text: str) -> list[str]:
    """Give the text as it stands, without disguises, and what stands in it in code."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    spaced = re.sub(r"\b(?:\w[ ._*-]){4,}\w\b", lambda found: re.sub(r"[ ._*-]", "", found.group()), plain)
    readings = [
        plain,
        plain.lower().translate(ALIKE),
        plain.lower().replace("1", "i").translate(ALIKE),
        re.sub(r"[_*~`]+", "", plain),
        spaced,
        re.sub(r"\s+", " ", plain),
    ]
    for found in ENCODED.findall(plain)[:20]:
        try:
            readings.append(base64.b64decode(found + "=" * (-len(found) % 4), validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return readings


@cache
def _patterns(*, of_document: bool) -> Mapping[str, re.Pattern[str]]:
    said = tomllib.loads(Path(__file__).with_name("injection.toml").read_text(encoding="utf-8"))
    found = {}
    left_out = said["only_in_questions"] if of_document else ()
    for name, form in said["forms"].items():
        if name in left_out:
            continue
        whole = form
        for part, text in said["parts"].items():
            whole = whole.replace(f"<{part}>", text)
        found[name] = re.compile(whole, FLAGS)
    return found
