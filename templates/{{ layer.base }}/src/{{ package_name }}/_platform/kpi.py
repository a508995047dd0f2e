"""KPIs: their definition in kpis.yml, and what a measurement means for one: a finding, and what it is worth."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError, model_validator

from . import PilotError
from .anytime import Gain, Measurement, Sample, cases_needed, compare
from .manifest import Costs

Verdict = Literal["reached", "better", "kept", "undecided", "worse", "not_enough_data"]
# What makes a measurement another one; texts for people, owners and money are not among them.
DEFINING: Final = ("baseline", "direction", "formula", "id", "margin", "measure", "minimum_sample", "unit", "window")
SCHEMA: Final = Path(__file__).with_name("kpis.schema.json")
PERIOD: Final = 12  # months that benefit and cost are compared over


Part = TypeVar("Part", bound="_Part")
Number = Annotated[float, Strict()]  # neither "51" nor true
# A date is text to editors (YAML 1.2), quoted or not.
Text = Annotated[str, BeforeValidator(lambda value: value.isoformat() if isinstance(value, date) else value)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _exactly_one(part: Part, *names: str) -> Part:
    if sum(getattr(part, name) is not None for name in names) != 1:
        message = f"give one of {', '.join(names)}"
        raise ValueError(message)
    return part


class Baseline(_Part):
    """What the KPI was before the pilot: a number, or a file of this repository with a case a line."""

    value: Number | None = None
    data: str | None = None
    period: Text
    source: str

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        return _exactly_one(self, "value", "data")


class Target(_Part):
    """What it shall become, and by when."""

    value: Number
    due: Text


class Assumption(_Part):
    """What has to be true for the value of a unit; a share is a factor of it."""

    text: str
    basis: Literal["assumed", "agreed", "measured"]
    share: Number | None = Field(default=None, gt=0, le=1)
    source: str | None = None

    def __str__(self) -> str:
        share = "" if self.share is None else f"{100 * self.share:g} % "
        return f"{share}{self.text} ({self.basis})"


class Value(_Part):
    """What one unit of the KPI is worth, and what has to be true for that."""

    per_unit: Number = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")
    assumptions: tuple[Assumption, ...] = Field(min_length=1)


class MlflowMetric(_Part):
    """A metric of MLflow runs."""

    run: str
    metric: str


class RuntimeMetric(_Part):
    """A counter that the running pilot writes, and the labels of the cases that count."""

    metric: str
    part: dict[str, str] = Field(min_length=1)


class Measure(_Part):
    """Where the number comes from: exactly one of four."""

    function: str | None = None
    sql: str | None = None
    mlflow: MlflowMetric | None = None
    runtime: RuntimeMetric | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        return _exactly_one(self, "function", "sql", "mlflow", "runtime")


class Decision(_Part):
    """What is decided by it."""

    go_on: Literal["better", "reached", "kept"]
    gate: Literal["not_worse", "shown"]
    otherwise: str


class Kpi(_Part):
    """One entry of kpis.yml; kpis.schema.json explains each field."""

    id: str = Field(pattern="^[a-z][a-z0-9_]*$")
    uses: str | None = Field(default=None, pattern="^[a-z][a-z0-9_]*@[1-9][0-9]*$")
    title: str
    question: str
    kind: Literal["outcome", "adoption", "guardrail"]
    owner: str
    formula: str
    unit: str
    direction: Literal["higher", "lower"]
    baseline: Baseline
    target: Target | None = None
    margin: Number | None = Field(default=None, ge=0)
    measure: Measure
    window: str
    minimum_sample: Annotated[int, Strict()] = Field(ge=1)
    value: Value | None = None
    attribution: str
    decision: Decision

    @model_validator(mode="after")
    def _bound(self) -> Self:
        found = (self.margin is not None, self.target is None, self.decision.go_on == "kept")
        if set(found) != {self.kind == "guardrail"}:
            message = "a guardrail has a margin and goes on when kept; any other has a target, and better or reached"
            raise ValueError(message)
        before = self.baseline.value
        if self.target and before is not None and self.sign * (self.target.value - before) < 0:
            message = f"the target is worse than the baseline, {self.direction} being better"
            raise ValueError(message)
        return self

    def aim(self, number: Callable[[float], str]) -> str:
        """Say what is hoped for: the target, or how much worse a guardrail may become."""
        return number(self.target.value) if self.target else f"at most {number(self.margin or 0)} worse"

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.direction == "higher" else -1


class Manifest(_Part):
    """The whole of kpis.yml."""

    format: Literal[1]
    kpis: tuple[Kpi, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Defined:
    """A KPI as the pilot measures it: its entry, the hash of what makes it this one, and its baseline's cases."""

    kpi: Kpi
    hash: str
    before: Sample | None = None

    @property
    def baseline(self) -> float:
        """The value before the pilot."""
        return self.before.mean if self.before else self.kpi.baseline.value or 0.0


