"""Metrics, logs and traces: each names the run, so that a number on a dashboard leads back to its evidence."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from opentelemetry import trace
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families

from . import PilotError, TraceTarget
from .day_file import Beside, DayFile
from .policies import check_endpoint, check_settings
from .recorded_spans import Note, recorded
from .settings import PlatformSettings
from .traces import caller, find_target, told_by, tracer

METRICS: Final = {
    "pilot_step_last_success_timestamp_seconds": "When a step last did its work",
    "pilot_step_duration_seconds": "How long a step took",
    "pilot_rows": "Rows by step and outcome",
    "pilot_contract_bad_rows": "Rows that missed a rule of a data contract",
    "pilot_contract_broken": "1 when more rows missed a rule than the contract tolerates",
    "pilot_contract_age_days": "Days since the newest row of a table under contract",
    "pilot_contract_promised_age_days": "How old its contract lets the newest row be",
    "pilot_contract_value_at_stake": "KPI value behind the rows that missed a rule",
    "pilot_drift_statistic": "Population stability index of a feature against the training reference",
    "pilot_drift_threshold": "Threshold of that index, calibrated for the size of the window",
    "pilot_drift_detected": "1 when a feature drifted, by effect and by p-value",
    "pilot_model_version": "Version of the model in use",
    "pilot_model_created_timestamp_seconds": "When the model in use was registered",
    "pilot_model_enabled": "0 when the rule is in the model's place",
    "pilot_kpi_value": "Measured value of a KPI",
    "pilot_kpi_low": "Lower end of its interval for one look",
    "pilot_kpi_high": "Upper end of its interval for one look",
    "pilot_kpi_baseline": "Its value before the pilot",
    "pilot_kpi_target": "The value that it shall reach",
    "pilot_kpi_margin": "How much worse than before a guardrail may become",
    "pilot_kpi_gain": "How much better than the rule or the baseline; more is better, whatever the direction",
    "pilot_kpi_gain_low": "Lower end of the gain's interval, which holds at every look",
    "pilot_kpi_gain_high": "Upper end of the gain's interval, which holds at every look",
    "pilot_kpi_enough_data": "0 while there are too few cases to say anything",
    "pilot_kpi_pending": "1 while it is not measured yet, because its measure or its baseline is missing",
    "pilot_kpi_measured_timestamp_seconds": "When it was measured",
    "pilot_corrections": "Corrections by users, answered and not",
    "pilot_forget_last_success_timestamp_seconds": "When what is past its day was last looked for, and deleted",
    "pilot_forget_kept": "How many things stay although their day has passed",
    "pilot_forgotten": "How many things were deleted because their day had passed, the last time",
}
TRACED: Final = {"pilot_rows": "pilot.rows", "pilot_model_version": "pilot.model.version"}
"""Metrics that are attributes of the span, too, by their labels: `pilot.rows.score.written`."""
_settings: ContextVar[PlatformSettings | None] = ContextVar("settings", default=None)
_target: ContextVar[TraceTarget | None] = ContextVar("target", default=None)


class Metrics:
    """The metrics of one step, written at once to a file that Prometheus' node exporter collects."""

    def __init__(self, settings: PlatformSettings, step: str) -> None:
        self._path = settings.var / "metrics" / f"{step}.prom"
        self._pilot = settings.distribution
        self._registry = CollectorRegistry()
        self._gauges: dict[str, Gauge] = {}

    def set(self, name: str, value: float | None, /, **labels: str) -> None:
        """Set one of the METRICS, or one of your own; without a value it is left out, as 0 would be a statement."""
        if value is None:
            return
        if name not in self._gauges:
            text = METRICS.get(name, name.replace("_", " "))
            self._gauges[name] = Gauge(name, text, ["pilot", *labels], registry=self._registry)
        self._gauges[name].labels(pilot=self._pilot, **labels).set(value)
        if name in TRACED:
            trace.get_current_span().set_attribute(".".join([TRACED[name], *labels.values()]), value)

    def write(self) -> Path:
        """Replace the file of this step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(self._path), self._registry)
        return self._path


def read_counts(settings: PlatformSettings, name: str, part: Mapping[str, str]) -> tuple[int, int]:
    """Sum up a metric that this pilot wrote: the cases with the labels of `part`, and all of them."""
    some = whole = 0.0
    for path in sorted((settings.var / "metrics").glob("*.prom")):
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
            for sample in (sample for sample in family.samples if sample.name == name):
                whole += sample.value
                some += sample.value if part.items() <= sample.labels.items() else 0
    return round(some), round(whole)


class _Sink:
    """Appends each line to the file of the day, or to standard error."""

    def __init__(self, settings: PlatformSettings, *, beside: bool) -> None:
        day = DayFile(settings.var / "logs") if settings.log.to == "file" else None
        self._day = Beside(day) if day and beside else day

    def msg(self, line: str) -> None:
        """Write one line."""
        if self._day is None:
            sys.stderr.write(line + "\n")
        else:
            self._day.append(line)

    debug = info = warning = error = critical = msg


def configure_logging(settings: PlatformSettings, run_id: str, *, beside: bool = False) -> None:
    """Send structured logs, each line with the run, to where the settings say; `beside` whoever logs in a service."""
    _settings.set(settings)
    sink = _Sink(settings, beside=beside)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log.level),
        logger_factory=lambda *_: sink,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(run_id=run_id, pilot=settings.distribution)
    check_settings(settings)
    target = find_target(settings)
    _target.set(target)
    if target is not None:
        check_endpoint(settings, target.endpoint, "tracing.endpoint")


def at_work() -> PlatformSettings | None:
    """Return the settings of the job that this process does, None while it is none."""
    return _settings.get()


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger; it writes nowhere useful before `configure_logging`."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(logger=name)
    return bound


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Log, trace and time a step of the run, and write when it last succeeded."""
    started = time.perf_counter()
    try:
        with span(step):
            yield
    except BaseException as error:
        _log_failure(step, error)
        raise
    settings = _settings.get()
    if settings:
        seconds = time.perf_counter() - started
        logger(step).info("step done", step=step, seconds=round(seconds, 3))
        metrics = Metrics(settings, f"step_{step}")
        metrics.set("pilot_step_duration_seconds", seconds, step=step)
        metrics.set("pilot_step_last_success_timestamp_seconds", datetime.now(UTC).timestamp(), step=step)
        metrics.write()


