"""Proposes the words of a case: from the name of its key, in one place, for all that people read."""

import re
from typing import Final

from ..case import CaseWords
from ..written import UNIT
from .profiles import Profile, spaced

ENDINGS: Final = r"\b(id|ids|nr|no|number|num|nummer|code|key|ref|reference|uuid|guid|identifier|kennung|pk)\b"
GLUED: Final = r"(?<=\w\w\w)(nummer|nr|id|code|key)$"  # Kundennummer, maschinenr
# What keys are called elsewhere, in the language of the pilot's screens.
TRANSLATED: Final = {
    "kunde": "customer", "kunden": "customer", "maschine": "machine", "maschinen": "machine", "vertrag": "contract",
    "vertrags": "contract", "rechnung": "invoice", "rechnungs": "invoice", "auftrag": "order", "auftrags": "order",
    "schaden": "claim", "schadens": "claim", "patient": "patient", "patienten": "patient", "anlage": "plant",
    "anlagen": "plant", "client": "client", "cliente": "customer", "maquina": "machine", "factura": "invoice",
    "pedido": "order", "facture": "invoice", "commande": "order", "contrat": "contract", "machine": "machine",
    "klient": "client", "zamowienie": "order", "cust": "customer", "acct": "account", "emp": "employee",
    "mitarbeiter": "employee", "fall": "case", "antrag": "application", "antrags": "application", "geraet": "device",
    "gerät": "device", "fahrzeug": "vehicle", "bestellung": "order", "sendung": "shipment", "konto": "account",
    "mieter": "tenant", "policy": "policy", "police": "policy",
}  # fmt: skip
PLAIN: Final = ("", "row", "index", "unnamed", "column", "e mail", "email", "mail", "line", "record")
ACTS: Final = {
    "customer": "call", "client": "call", "account": "call", "machine": "inspect", "device": "inspect",
    "vehicle": "inspect", "plant": "inspect", "claim": "review", "invoice": "remind", "application": "review",
    "transaction": "review", "order": "check", "shipment": "check", "patient": "visit", "contract": "review",
    "ticket": "escalate", "loan": "review",
}  # fmt: skip


def propose_words(key: Profile | None, outcome: str | None, decision: str | None) -> CaseWords:
    """Name the case after its key, `machine_id` gives machines, and the outcome after its column."""
    named = _of_case(key)
    if decision:
        named["decision"] = as_said(decision)
    if outcome:
        named["outcome"] = as_said(outcome)
    return CaseWords.model_validate(named)


def propose_event_words(key: Profile | None, order: str | None, amount: str | None, table: str) -> CaseWords:
    """Name an event after the column that numbers it, or after the table, and its value after the amount."""
    named = _of_case(key) | {"outcome": "silence"}
    event = _noun(order) if order else "case"
    if event == "case":
        event = table[:-1] if re.fullmatch(r"[a-z]{3,}s", table) and not table.endswith("ss") else "event"
    if event != named["case"]:
        named |= {"event": event, "events": plural(event)}
    if amount:
        bare, unit = _apart(amount)
        named["money"] = as_said(bare)
        named |= {"money_unit": unit} if unit else {}
    return CaseWords.model_validate(named)


def as_said(name: str) -> str:
    """Write a column's name as people say it: one of several words is said already, with its capitals."""
    return " ".join(name.split()) if len(name.split()) > 1 else spaced(name)


def _apart(amount: str) -> tuple[str, str]:
    """Take the unit in brackets off a column's name, `Stillstand (h)`; of money it is the currency, which is known."""
    found = re.fullmatch(r"(?P<name>.*\w\W*)[(\[](?P<unit>[^()\[\]]{1,20})[)\]]\s*", amount)
    if found is None:
        return amount, ""
    unit = found["unit"].strip()
    return found["name"].strip(), "" if re.fullmatch(UNIT, unit) else unit


def _of_case(key: Profile | None) -> dict[str, str]:
    case = _noun(key.name) if key is not None else "case"
    decision = ACTS.get(case, "act")
    return {"case": case, "cases": plural(case), "list": f"list of {plural(case)}", "decision": decision}


def _noun(name: str) -> str:
    """Take what says that it is a key off its name."""
    bare = re.sub(ENDINGS, "", spaced(name)).strip()
    words = re.sub(r"\s+", " ", re.sub(GLUED, "", bare)).strip()
    if words.startswith(PLAIN[2:]) or words in PLAIN or words.replace(" ", "").isdigit():
        return "case"
    known = TRANSLATED.get(words) or TRANSLATED.get(words.rstrip("ns")) or TRANSLATED.get(words.split()[-1])
    return known or (words[:-1] if words.endswith("s") and not words.endswith(("ss", "us")) else words)


def plural(word: str) -> str:
    """Write the plural of an English noun; the team mends what is irregular."""
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
