"""Finding personal data in files, by its form and its check digits."""

import gzip
import hashlib
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import Final

_MAIL: Final = "an e-mail address"
_PEOPLE: Final = {
    _MAIL: re.compile(r"\b[\w.+-]{2,}@(?!example\b)(?:[\w-]+\.)+[A-Za-z]{2,}\b"),
    "an IBAN": re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    "a card number": re.compile(r"[345]\d{3}(?:[ -]?\d{4}){3}\b"),
}
"""Numbers begin with a letter or digit, which is searched fast; that it begins a word is looked at afterwards."""
_CARD: Final = re.compile(r"4|5[1-5]|3[47]")
_HARMLESS: Final = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:org|com|net)|[\w-]+\.(?:test|invalid|example|localhost))$")
_LOOKED_AT: Final = 200_000


_MOST_KNOWN: Final = 2_000
_KNOWN: Final[dict[tuple[str, bytes], tuple[tuple[str, int], ...]]] = {}
"""What was found before: pilots of a fleet have the same samples, and a plan looks at a pilot twice."""


def find_personal_data(path: str, content: bytes) -> tuple[tuple[str, int], ...]:
    """Look for personal data in the beginning of a file, unpacked where it is packed: each kind, and its first line."""
    key = path, hashlib.blake2b(content, digest_size=16).digest()
    found = _KNOWN.get(key)
    if found is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        found = _KNOWN[key] = tuple(_look(_unpack(path, content)))
    return found


def _look(text: str) -> Iterator[tuple[str, int]]:
    for kind, pattern in _PEOPLE.items():
        for found in _find_addresses(pattern, text) if kind == _MAIL else _find_numbers(pattern, text):
            if _is_personal(kind, found[0]):
                yield kind, text.count("\n", 0, found.start()) + 1
                break


def _find_addresses(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return pattern.finditer(text) if "@" in text else iter(())


def _find_numbers(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Find what begins a word."""
    place = 0
    while found := pattern.search(text, place):
        begins = not found.start() or not (text[found.start() - 1].isalnum() or text[found.start() - 1] == "_")
        if begins:
            yield found
        place = found.end() if begins else found.start() + 1


def _unpack(path: str, content: bytes) -> str:
    try:
        if path.endswith(".xz"):
            content = lzma.LZMADecompressor().decompress(content, max_length=_LOOKED_AT)
        elif path.endswith(".gz"):
            content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, _LOOKED_AT)
    except (lzma.LZMAError, zlib.error, gzip.BadGzipFile):
        return ""
    return "" if b"\0" in content[:8000] else content[:_LOOKED_AT].decode("utf-8", errors="replace")


def _is_personal(kind: str, text: str) -> bool:
    if kind == _MAIL:
        return not _HARMLESS.search(text.lower())
    if kind == "an IBAN":
        compact = text.replace(" ", "")
        return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1
    digits = [int(char) for char in text if char.isdigit()][::-1]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return _CARD.match(text) is not None and sum(digits[0::2]) % 10 == -doubled % 10
