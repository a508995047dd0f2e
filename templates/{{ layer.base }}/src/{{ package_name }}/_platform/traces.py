"""Traces by OpenTelemetry: its standard variables hold, as in every other service, and else the settings.

An operator sets `OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` once for all that runs; a
scheduler that traces hands its span on in `TRACEPARENT`.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from . import PilotError, TraceTarget
from .integrations import open_traces
from .manifest import PACKAGE
from .settings import PlatformSettings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import Tracer

EXPORTER: Final = "OTEL_EXPORTER_OTLP_"
SPOKEN: Final = "http/protobuf"
_NAMES: Final = ("traceparent", "tracestate")
SECONDS: Final = 5  # for one batch of spans, where no variable says another time
_providers: "Final[list[TracerProvider]]" = []


def find_target(settings: PlatformSettings) -> TraceTarget | None:
    """Say where spans go: to whom an integration names, else to `[tracing]`; None where traces are off."""
    chosen = open_traces(settings, f"{PACKAGE}.adapters.integrations")
    if chosen is None and not settings.tracing.enabled:
        return None
    named = chosen or TraceTarget(settings.tracing.endpoint, {})
    base = _variable("ENDPOINT")
    told = _variable("TRACES_ENDPOINT") or (f"{base.rstrip('/')}/v1/traces" if base else "")
    return replace(named, endpoint=told or named.endpoint)


def caller() -> "Context":
    """Give the span within which this process was started, if whoever started it says so."""
    return told_by({name: os.environ.get(name.upper(), "") for name in _NAMES})


def told_by(said: Mapping[str, str]) -> "Context":
    """Give the span that W3C Trace Context names, among them none."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({name: said[name] for name in _NAMES if said.get(name)})


def tracer(target: TraceTarget, settings: PlatformSettings, complain: Callable[[str], None]) -> "Tracer":
    """Give what makes the spans of this process.

    Args:
        target: Where they go.
        settings: How many of them, and under which name, as far as no variable says it.
        complain: Hears why spans do not arrive; the run goes on without them.
    """
    headers = tuple(sorted(target.headers.items()))
    return _tracer(target.endpoint, headers, settings.tracing.sample_ratio, settings.distribution, complain)


def flush() -> None:
    """Send what is waiting, as a process that goes on for long does before it says that it is done."""
    for provider in _providers:
        provider.force_flush()


class _Complaint(logging.Handler):
    """Says once that traces do not arrive, where OpenTelemetry would repeat itself."""

    def __init__(self, endpoint: str, complain: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._endpoint, self._complain = endpoint, complain
        self._said = False

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the person at the screen what to do, and keep the reason in the log."""
        self._complain(record.getMessage())
        if not self._said:
            self._said = True
            text = f"warning: traces do not arrive at {self._endpoint}: check that a collector listens there, "
            sys.stderr.write(text + "or switch traces off in the settings.\n")


@lru_cache(maxsize=1)
def _tracer(
    endpoint: str, headers: tuple[tuple[str, str], ...], ratio: float, service: str, complain: Callable[[str], None]
) -> "Tracer":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise PilotError(
            "Traces are switched on, but OpenTelemetry is not installed: "
            "`pip install --group tracing`, or set tracing.enabled = false."
        ) from error
    _refuse_protocol()
    complaints = logging.getLogger("opentelemetry")
    complaints.handlers, complaints.propagate = [_Complaint(endpoint, complain)], False
    resource = Resource({"service.name": service}).merge(OTELResourceDetector().detect())
    timed = _variable("TRACES_TIMEOUT") or _variable("TIMEOUT")
    exporter = OTLPSpanExporter(endpoint, headers=dict(headers) or None, timeout=None if timed else SECONDS)
    provider = TracerProvider(resource=resource, sampler=_sampler(ratio))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _providers.append(provider)
    return provider.get_tracer(service)


def _sampler(ratio: float) -> "Sampler | None":
    """Follow the caller's decision, and without one take a share; a variable that names a sampler decides alone."""
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    return None if os.environ.get("OTEL_TRACES_SAMPLER") else ParentBasedTraceIdRatio(ratio)


def _refuse_protocol() -> None:
    asked = _variable("TRACES_PROTOCOL") or _variable("PROTOCOL") or SPOKEN
    if asked != SPOKEN:
        raise PilotError(
            f"{EXPORTER}PROTOCOL asks for {asked}, and traces are sent by {SPOKEN}: "
            f"set it to that, with the collector's port for HTTP (4318)."
        )


def _variable(name: str) -> str:
    return os.environ.get(f"{EXPORTER}{name}", "").strip()
