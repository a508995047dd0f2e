"""Finds personal data that can be told by its form: addresses, numbers of accounts, cards and telephones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CARD_DIGITS: Final = range(13, 20)
PHONE_DIGITS: Final = range(9, 16)
NINE: Final = 9


@dataclass(frozen=True)
class PersonalKind:
    """A kind of personal data: how it looks, and what tells it from a number that only looks alike."""

    name: str
    form: re.Pattern[str]
    holds: Callable[[str], bool]


@dataclass(frozen=True)
class Redacted:
    """A text without what was found, and the kinds of it."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Put the name of its kind in the place of each piece of personal data."""
    found: list[str] = []
    for kind in KINDS:

        def put(match: re.Match[str], kind: PersonalKind = kind) -> str:
            if not kind.holds(match.group()):
                return match.group()
            found.append(kind.name)
            return f"[{kind.name}]"

        text = kind.form.sub(put, text)
    return Redacted(text, tuple(dict.fromkeys(found)))


def _is_iban(text: str) -> bool:
    plain = re.sub(r"\s", "", text).upper()
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _is_card(text: str) -> bool:
    digits = [int(each) for each in text if each.isdigit()]
    doubled = [
        (2 * each - NINE if 2 * each > NINE else 2 * each) if place % 2 else each
        for place, each in enumerate(reversed(digits))
    ]
    return len(digits) in CARD_DIGITS and sum(doubled) % 10 == 0


def _is_phone(text: str) -> bool:
    return sum(each.isdigit() for each in text) in PHONE_DIGITS


def _always(_: str) -> bool:
    return True


KINDS: Final = (
    PersonalKind("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _always),
    PersonalKind(
        "iban", re.compile(r"\b[A-Za-z]{2}\d{2}(?:\s?[A-Za-z0-9]{4}){2,7}(?:\s?[A-Za-z0-9]{1,3})?\b"), _is_iban
    ),
    PersonalKind("card", re.compile(r"\b\d(?:[ -]?\d){12,18}\b"), _is_card),
    PersonalKind("phone", re.compile(r"(?<![\w/])(?:\+|00)\d[\d ()/.-]{7,18}\d\b"), _is_phone),
    PersonalKind(
        "ip address", re.compile(r"\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b"), _always
    ),
)
