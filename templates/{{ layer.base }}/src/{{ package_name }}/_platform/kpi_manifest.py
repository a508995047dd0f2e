"""KPIs as kpis.yml defines them, with what keeps one from being measured yet; every mistake is reported at once."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError, model_validator

from . import PilotError
from .anytime import Sample

# What makes a measurement another one; texts for people, owners and money are not among them.
DEFINING: Final = ("baseline", "direction", "formula", "id", "margin", "measure", "minimum_sample", "unit", "window")
FEWEST_CASES: Final = 2  # of a baseline: one case alone has no interval
SCHEMA: Final = Path(__file__).with_name("kpis.schema.json")

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
    """What the KPI was before the pilot: a number, or a file of this repository with a case a line.

    `value: null` says that it is not measured yet; then `source` says so, or what the next step is.
    """

    value: Number | None = None
    data: str | None = None
    period: Text | None
    source: str

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
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


class Target(_Part):
    """What it shall become, and by when: a value, or a change of so many percent of the baseline.

    With a change, `value` is resolved when kpis.yml is read, and None as long as the baseline is missing.
    """

    value: Number | None = None
    change_percent: Number | None = None
    due: Text

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        return _exactly_one(self, "value", "change_percent")

    def resolve(self, baseline: float | None) -> float | None:
        """Give the value that is aimed at, seen from a baseline."""
        if self.change_percent is None:
            return self.value
        return None if baseline is None else baseline + abs(baseline) * self.change_percent / 100

    def __str__(self) -> str:
        change = self.change_percent or 0
        return f"{abs(change):g} % {'more' if change > 0 else 'less'} than the baseline"


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
    """Where the number comes from: exactly one of five, with the unit that it gives unless a function declares it."""

    function: str | None = None
    sql: str | None = None
    mlflow: MlflowMetric | None = None
    runtime: RuntimeMetric | None = None
    pending: str | None = None
    unit: str | None = None
    meaning: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        _exactly_one(self, "function", "sql", "mlflow", "runtime", "pending")
        if self.unit is not None and (self.function or self.pending):
            message = "a function declares its unit where it is registered, and what is pending has none"
            raise ValueError(message)
        return self


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
        self._aims_at_better()
        return self

    def _aims_at_better(self) -> None:
        before, target = self.baseline.value, self.target
        gap = None if target is None else target.change_percent
        if target is not None and target.value is not None and before is not None:
            gap = target.value - before
        if gap is not None and self.sign * gap < 0:
            message = f"the target is worse than the baseline, {self.direction} being better"
            raise ValueError(message)
        if target is not None and target.change_percent is not None and before == 0:
            message = "a change in percent of a baseline of 0 says nothing: give the target's value"
            raise ValueError(message)

    @property
    def pending(self) -> str | None:
        """Say what keeps it from being measured, with the next step; None once it can be measured."""
        if self.measure.pending is not None:
            return self.measure.pending
        if self.baseline.missing:
            return f"its baseline is missing ({self.baseline.source}): write its value, period and source into kpis.yml"
        return None

    def aim(self, number: Callable[[float], str]) -> str:
        """Say what is hoped for: the target, or how much worse a guardrail may become."""
        if self.target is None:
            return f"at most {number(self.margin or 0)} worse"
        return str(self.target) if self.target.value is None else number(self.target.value)

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
    def baseline(self) -> float | None:
        """The value before the pilot; None as long as it is not measured."""
        return self.before.mean if self.before else self.kpi.baseline.value


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
        return _resolved(Defined(kpi, definition_hash(entry)))
    path = root / kpi.baseline.data
    try:
        cases = path.read_text(encoding="utf-8")
        before = Sample.of(float(row["value"]) for row in csv.DictReader(io.StringIO(cases)))
        if before.n < FEWEST_CASES:
            raise ValueError("it holds fewer than two cases")  # noqa: TRY301 - the same sentence as for any other mistake
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise PilotError(
            f"The baseline of {kpi.id}, {path}, is no CSV file with a number in the column value: {error}. Mend it."
        ) from error
    return _resolved(Defined(kpi, definition_hash(entry, cases), before))


def _resolved(defined: Defined) -> Defined:
    """Turn a target that is a change in percent into a value, where the baseline is known."""
    target = defined.kpi.target
    if target is None or target.change_percent is None:
        return defined
    known = target.model_copy(update={"value": target.resolve(defined.baseline)})
    return replace(defined, kpi=defined.kpi.model_copy(update={"target": known}))
