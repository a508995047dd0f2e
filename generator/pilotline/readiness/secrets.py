"""Finding secrets in text: the forms that issuers publish, and assignments of something that looks random."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_FORMS: Final = (
    ("a private key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    ("an AWS key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    ("a GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"\bxox[abposr]-[A-Za-z0-9-]{20,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("an API key of a model provider", r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{34,}\b"),
    ("a signed token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("an Azure storage key", r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
)
"""Kinds and forms that issuers publish, as texts: only where one of their marks is found are they compiled."""
_MARKS: Final = re.compile(r"KEY-----|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|sk-|hf_|eyJ|AccountKey=")
_PASSWORD_IN_URL: Final = re.compile(r"://([^\s:/@\"'{}<>$]+):([^\s@/\"'{}<>$]{3,})@")
_TOKEN_IN_URL: Final = re.compile(r"https?://([A-Za-z0-9_~.-]{16,})@")
_NAMES: Final = ("password", "passwd", "secret", "token", "key")
_ASSIGNED: Final = re.compile(r"[\w.-]{0,80}[\"']?\s*[:=]\s*[\"']([^\"'\s]{12,})[\"']")
"""What follows the word that a name holds, where it is an assignment."""
_ALLOWED: Final = ("pragma: allowlist secret", "gitleaks:allow")
_FEWEST_BITS: Final = 3.2
_HARMLESS_PASSWORDS: Final = frozenset({"password", "postgres", "secret", "guest", "changeme", "***", "xxx", "pass"})


def find_secrets(text: str) -> Iterator[tuple[int, str]]:
    """Find lines that hold a secret: the number of the line, and what kind it is. The secret itself is not given."""
    told = set()
    for start, kind in _suspects(text):
        line = text.count("\n", 0, start) + 1
        whole = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", start) + 1 or len(text) + 1) - 1]
        if line not in told and not any(mark in whole for mark in _ALLOWED):
            told.add(line)
            yield line, kind


def kind_of_secret(line: str) -> str:
    """Name the kind of secret that a line holds; empty where it holds none, or where somebody allowed it."""
    return next((kind for _, kind in find_secrets(line)), "")


def _suspects(text: str) -> Iterator[tuple[int, str]]:
    """Find what looks like a secret, by its place in the text."""
    for kind, form in _FORMS if _MARKS.search(text) else ():
        yield from ((found.start(), kind) for found in re.finditer(form, text))
    if "://" in text:
        for found in _PASSWORD_IN_URL.finditer(text):
            user, password = found.groups()
            if password != user and password.lower() not in _HARMLESS_PASSWORDS:
                yield found.start(), "a password in an address"
        for found in _TOKEN_IN_URL.finditer(text):
            if _looks_random(found[1]):
                yield found.start(), "a token in an address"
    yield from _assigned(text)


def _assigned(text: str) -> Iterator[tuple[int, str]]:
    """Find random values of names that promise a secret; the words are looked for first, which is much faster."""
    small = _lower(text)
    for name in _NAMES:
        place = small.find(name)
        while place >= 0:
            value = _ASSIGNED.match(text, place + len(name))
            if value and _looks_random(value[1]):
                yield value.start(1), "a secret in an assignment"
            place = small.find(name, place + 1)


def _lower(text: str) -> str:
    """Write a text small, each character in its place; a few have two small ones."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(char.lower() if char.isascii() else char for char in text)


def _looks_random(value: str) -> bool:
    """Tell a random value from words: it mixes digits and letters, and its letters are spread."""
    mixes = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    if not mixes or re.search(r"[{}<>$%()\s]|\.\.", value):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return bits >= _FEWEST_BITS
