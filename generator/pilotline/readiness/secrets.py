"""Finding secrets in text: the forms that issuers publish, and assignments of something that looks random."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that an issuer publishes; its marks are searched first, because plain texts are found much faster."""

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _form(kind: str, marks: str, pattern: str) -> _Form:
    return _Form(kind, tuple(marks.split()), re.compile(pattern))


_FORMS: Final = (
    _form("a private key", "KEY-----", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    _form("an AWS key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _form("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    _form("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
    _form("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    _form("a Slack token", "xox", r"\bxox[abposr]-[A-Za-z0-9-]{20,}"),
    _form("a Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    _form("an API key of a model provider", "sk-", r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    _form("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{34,}\b"),
    _form("a signed token", "eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    _form("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
)
_PASSWORD_IN_URL: Final = re.compile(r"://([^\s:/@\"'{}<>$]+):([^\s@/\"'{}<>$]{3,})@")
_TOKEN_IN_URL: Final = re.compile(r"https?://([A-Za-z0-9_~.-]{16,})@")
_ASSIGNED: Final = re.compile(r"[:=]\s*[\"']([^\"'\s]{12,})[\"']")
_NAME: Final = re.compile(r"(?i)(?:password|passwd|secret|token|key)[\w.-]*[\"']?\s*\Z")
_LONGEST_NAME: Final = 80
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
    for form in _FORMS:
        if any(mark in text for mark in form.marks):
            yield from ((found.start(), form.kind) for found in form.pattern.finditer(text))
    if "://" in text:
        for found in _PASSWORD_IN_URL.finditer(text):
            user, password = found.groups()
            if password != user and password.lower() not in _HARMLESS_PASSWORDS:
                yield found.start(), "a password in an address"
        for found in _TOKEN_IN_URL.finditer(text):
            if _looks_random(found[1]):
                yield found.start(), "a token in an address"
    for found in _ASSIGNED.finditer(text):
        before = text[max(0, found.start() - _LONGEST_NAME) : found.start()]
        if _looks_random(found[1]) and _NAME.search(before):
            yield found.start(1), "a secret in an assignment"


def _looks_random(value: str) -> bool:
    """Tell a random value from words: it mixes digits and letters, and its letters are spread."""
    mixes = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    if not mixes or re.search(r"[{}<>$%()\s]|\.\.", value):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return bits >= _FEWEST_BITS
