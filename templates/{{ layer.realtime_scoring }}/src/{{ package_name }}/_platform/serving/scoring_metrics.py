"""What monitoring is told of decisions: how many by version and action, which failed, and who answers."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from ..drift import Drift
from ..monitoring import METRICS
from ..web.web_metrics import Bounded


class ScoringMetrics:
    """Metrics of one process, in the registry that Prometheus fetches."""

    def __init__(self, registry: CollectorRegistry, pilot: str) -> None:
        self._pilot, self._version = pilot, Bounded()
        self._made = Counter(
            "pilot_decisions", "Decisions on request", ["pilot", "version", "action"], registry=registry
        )
        self._failed = Counter(
            "pilot_decisions_failed", "Decisions that a version could not make", ["pilot", "version"], registry=registry
        )
        self._rollout = Gauge(
            "pilot_rollout_version", "Version in force, and the one on its way", ["pilot", "role"], registry=registry
        )
        self._trouble = Gauge(
            "pilot_registry_unreachable", "1 while it cannot be looked at", ["pilot"], registry=registry
        )
        self._enabled = Gauge(
            "pilot_model_enabled", "0 when the rule is in the model's place", ["pilot"], registry=registry
        )

        labels = ["pilot", "feature"]
        self._moved = Gauge("pilot_drift_statistic", METRICS["pilot_drift_statistic"], labels, registry=registry)
        self._chance = Gauge("pilot_drift_threshold", METRICS["pilot_drift_threshold"], labels, registry=registry)
        self._found = Gauge("pilot_drift_detected", METRICS["pilot_drift_detected"], labels, registry=registry)

    def move(self, found: Sequence[Drift]) -> None:
        """Say how far the requests moved."""
        for each in found:
            self._moved.labels(self._pilot, each.feature).set(each.statistic)
            self._chance.labels(self._pilot, each.feature).set(each.threshold)
            self._found.labels(self._pilot, each.feature).set(int(each.detected))

    def make(self, version: str, action: str) -> None:
        """Count a decision."""
        self._made.labels(self._pilot, self._version(version), action).inc()

    def fail(self, version: str) -> None:
        """Count a failure."""
        self._failed.labels(self._pilot, self._version(version)).inc()

    def look(self, champion: int | None, challenger: int | None, *, trouble: bool) -> None:
        """Say who answers."""
        self._rollout.labels(self._pilot, "champion").set(champion or 0)
        self._rollout.labels(self._pilot, "challenger").set(challenger or 0)
        self._trouble.labels(self._pilot).set(int(trouble))
        self._enabled.labels(self._pilot).set(int(champion is not None))
