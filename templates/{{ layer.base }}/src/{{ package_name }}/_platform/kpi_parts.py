"""The parts of a KPI's entry in kpis.yml: baseline, target, value, measure, decision."""

from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from .rules.kpi_definition import is_typed, resolve_change, say_change

Part = TypeVar("Part", bound="KpiPart")
Number = Annotated[float, Strict()]  # neither "51" nor true
# A date is text to editors (YAML 1.2), quoted or not.
Text = Annotated[str, BeforeValidator(lambda value: value.isoformat() if isinstance(value, date) else value)]


class KpiPart(BaseModel):
    """A part of kpis.yml; an unknown key is an error, because it is a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def exactly_one(part: Part, *names: str) -> Part:
    """Refuse a part that gives none of these, or two."""
    if sum(getattr(part, name) is not None for name in names) != 1:
        message = f"give one of {', '.join(names)}"
        raise ValueError(message)
    return part


def nine_digits(value: float | None) -> float:
    """Round to nine digits, so that the same data gives the same text on every machine."""
    return float(f"{value or 0.0:.9g}")


class MeasuredBaseline(KpiPart):
    """How `baseline` measured the value: its uncertainty counts, and it is told from a typed one.

    Without days it was measured on all cases of a table that has none.
    """

    n: Annotated[int, Strict()] = Field(ge=2)
    sd: Number = Field(ge=0)
    low: Number
    high: Number
    since: Text | None = None
    until: Text | None = None
    query: str
    measured_on: Text


class Baseline(KpiPart):
    """What the KPI was before the pilot: a number, or a file of this repository with a case a line.

    `value: null` says that it is not measured yet; then `source` says so, or what the next step is.
    """

    value: Number | None = None
    data: str | None = None
    period: Text | None
    source: str
    measured: MeasuredBaseline | None = None

    @property
    def typed(self) -> bool:
        """Whether somebody wrote the number down, and nothing measured it."""
        return is_typed(self.model_dump())

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.measured is not None and self.value is None:
            message = "measured belongs to a value"
            raise ValueError(message)
        if ("value" in self.model_fields_set) == (self.data is not None):
            message = "give one of value, data; value: null says that it is not measured yet"
            raise ValueError(message)
        if (self.period is None) != self.missing:
            message = "say in period when it was measured; what is not measured yet has value: null and period: null"
            raise ValueError(message)
        return self

    @property
    def missing(self) -> bool:
        """Whether it is not measured yet."""
        return self.value is None and self.data is None


class Target(KpiPart):
    """What it shall become, and by when: a value, or a change of so many percent of the baseline.

    With a change, `value` is resolved when kpis.yml is read, and None as long as the baseline is missing.
    """

    value: Number | None = None
    change_percent: Number | None = None
    due: Text

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        return exactly_one(self, "value", "change_percent")

    def resolve(self, baseline: float | None) -> float | None:
        """Give the value that is aimed at, seen from a baseline."""
        if self.change_percent is None:
            return self.value
        return resolve_change(baseline, self.change_percent)

    def __str__(self) -> str:
        return say_change(self.change_percent or 0)


class Assumption(KpiPart):
    """What has to be true for the value of a unit; a share is a factor of it."""

    text: str
    basis: Literal["assumed", "agreed", "measured"]
    share: Number | None = Field(default=None, gt=0, le=1)
    source: str | None = None

    def __str__(self) -> str:
        share = "" if self.share is None else f"{100 * self.share:g} % "
        return f"{share}{self.text} ({self.basis})"


class Value(KpiPart):
    """What one unit of the KPI is worth, and what has to be true for that."""

    per_unit: Number = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")
    assumptions: tuple[Assumption, ...] = Field(min_length=1)


class MlflowMetric(KpiPart):
    """A metric of MLflow runs."""

    run: str
    metric: str


class RuntimeMetric(KpiPart):
    """A counter that the running pilot writes, and the labels of the cases that count."""

    metric: str
    part: dict[str, str] = Field(min_length=1)


class Measure(KpiPart):
    """Where the number comes from: exactly one of five, with the unit that it gives unless a function declares it.

    `form` is what the cases of a query are made into.
    """

    function: str | None = None
    sql: str | None = None
    form: Literal["mean", "ratio", "sum", "rate"] | None = None
    mlflow: MlflowMetric | None = None
    runtime: RuntimeMetric | None = None
    pending: str | None = None
    unit: str | None = None
    meaning: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        exactly_one(self, "function", "sql", "mlflow", "runtime", "pending")
        if self.form is not None and self.sql is None:
            message = "form belongs to sql"
            raise ValueError(message)
        if self.unit is not None and (self.function or self.pending):
            message = "a function declares its unit where it is registered, and what is pending has none"
            raise ValueError(message)
        return self


class Decision(KpiPart):
    """What is decided by it."""

    go_on: Literal["better", "reached", "kept"]
    gate: Literal["not_worse", "shown"]
    otherwise: str
