"""KPIs as kpis.yml defines them, with what keeps one from being measured yet; every mistake is reported at once."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import Field, Strict, ValidationError, model_validator

from . import PilotError
from .anytime import Sample
from .kpi_parts import (
    Assumption,
    Baseline,
    Decision,
    KpiPart,
    Measure,
    MlflowMetric,
    Number,
    RuntimeMetric,
    Target,
    Value,
)
from .rules.kpi_definition import definition_hash, find_mistaken_aim, pending_of, sign_of
from .yaml_text import load_yaml

__all__ = [
    "SCHEMA",
    "Assumption",
    "Baseline",
    "Decision",
    "Defined",
    "Kpi",
    "Manifest",
    "Measure",
    "MlflowMetric",
    "RuntimeMetric",
    "Target",
    "Value",
    "definition_hash",
    "read_kpis",
]

FEWEST_CASES: Final = 2  # of a baseline: one case alone has no interval
SCHEMA: Final = Path(__file__).with_name("kpis.schema.json")


class Kpi(KpiPart):
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
        target, change = (self.target.value, self.target.change_percent) if self.target else (None, None)
        if wrong := find_mistaken_aim(self.direction, self.baseline.value, target, change):
            raise ValueError(wrong)

    @property
    def pending(self) -> str | None:
        """Say what keeps it from being measured, with the next step; None once it can be measured."""
        baseline = self.baseline.model_dump(include={"value", "data", "source", "measured"})
        measure = {"pending": self.measure.pending, "sql": self.measure.sql}
        return pending_of({"measure": measure, "baseline": baseline})

    def aim(self, number: Callable[[float], str]) -> str:
        """Say what is hoped for: the target, or how much worse a guardrail may become."""
        if self.target is None:
            return f"at most {number(self.margin or 0)} worse"
        return str(self.target) if self.target.value is None else number(self.target.value)

    @property
    def scale(self) -> float:
        """100 where a rate is given in percent."""
        percent = self.unit.startswith("%") or self.unit.lower().startswith("percent")
        return 100.0 if self.measure.form == "rate" and percent else 1.0

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return sign_of(self.direction)


class Manifest(KpiPart):
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
        content = load_yaml(path.read_text(encoding="utf-8"))
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


def _defined(root: Path, kpi: Kpi, entry: dict[str, object]) -> Defined:
    if kpi.baseline.data is None:
        return _resolved(Defined(kpi, definition_hash(entry), _measured_before(kpi)))
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
    return _resolved(Defined(kpi, definition_hash(entry, cases.encode()), before))


def _measured_before(kpi: Kpi) -> Sample | None:
    """Return the cases of a measured baseline, summed up: its uncertainty counts as theirs does."""
    known, value = kpi.baseline.measured, kpi.baseline.value
    if known is None or value is None:
        return None
    return Sample(known.n, value, known.sd, "rate" if kpi.measure.form == "rate" else "mean", kpi.scale)


def _resolved(defined: Defined) -> Defined:
    """Turn a target that is a change in percent into a value, where the baseline is known."""
    target = defined.kpi.target
    if target is None or target.change_percent is None:
        return defined
    known = target.model_copy(update={"value": target.resolve(defined.baseline)})
    return replace(defined, kpi=defined.kpi.model_copy(update={"target": known}))
