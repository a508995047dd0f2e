"""Finding secrets in text: the forms that issuers publish, and assignments of something that looks random."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_FORMS: Final = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "an AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Slack token": r"\bxox[abposr]-[A-Za-z0-9-]{20,}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "an API key of a model provider": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{34,}\b",
    "a signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "an Azure storage key": r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}",
}
_PASSWORD_IN_URL: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@\"'{}<>$]+:([^\s@/\"'{}<>$]{3,})@")
_ASSIGNMENT: Final = re.compile(
    r"(?i)\b[\w.-]*(?:password|passwd|secret|token|api_?key|access_?key|private_?key)[\w.-]*[\"']?\s*[:=]\s*"
    r"[\"']([^\"'\s]{12,})[\"']"
)
_KNOWN: Final = re.compile("|".join(f"(?P<f{index}>{form})" for index, form in enumerate(_FORMS.values())))
_NAMES: Final = tuple(_FORMS)
_ALLOWED: Final = ("pragma: allowlist secret", "gitleaks:allow")
_HINTS: Final = re.compile(
    r"(?i)PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|sk-|hf_|eyJ|AccountKey|://|passw|secret|token|key"
)
_FEWEST_BITS: Final = 3.2
_HARMLESS_PASSWORDS: Final = frozenset({"password", "postgres", "secret", "guest", "changeme", "***", "xxx", "pass"})


def find_secrets(text: str) -> Iterator[tuple[int, str]]:
    """Find lines that hold a secret: the number of the line, and what kind it is. The secret itself is not given."""
    if not _HINTS.search(text):
        return
    for number, line in enumerate(text.splitlines(), 1):
        kind = kind_of_secret(line)
        if kind:
            yield number, kind


def kind_of_secret(line: str) -> str:
    """Name the kind of secret that a line holds; empty where it holds none, or where somebody allowed it."""
    if not _HINTS.search(line) or any(mark in line for mark in _ALLOWED):
        return ""
    known = _KNOWN.search(line)
    if known and known.lastgroup:
        return _NAMES[int(known.lastgroup[1:])]
    url = _PASSWORD_IN_URL.search(line)
    if url and url[1].lower() not in _HARMLESS_PASSWORDS:
        return "a password in an address"
    assigned = _ASSIGNMENT.search(line)
    return "a secret in an assignment" if assigned and _looks_random(assigned[1]) else ""


def _looks_random(value: str) -> bool:
    """Tell a random value from words: it mixes digits and letters, and its letters are spread."""
    mixes = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    if not mixes or re.search(r"[{}<>$%()\s]|\.\.", value):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return bits >= _FEWEST_BITS
