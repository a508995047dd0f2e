"""KPIs: their definition, a measurement judged against baseline and rule, what it is worth, and the evidence kept."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.stats import binomtest

from .errors import PilotError
from .monitoring import Metrics
from .settings import Costs, PlatformSettings
from .tracking import TrackedRun

Verdict = Literal["reached", "better", "undecided", "worse", "not_enough_data"]
EVIDENCE: Final = "kpis.jsonl"
SHOWN_WHOLE: Final = 100  # numbers from here on are shown without decimals


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Baseline(_Part):
    """What the KPI was before the pilot."""

    value: float
    period: str
    source: str


class Target(_Part):
    """What it shall become, and by when."""

    value: float
    due: str


class Value(_Part):
    """What one unit of the KPI is worth, and what has to be true for that."""

    per_unit: float = Field(gt=0)
    currency: str
    assumptions: tuple[str, ...] = ()


class Kpi(_Part):
    """One entry of kpis.yml."""

    id: str
    title: str
    question: str
    kind: Literal["outcome", "adoption", "guardrail"]
    owner: str
    unit: str
    direction: Literal["higher", "lower"]
    baseline: Baseline
    target: Target
    measure: str
    window: str
    minimum_sample: int = Field(ge=1)
    value: Value | None = None
    attribution: str

    @property
    def sign(self) -> int:
        """1 when more is better, -1 when less is."""
        return 1 if self.direction == "higher" else -1

    @property
    def is_bound(self) -> bool:
        """Whether the target is a bound to be kept (adoption, guardrail) and not an improvement on the baseline."""
        return self.kind != "outcome" or self.sign * (self.target.value - self.baseline.value) < 0


class _Manifest(_Part):
    kpis: tuple[Kpi, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Measurement:
    """A measured value; `difference` and `rule` compare with today's rule on the same cases."""

    value: float
    low: float
    high: float
    n: int
    window: str
    method: str
    assumptions: tuple[str, ...]
    difference: Interval | None = None
    rule: float | None = None
    units_per_month: float | None = None


@dataclass(frozen=True)
class Worth:
    """Money a month; `net` is after the running costs, and the build is earned back after `break_even_months`."""

    value: float
    low: float
    high: float
    net: float
    break_even_months: float | None
    currency: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """What a measurement means for a KPI, as data and as a sentence."""

    kpi: Kpi
    measurement: Measurement
    verdict: Verdict
    worth: Worth | None
    sentence: str


def read_kpis(path: Path) -> tuple[Kpi, ...]:
    """Read kpis.yml; every mistake is reported at once."""
    try:
        kpis = _Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).kpis
    except (OSError, yaml.YAMLError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"{path} is not complete. {problems}.") from error
    twice = sorted({kpi.id for kpi in kpis if [other.id for other in kpis].count(kpi.id) > 1})
    if twice:
        raise PilotError(f"{path} defines {', '.join(twice)} twice: give each KPI an id of its own.")
    return kpis


def proportion_interval(successes: int, total: int) -> Interval:
    """Wilson's 95 % interval of a share, sound also for few cases and for shares near 0 or 1."""
    found = binomtest(successes, total).proportion_ci(method="wilson")
    return Interval(float(found.low), float(found.high))


def assess(kpi: Kpi, measurement: Measurement, costs: Costs) -> Assessment:
    """Judge by intervals: nothing is better or worse unless its whole interval says so."""
    verdict = _verdict(kpi, measurement)
    worth = _worth(kpi, measurement, costs)
    return Assessment(kpi, measurement, verdict, worth, _sentence(kpi, measurement, verdict, worth))


def record(
    assessments: Sequence[Assessment], *, settings: PlatformSettings, run_id: str, run: TrackedRun | None
) -> Path:
    """Keep the evidence: metrics for Prometheus, values in the MLflow run, a line each in var/kpis.jsonl."""
    now = datetime.now(UTC)
    _write_metrics(assessments, settings, now)
    if run is not None:
        for each in assessments:
            found = each.measurement
            run.metrics(
                {
                    f"kpi.{each.kpi.id}": found.value,
                    f"kpi.{each.kpi.id}.low": found.low,
                    f"kpi.{each.kpi.id}.high": found.high,
                }
            )
            run.tags({f"kpi.{each.kpi.id}": each.verdict})
    definition = hashlib.sha256((settings.root / "kpis.yml").read_bytes()).hexdigest()
    lines = [_evidence(each, run_id, now, definition) for each in assessments]
    path = settings.var / EVIDENCE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


