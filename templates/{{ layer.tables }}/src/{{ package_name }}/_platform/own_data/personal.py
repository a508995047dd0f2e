"""Finds personal data by content, and by name where content cannot tell."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from .profiles import Profile

HALF: Final = 0.5
NAMED: Final = {
    "names of people": r"\b((first|last|full|sur) ?name|forename|vorname|nachname|nom|prenom|apellido|nombre)\b",
    "addresses": r"\b(street|address|strasse|straße|adresse|zip ?code|postal ?code|postcode|plz|rue|calle|indirizzo)\b",
    "dates of birth": r"\b(birth|dob|geburt\w*|naissance|nacimiento)\b",
    "telephone numbers": r"\b(phone|mobile|telefon|tel|handy|telephone|cell)\b",
}
# Article 9 of the GDPR, and what equal treatment law protects: people decide about these, not a draft.
SPECIAL: Final = {
    "health": r"\b(diagnos\w*|disease|illness|medication|disab\w*|pregnan\w*|gesundheit|krankheit|bmi)\b",
    "origin": r"\b(ethnic\w*|race|nationality|migrant|foreign ?worker|herkunft|citizenship|native ?country)\b",
    "belief": r"\b(religion|church|konfession|party|union ?member)\b",
    "sex": r"\b(sex|gender|geschlecht|sexe|genero)\b",
}
EMAIL: Final = r"[^@\s]+@[^@\s]+\.\w{2,}"
PHONE: Final = r"(\+|00)\d[\d ()/.-]{6,16}|0\d{1,4}[ /-][\d -]{5,12}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}"
IBAN: Final = r"[A-Z]{2}\d{2}[A-Z0-9 ]{11,30}"
ADDRESS_IP: Final = r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
PERSON: Final = r"[A-ZÀ-Þ][a-zà-ÿ'\u2019-]+,? (?:[A-Z]\. )?[A-ZÀ-Þ][a-zà-ÿ'\u2019-]+"
STREET: Final = (
    r".*(?:straße|strasse|str\.|street|road|avenue|allee|platz|weg|lane|rue|calle)\b.*\d.*"
    r"|\d+ .*(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane)"
)
FIRST_NAMES: Final = frozenset(
    [
        "anna",
        "ben",
        "carla",
        "maria",
        "peter",
        "paul",
        "john",
        "james",
        "mary",
        "linda",
        "michael",
        "david",
        "sarah",
        "julia",
        "thomas",
        "andreas",
        "stefan",
        "hans",
        "eva",
        "ada",
        "grace",
        "alan",
        "robert",
        "emma",
        "noah",
        "lena",
        "leon",
        "sofia",
        "lucas",
        "jean",
        "marie",
        "pierre",
        "luis",
        "jose",
        "carmen",
        "giulia",
        "marco",
        "olga",
        "ivan",
        "susan",
        "karen",
        "laura",
        "max",
        "tim",
        "jan",
        "mia",
        "elena",
        "martin",
        "claudia",
        "sabine",
        "monika",
        "ali",
        "fatima",
        "mohammed",
        "wei",
        "li",
        "anja",
        "nina",
        "felix",
    ]
)


def find_personal(profile: Profile) -> str | None:
    """Say what a column tells of people who can be found by it; None where it does not."""
    if profile.kind == "empty":
        return None
    by_content: dict[str, Callable[[str], bool]] = {
        "e-mail addresses": lambda value: re.fullmatch(EMAIL, value) is not None,
        "account numbers (IBAN)": is_iban,
        "card numbers": is_card,
        "telephone numbers": lambda value: re.fullmatch(PHONE, value) is not None,
        "internet addresses": lambda value: re.fullmatch(ADDRESS_IP, value) is not None,
        "postal addresses": lambda value: re.fullmatch(STREET, value, re.IGNORECASE) is not None,
    }
    for what, tell in by_content.items():
        if _mostly(profile.samples, tell):
            return what
    if profile.kind == "text" and _looks_like_people(profile):
        return "names of people"
    kinds = {"dates of birth": ("day", "text"), "telephone numbers": ("text", "integer")}
    named = (what for what, words in NAMED.items() if profile.hints(words) and not profile.is_yes_no)
    return next((what for what in named if profile.kind in kinds.get(what, ("text", "integer"))), None)


def find_special(profile: Profile) -> str | None:
    """Say which specially protected trait a column names; None where it names none."""
    return next((trait for trait, words in SPECIAL.items() if profile.hints(words)), None)


def is_iban(value: str) -> bool:
    """Check the digits of an international account number (ISO 13616: modulo 97 is 1)."""
    compact = value.replace(" ", "")
    if re.fullmatch(IBAN, value) is None:
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_card(value: str) -> bool:
    """Check the digits of a payment card (ISO/IEC 7812: the sum of Luhn)."""
    digits = value.replace(" ", "").replace("-", "")
    if re.fullmatch(r"[3-6]\d{13,18}", digits) is None:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0  # noqa: PLR2004 - as Luhn does


def _looks_like_people(profile: Profile) -> bool:
    """Tell `Anna Muster` from `Blue Pen`: two capitalised words, many of them, and first names among them."""
    if profile.hints(r"\b(product|item|city|town|site|company|firm|description|artikel|produkt|ort|model)\b"):
        return False
    if not _mostly(profile.samples, lambda value: re.fullmatch(PERSON, value) is not None):
        return False
    known = sum(any(word.strip(",.").lower() in FIRST_NAMES for word in value.split()) for value in profile.samples)
    return profile.hints(r"\bname\b") or known > len(profile.samples) / 10


def _mostly(values: Sequence[str], tell: Callable[[str], bool]) -> bool:
    return bool(values) and sum(map(tell, values)) > HALF * len(values)
