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