@dataclass(frozen=True)
class Worth:
    """Money a month; `net` is after the running costs, and the build is earned back after `break_even_months`."""

    value: float
    low: float
    high: float
    net: float
    break_even_months: float | None
    break_even_share: float | None
    break_even_of: str | None
    currency: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """What a measurement means for a KPI."""

    defined: Defined
    measurement: Measurement
    gain: Gain
    verdict: Verdict
    worth: Worth | None
    cases_needed: int | None

    @property
    def kpi(self) -> Kpi:
        """Its definition."""
        return self.defined.kpi


def read_kpis(path: Path) -> tuple[Defined, ...]:
    """Read kpis.yml and the baselines that it names; every mistake is reported at once."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        kpis = Manifest.model_validate(content).kpis
    except (OSError, yaml.YAMLError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"{path} is not complete. {problems}. {SCHEMA.name} explains each field.") from error
    twice = sorted({kpi.id for kpi in kpis if [other.id for other in kpis].count(kpi.id) > 1})
    if twice:
        raise PilotError(f"{path} defines {', '.join(twice)} twice: give each KPI an id of its own.")
    return tuple(_defined(path.parent, kpi, entry) for kpi, entry in zip(kpis, content["kpis"], strict=True))


def definition_hash(entry: dict[str, object], cases: str | None = None) -> str:
    """Hash what makes a measurement comparable with the next one: as kpis.yml has it, and a baseline's cases."""
    defining: dict[str, object] = {name: entry[name] for name in DEFINING if name in entry}
    if cases is not None:
        defining["cases"] = hashlib.sha256(cases.encode()).hexdigest()
    text = json.dumps(defining, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _defined(root: Path, kpi: Kpi, entry: dict[str, object]) -> Defined:
    if kpi.baseline.data is None:
        return Defined(kpi, definition_hash(entry))
    path = root / kpi.baseline.data
    try:
        cases = path.read_text(encoding="utf-8")
        before = Sample.of(float(row["value"]) for row in csv.DictReader(io.StringIO(cases)))
        if not before.n:
            raise ValueError("it holds no case")  # noqa: TRY301 - the same sentence as for any other mistake
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise PilotError(
            f"The baseline of {kpi.id}, {path}, is no CSV file with a number in the column value: {error}. Mend it."
        ) from error
    return Defined(kpi, definition_hash(entry, cases), before)


def assess(defined: Defined, found: Measurement, costs: Costs) -> Assessment:
    """Judge by intervals: nothing is better or worse unless its whole interval says so, at every look."""
    gain = compare(found, defined.baseline, defined.before, defined.kpi.sign)
    verdict = _verdict(defined, found, gain)
    needed = cases_needed(_gap(defined), found.sample) if verdict in ("undecided", "not_enough_data") else None
    more = needed if needed and needed > found.n else None
    return Assessment(defined, found, gain, verdict, _worth(defined.kpi, found, gain, costs), more)


def _gap(defined: Defined) -> float:
    """The improvement that is hoped for, or the margin that is to be kept."""
    kpi = defined.kpi
    return kpi.margin or 0.0 if kpi.target is None else kpi.sign * (kpi.target.value - defined.baseline)


def _verdict(defined: Defined, found: Measurement, gain: Gain) -> Verdict:
    kpi = defined.kpi
    if found.n < kpi.minimum_sample or found.sample.missing:
        return "not_enough_data"
    if kpi.margin is not None:
        return "kept" if gain.low >= -kpi.margin else "worse" if gain.high < -kpi.margin else "undecided"
    if gain.high < 0:
        return "worse"
    if gain.low <= 0:
        return "undecided"
    return "reached" if gain.low >= _gap(defined) else "better"


def _worth(kpi: Kpi, found: Measurement, gain: Gain, costs: Costs) -> Worth | None:
    """Multiply the gain by its worth, where a unit's worth and their number are known, in the currency of the costs."""
    if kpi.value is None or found.units_per_month is None or kpi.value.currency != costs.currency:
        return None
    factor = kpi.value.per_unit * found.units_per_month
    value = gain.value * factor
    running = costs.run_per_month + costs.people_per_month
    net = value - running
    months = costs.build / net if net > 0 else None
    swing = next((each for each in kpi.value.assumptions if each.share is not None), None)
    needed = (swing.share or 0) * (running + costs.build / PERIOD) / value if swing and value > 0 else None
    texts = tuple(map(str, kpi.value.assumptions))
    low, high = gain.low * factor, gain.high * factor
    currency = kpi.value.currency
    return Worth(value, low, high, net, months, needed, swing.text if swing else None, currency, texts)
