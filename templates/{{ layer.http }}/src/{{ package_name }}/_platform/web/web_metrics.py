"""Rate, errors and duration of requests, by route and model version: labels whose number of values is bounded."""

from threading import Lock
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
MOST: Final = 20  # different values of a label that is not fixed; the rest is `other`
OTHER: Final = "other"


class Bounded:
    """Keeps a label to a number of values, so that no caller and no life of the process fills the memory."""

    def __init__(self, most: int = MOST) -> None:
        self._known: set[str] = set()
        self._most, self._lock = most, Lock()

    def __call__(self, value: str) -> str:
        """Give the value, or `other` once there are enough."""
        with self._lock:
            if value in self._known or len(self._known) < self._most:
                self._known.add(value)
                return value
        return OTHER


class WebMetrics:
    """The metrics of one process, which Prometheus fetches."""

    def __init__(self, pilot: str) -> None:
        self.registry = CollectorRegistry()
        self._pilot = pilot
        self._version = Bounded()
        self.requests = Counter(
            "pilot_http_requests", "Requests by their answer", ["pilot", "route", "method", "status", "version"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "pilot_http_request_seconds", "From the whole request to the begin of its answer",
            ["pilot", "route", "version"], buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.refused = Counter(
            "pilot_http_refused", "Requests that were refused, by reason", ["pilot", "reason"], registry=self.registry
        )
        at_work = Gauge("pilot_http_at_work", "Requests that are worked on", ["pilot"], registry=self.registry)
        self._at_work = at_work.labels(pilot)
        self._counted: dict[tuple[str, str, int, str], tuple[Counter, Histogram]] = {}

    def count(self, route: str, method: str, status: int, version: str, seconds: float) -> None:
        """Count one answer."""
        labels = (route, method if method in METHODS else OTHER, status, self._version(version))
        requests, spans = self._counted.get(labels) or self._counted.setdefault(labels, self._children(*labels))
        requests.inc()
        spans.observe(seconds)

    def _children(self, route: str, method: str, status: int, version: str) -> tuple[Counter, Histogram]:
        """Find what counts under these labels: looked up once, as it costs more than counting."""
        requests = self.requests.labels(self._pilot, route, method, str(status), version)
        return requests, self.seconds.labels(self._pilot, route, version)

    def refuse(self, reason: str) -> None:
        """Count one refusal."""
        self.refused.labels(self._pilot, reason).inc()

    def work(self, change: int) -> None:
        """Count what is worked on."""
        self._at_work.inc(change)

    def text(self) -> bytes:
        """Write them as Prometheus reads them."""
        return generate_latest(self.registry)
