"""What monitoring is told of a batch that was scored: how much, by which model, and how far the data has moved."""

from collections.abc import Sequence

from .drift import Drift
from .monitoring import Metrics
from .settings import PlatformSettings
from .tracking import ModelVersion


def count_scored(
    settings: PlatformSettings, holder: ModelVersion | None, *, scored: int, written: int, moved: Sequence[Drift]
) -> None:
    """Write the metrics of a batch; `holder` is the model that decided, None where the rule did."""
    metrics = Metrics(settings, "score")
    metrics.set("pilot_rows", scored, step="score", outcome="read")
    metrics.set("pilot_rows", written, step="score", outcome="written")
    metrics.set("pilot_model_enabled", 1 if holder else 0)
    if holder:
        model = settings.distribution
        metrics.set("pilot_model_version", holder.version, model=model)
        metrics.set("pilot_model_created_timestamp_seconds", holder.created.timestamp(), model=model)
    for each in moved:
        metrics.set("pilot_drift_statistic", each.statistic, feature=each.feature)
        metrics.set("pilot_drift_threshold", each.threshold, feature=each.feature)
        metrics.set("pilot_drift_detected", int(each.detected), feature=each.feature)
    metrics.write()
