"""Keeps what a run measured: in MLflow, as metrics and as files of the repository for reviewers."""

from collections.abc import Iterable, Sequence
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


def keep_kpis(parts: KeepingParts, assessments: Sequence[Assessment], command: str) -> list[Path]:
    """Keep KPIs where no model decides yet; return what changed, seen from the root."""
    return _from_root(parts, [*_recorded(parts, assessments, command), *_feedback(parts)])


def keep_evidence(parts: KeepingParts, assessments: Sequence[Assessment], report: Report) -> list[Path]:
    """Keep KPIs, the report on what decides, and the days of suggestions; return what changed, seen from the root."""
    kept = [*_recorded(parts, assessments, report.command), *write_evaluation(parts.settings, report)]
    return _from_root(parts, [*kept, *_feedback(parts)])


def _recorded(parts: KeepingParts, assessments: Sequence[Assessment], command: str) -> list[Path]:
    with parts.tracking.run("measure", {"invocation": parts.invocation}) as run:
        return record(assessments, settings=parts.settings, command=command, run=run)


def _feedback(parts: KeepingParts) -> list[Path]:
    return write_feedback(parts.settings, Corrections(parts.database, parts.settings))


def _from_root(parts: KeepingParts, paths: Iterable[Path]) -> list[Path]:
    return [path.relative_to(parts.settings.root) for path in paths]
