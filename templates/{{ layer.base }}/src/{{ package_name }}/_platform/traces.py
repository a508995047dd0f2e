"""Traces by OpenTelemetry: its standard variables hold, as in every other service, and else the settings.

An operator sets `OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` once for all that runs; a
scheduler that traces hands its span on in `TRACEPARENT`.
"""

import logging
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from . import PilotError
from .settings import PlatformSettings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import Tracer

EXPORTER: Final = "OTEL_EXPORTER_OTLP_"
SPOKEN: Final = "http/protobuf"
SECONDS: Final = 5  # for one batch of spans, where no variable says another time


def endpoint_of(settings: PlatformSettings) -> str:
    """Give the address that spans are sent to."""
    base = _variable("ENDPOINT")
    return _variable("TRACES_ENDPOINT") or (f"{base.rstrip('/')}/v1/traces" if base else settings.tracing.endpoint)


def caller() -> "Context":
    """Give the span within which this process was started, if whoever started it says so."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    names = ("traceparent", "tracestate")
    said = {name: os.environ[name.upper()] for name in names if os.environ.get(name.upper())}
    return TraceContextTextMapPropagator().extract(said)


def tracer(settings: PlatformSettings, complain: Callable[[str], None]) -> "Tracer":
    """Give what makes the spans of this process.

    Args:
        settings: Where they go, how many of them, and under which name, as far as no variable says it.
        complain: Hears why spans do not arrive; the run goes on without them.
    """
    return _tracer(endpoint_of(settings), settings.tracing.sample_ratio, settings.distribution, complain)


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
            sys.stderr.write(text + "or set tracing.enabled = false.\n")


@lru_cache(maxsize=1)
def _tracer(endpoint: str, ratio: float, service: str, complain: Callable[[str], None]) -> "Tracer":
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
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=None if timed else SECONDS)
    provider = TracerProvider(resource=resource, sampler=_sampler(ratio))
    provider.add_span_processor(BatchSpanProcessor(exporter))
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
