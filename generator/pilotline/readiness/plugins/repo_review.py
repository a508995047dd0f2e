"""Plug-ins of repo-review as checks: run when asked for, in a process of their own, without depending on it.

They are advice of others, so they warn and never block; their ids are their own.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pilotline.errors import PilotlineError
from pilotline.files.scratch import scratch_folder
from pilotline.files.worker import Worker, WorkerTimeoutError
from pilotline.pilot.stages import Stage
from pilotline.readiness.plugins.repo_review_worker import review
from pilotline.readiness.results import Card, Effort, Grade, Problem, Reason, Result, Severity, Status

_SECONDS: Final = 60.0


class RepoReviewError(PilotlineError):
    """repo-review was asked for and is not installed."""


def run_repo_review(folder: Path) -> tuple[Result, ...]:
    """Run every installed plug-in of repo-review.

    Raises:
        RepoReviewError: It is not installed.
    """
    if importlib.util.find_spec("repo_review") is None:
        raise RepoReviewError("repo-review is not installed.", "Run: pip install repo-review sp-repo-review")
    with scratch_folder("pilotline-review-") as scratch, Worker(scratch) as worker:
        try:
            rows = worker.work(review, str(folder.resolve()), seconds=_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a plug-in breaks is its own result
            late = isinstance(error, WorkerTimeoutError)
            failure = f"it did not end within {_SECONDS:g} seconds" if late else f"{type(error).__name__}: {error}"
            card = _card({"name": "REPO-REVIEW", "description": "The plug-ins of repo-review run"})
            message = f"repo-review itself failed: {failure[:300]}"
            return (Result(card, Status.ERROR, Stage.PRODUCTION, Grade.STATIC, message),)
    return tuple(_result(row) for row in rows)


def _result(row: Mapping[str, object]) -> Result:
    card = _card(row)
    if row["result"] is None:
        reason = str(row["skip_reason"] or "repo-review skipped it")
        return Result(card, Status.SKIP, card.stage, card.grade, reason, Reason.NOT_APPLICABLE)
    if row["result"] is True:
        return Result(card, Status.PASS, card.stage, card.grade, card.title)
    message = " ".join(str(row["err_msg"]).split()) or card.title
    return Result(card, Status.WARN, card.stage, card.grade, message, problems=(Problem(message),))


def _card(row: Mapping[str, object]) -> Card:
    return Card(
        id=str(row["name"]),
        title=str(row["description"]),
        why="Advice of a plug-in of repo-review.",
        stage=Stage.PRODUCTION,
        severity=Severity.WARNING,
        grade=Grade.STATIC,
        source=str(row.get("url") or "a plug-in of repo-review"),
        effort=Effort.HOURS,
        advice="Follow the message, or leave out --repo-review.",
    )
