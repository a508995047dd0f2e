"""Keeps what a run measured: in MLflow, as metrics and as files of the repository for reviewers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .corrections import Corrections
from .evidence import record
from .kpi import Assessment
from .measuring import MeasuringParts
from .review_evidence import Report, write_evaluation, write_feedback


class KeepingParts(MeasuringParts, Protocol):
    """What is needed to keep evidence."""

    @property
    def invocation(self) -> str:
        """Names this run of a command."""


def keep_evidence(parts: KeepingParts, assessments: Sequence[Assessment], report: Report) -> list[Path]:
    """Keep KPIs, the report on what decides, and the days of suggestions; return what changed, seen from the root."""
    settings = parts.settings
    with parts.tracking.run("measure", {"invocation": parts.invocation}) as run:
        kept = record(assessments, settings=settings, command=report.command, run=run)
    kept += write_evaluation(settings, report)
    kept += write_feedback(settings, Corrections(parts.database, settings))
    return [path.relative_to(settings.root) for path in kept]
