"""What a case of this pilot is: which table holds it, what each column is for, and the words that people use for it."""

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from .section import Section

Shape = Literal["events", "snapshots"]
OutcomeKind = Literal["yes_no", "class", "number"]
EVENTS: Final[Shape] = "events"


class CaseColumns(Section):
    """Which column plays which part; a part that the table does not have is left out.

    `case` names the case; without it the row's number does. `day` is the day of an event, or the day on which a
    snapshot was taken. `decision` and `score` are what decides today. `order`, `amount`, `price` and `quantity` belong
    to events: a line's value is its amount, or price times quantity.
    """

    case: str | None = None
    outcome: str | None = None
    day: str | None = None
    money: str | None = None
    group: str | None = None
    decision: str | None = None
    score: str | None = None
    order: str | None = None
    amount: str | None = None
    price: str | None = None
    quantity: str | None = None


class CaseWords(Section):
    """The words of the case, in one place: screens, reports, tables and metrics say these."""

    case: str = "case"
    cases: str = "cases"
    list: str = "list"
    decision: str = "act"
    actions: str | None = None  # what is done to those that are chosen, to count it: calls
    outcome: str = "outcome"
    unit: str = "units"  # of an outcome that is a number
    event: str = "event"  # of events: what a line is, and what its amount is
    events: str = "events"
    money: str = "value"
    money_unit: str | None = None  # of that amount where it is no money: hours; without one it is in the currency

    @property
    def chosen(self) -> str:
        """What is counted when some of the cases are chosen."""
        return self.actions or f"chosen {self.cases}"


class CaseJoin(Section):
    """Another contracted table that gives each case more columns: at most one row for each value of the key."""

    table: str
    key: str


class CaseRule(Section):
    """What decides today, read off one column, which need not be a feature: yes where a value fits all that is named.

    Without `above`, `below` and `among` the column itself decides: its order (`lowest_first` turns it round), or, for
    an action or a number, what was usual for its values so far.
    """

    column: str
    above: float | None = None
    below: float | None = None
    among: tuple[str, ...] = ()
    lowest_first: bool = False


class CaseSettings(Section):
    """The `[case]` of the settings: drafted by `own-data`, then the team's.

    `features` are the columns that are known when the decision is made; `left_out` gives for every other column the
    reason, such as one that is known only afterwards. `positive` is the value of a yes/no outcome that means yes.
    `slices` are columns whose values are compared as groups, besides those of `group`; a number is cut into bands.
    `rule` is what decides today where neither the column `decision` nor `score` says it.
    """

    shape: Shape
    table: str
    columns: CaseColumns
    outcome_kind: OutcomeKind | None = None
    positive: str | None = None
    features: tuple[str, ...] = ()
    left_out: dict[str, str] = Field(default={})
    slices: tuple[str, ...] = ()
    joins: tuple[CaseJoin, ...] = ()
    rule: CaseRule | None = None
    words: CaseWords = CaseWords()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        missing = self._missing()
        if missing:
            message = f"a case of the shape {self.shape} needs {', '.join(missing)}"
            raise ValueError(message)
        return self

    def _missing(self) -> list[str]:
        """Name what the shape cannot do without."""
        columns = self.columns
        if self.shape == EVENTS:
            valued = columns.amount or (columns.price and columns.quantity)
            needed = {"columns.case": columns.case, "columns.day": columns.day, "columns.amount": valued}
        else:
            positive = self.positive if self.outcome_kind == "yes_no" else "not asked for"
            needed = {"columns.outcome": columns.outcome, "outcome_kind": self.outcome_kind, "positive": positive}
        return [name for name, value in needed.items() if value is None]
