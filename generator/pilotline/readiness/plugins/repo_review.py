"""Plug-ins of repo-review as checks: run when asked for, in a process of their own, without depending on it.

They are advice of others, so they warn and never block; their ids are their own.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pilotline.errors import PilotlineError
from pilotline.files.children import run_child
from pilotline.pilot.stages import Stage
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
    with tempfile.TemporaryDirectory(prefix="pilotline-review-") as scratch:
        results = Path(scratch) / "results.json"
        failure = _run(folder, results)
        try:
            rows = json.loads(results.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            card = _card({"name": "REPO-REVIEW", "description": "The plug-ins of repo-review run"})
            message = f"repo-review itself failed: {failure or 'it wrote nothing'}"
            return (Result(card, Status.ERROR, Stage.PRODUCTION, Grade.STATIC, message),)
    return tuple(_result(row) for row in rows)


def _run(folder: Path, results: Path) -> str:
    worker = "pilotline.readiness.plugins.repo_review_worker"
    command = [sys.executable, "-P", "-m", worker, str(folder.resolve()), str(results)]
    try:
        done = run_child(command, results.parent, seconds=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"it did not end within {_SECONDS:g} seconds"
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if done.returncode and lines else ""


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
