"""What an answer may hold: nothing that a page would run, no link that nothing vouches for, no text of the prompt."""

import re
from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlsplit

ACTIVE: Final = re.compile(
    r"<\s*(?:script|iframe|object|embed|svg|img|form|link|meta|style)\b"
    r"|\bon\w+\s*=|javascript:|data:text/html|!\[[^\]]*\]\(",
    re.IGNORECASE,
)
LINK: Final = re.compile(r"https?://[^\s)\]>\"']+", re.IGNORECASE)
SECRET: Final = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
SHARED_WORDS: Final = 12  # so many words in a row of the prompt are no coincidence


def find_breach(text: str, quotes: Sequence[str], hidden: str, hosts: Collection[str], characters: int) -> str | None:
    """Name what an answer may not hold; None where it is in order."""
    if len(text) > characters:
        return "too long"
    if ACTIVE.search(text):
        return "active content"
    if SECRET.search(text):
        return "a secret"
    if hidden and _shares(text, hidden):
        return "the prompt"
    known = {*hosts, *(_host(link) for each in quotes for link in LINK.findall(each))}
    return "a link" if any(_host(link) not in known for link in LINK.findall(text)) else None


def _host(link: str) -> str:
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return "unreadable"


def _shares(text: str, hidden: str) -> bool:
    said, known = text.lower().split(), f" {' '.join(hidden.lower().split())} "
    return any(
        f" {' '.join(said[start : start + SHARED_WORDS])} " in known for start in range(len(said) - SHARED_WORDS + 1)
    )