def _log_failure(step: str, error: BaseException) -> None:
    """Log a sentence for what a user can mend, and the whole trace for a fault."""
    if _settings.get() is None:
        return
    if isinstance(error, PilotError):
        logger(step).error("step refused", step=step, reason=str(error))
    elif isinstance(error, Exception):
        logger(step).error("step failed", step=step, exc_info=error)
    else:
        logger(step).warning("step interrupted", step=step)


@contextmanager
def span(name: str, **attributes: str | float) -> Iterator[Note]:
    """Trace what happens inside, when traces are switched on or somebody records it; more can be noted of it."""
    with recorded(name, attributes) as note, _sent(name, attributes):
        yield lambda **said: _note(note, said)


def _note(note: Note, said: Mapping[str, str | float]) -> None:
    note(**said)
    trace.get_current_span().set_attributes(said)


@contextmanager
def _sent(name: str, attributes: Mapping[str, str | float]) -> Iterator[None]:
    settings, target = _settings.get(), _target.get()
    if settings is None or target is None:
        yield
        return
    outermost = not trace.get_current_span().get_span_context().is_valid
    started = tracer(target, settings, _complain).start_as_current_span(
        name, caller() if outermost else None, attributes=attributes
    )
    with started:
        yield


@contextmanager
def request_span(name: str, headers: Mapping[str, str]) -> Iterator[trace.Span]:
    """Trace a request that came from outside, within the trace that its headers name.

    Gives a span that records nothing where traces are off, so that nobody has to ask.
    """
    settings, target = _settings.get(), _target.get()
    if settings is None or target is None:
        yield trace.INVALID_SPAN
        return
    with tracer(target, settings, _complain).start_as_current_span(
        name, told_by(headers), kind=trace.SpanKind.SERVER
    ) as started:
        yield started


def _complain(reason: str) -> None:
    logger("tracing").warning("traces do not arrive", reason=reason)


def _with_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the trace's id on the line, so that a log leads to its trace."""
    context = trace.get_current_span().get_span_context()
    return {**event, "trace_id": f"{context.trace_id:032x}"} if context.is_valid else event
