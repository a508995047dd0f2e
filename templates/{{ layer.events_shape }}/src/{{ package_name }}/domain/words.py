"""The words of the case: what screens, reports, tables and reasons say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Whom or what a list is about, what happens to them, what a line is worth; the settings' `[case.words]` say it."""

    case: str = "case"
    cases: str = "cases"
    list: str = "list"
    chosen: str = "chosen cases"
    event: str = "event"
    events: str = "events"
    money: str = "value"
    outcome: str = "silence"


def amount(unit: str, value: float) -> str:
    """Write an amount as people do: the code of a currency before the number, any other unit behind it."""
    is_currency = len(unit) == 3 and unit.isupper()  # noqa: PLR2004 - ISO 4217
    return f"{unit} {value:,.0f}" if is_currency else f"{value:,.0f} {unit}"