def read_evidence(settings: PlatformSettings) -> list[dict[str, object]]:
    """Return the newest evidence on each KPI, or nothing before the first measurement."""
    path = settings.var / EVIDENCE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    newest: dict[str, dict[str, object]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            entry: dict[str, object] = json.loads(line)
            newest[str(entry["kpi"])] = entry
        except (ValueError, KeyError) as error:
            raise PilotError(f"Line {number} of {path} is no evidence: remove that line, or measure anew.") from error
    return list(newest.values())


def _verdict(kpi: Kpi, found: Measurement) -> Verdict:
    if found.n < kpi.minimum_sample:
        return "not_enough_data"
    to_target = _oriented(kpi, Interval(found.low - kpi.target.value, found.high - kpi.target.value))
    if kpi.is_bound:
        return "reached" if to_target.low >= 0 else "worse" if to_target.high < 0 else "undecided"
    gain = _gain(kpi, found)
    if gain.high < 0:
        return "worse"
    if gain.low <= 0:
        return "undecided"
    return "reached" if to_target.low >= 0 else "better"


def _gain(kpi: Kpi, found: Measurement) -> Interval:
    """Return the gain, positive when better: over the rule on the same cases, or else over the baseline."""
    base = kpi.baseline.value
    return _oriented(kpi, found.difference or Interval(found.low - base, found.high - base))


def _oriented(kpi: Kpi, interval: Interval) -> Interval:
    return interval if kpi.sign > 0 else Interval(-interval.high, -interval.low)


def _worth(kpi: Kpi, found: Measurement, costs: Costs) -> Worth | None:
    """Multiply the gain by its worth, where kpis.yml says what a unit is worth and the measure how many there are."""
    if kpi.value is None or found.units_per_month is None:
        return None
    factor = kpi.value.per_unit * found.units_per_month
    gain = _gain(kpi, found)
    value = kpi.sign * (found.value - (kpi.baseline.value if found.rule is None else found.rule)) * factor
    net = value - costs.run_per_month - costs.people_per_month
    months = costs.build / net if net > 0 else None
    low, high = gain.low * factor, gain.high * factor
    return Worth(value, low, high, net, months, kpi.value.currency, kpi.value.assumptions)


def _sentence(kpi: Kpi, found: Measurement, verdict: Verdict, worth: Worth | None) -> str:
    if verdict == "not_enough_data":
        return f"Not enough data yet: {found.n:,} of the {kpi.minimum_sample:,} cases that a judgement needs."
    against = "the rule on the same cases" if found.difference else "the baseline"
    target = f"the target of {_number(kpi.target.value)}"
    said = {
        "reached": f"{target} is reached with the whole interval"
        if not kpi.is_bound
        else f"{target} is kept with the whole interval",
        "better": f"better than {against}; {target} is not yet certain",
        "undecided": f"no clear difference to {target if kpi.is_bound else against} yet",
        "worse": f"worse than {target if kpi.is_bound else against}",
    }[verdict]
    text = f"{verdict.capitalize()}: {said}{_signed(kpi, found)}."
    return f"{text} {_money(worth)}" if worth else text


def _signed(kpi: Kpi, found: Measurement) -> str:
    """Say how large the difference to the rule is, in the KPI's own direction of counting."""
    if found.difference is None or found.rule is None:
        return ""
    value, low, high = (_number(number, "+") for number in (found.value - found.rule, *astuple(found.difference)))
    return f" ({value} {kpi.unit} to the rule, 95 % interval {low} to {high})"


def _money(worth: Worth) -> str:
    per_month = f"{worth.value:,.0f} {worth.currency} a month ({worth.low:,.0f} to {worth.high:,.0f})"
    rest = f"{worth.net:,.0f} after running costs, {12 * worth.net:,.0f} a year"
    if worth.break_even_months is None:
        end = "at that the build is never earned back"
    else:
        end = f"the build is earned back in {worth.break_even_months:,.1f} months"
    assumed = f", if {' and '.join(worth.assumptions)}" if worth.assumptions else ""
    return f"Worth {per_month}{assumed}; {rest}; {end}."


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign},.{0 if abs(value) >= SHOWN_WHOLE or value == round(value) else 1}f}"


def _write_metrics(assessments: Sequence[Assessment], settings: PlatformSettings, now: datetime) -> None:
    metrics = Metrics(settings, "kpis")
    for each in assessments:
        kpi, found = each.kpi, each.measurement
        values = {"value": found.value, "low": found.low, "high": found.high}
        values |= {"baseline": kpi.baseline.value, "target": kpi.target.value}
        values |= {"enough_data": each.verdict != "not_enough_data", "measured_timestamp_seconds": now.timestamp()}
        for name, value in values.items():
            metrics.set(f"pilot_kpi_{name}", value, kpi=kpi.id)
    metrics.write()


def _evidence(each: Assessment, run_id: str, now: datetime, definition: str) -> dict[str, object]:
    kpi = each.kpi
    entry: dict[str, object] = {
        "at": now.isoformat(timespec="seconds"),
        "run_id": run_id,
        "kpi": kpi.id,
        "unit": kpi.unit,
    }
    entry |= {"baseline": kpi.baseline.value, "target": kpi.target.value, "verdict": each.verdict}
    entry |= {"sentence": each.sentence, "attribution": kpi.attribution, "definition_sha256": definition}
    return entry | asdict(each.measurement) | {"worth_per_month": asdict(each.worth) if each.worth else None}
