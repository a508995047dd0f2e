"""What the command `rollout` shows and does: the same steps as the service takes by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from .._platform import PilotError
from ..adapters.rollout import SqlRollout
from ..adapters.served import SqlServed
from ..bootstrap import Parts, build
from ..domain.rollout import Mark, Stage, Standing, stand


def show() -> dict[str, Any]:
    """Say which version answers, which one is on its way, what it has done, and all steps so far."""
    with _opened() as (parts, rollout):
        marks, now = rollout.marks(), _standing(parts, rollout)
        seen = SqlServed(parts.database, parts.words).counts(str(now.challenger)) if now.challenger else (0, 0, 0)
    steps = [
        {
            "version": mark.version,
            "stage": mark.stage,
            "at": f"{mark.at:%Y-%m-%d %H:%M}",
            "who": mark.who,
            "why": mark.why,
        }
        for mark in marks
    ]
    return {
        "now": _said(now, seen),
        "champion": now.champion,
        "challenger": now.challenger,
        "stage": now.stage,
        "decisions": dict(zip(("shadow", "canary", "failed"), seen, strict=True)),
        "steps": steps,
    }


def move(word: str, who: str, why: str) -> str:
    """Take the next step, or take a version back; the service sees it within seconds."""
    with _opened() as (parts, rollout):
        now = _standing(parts, rollout)
        version = now.challenger or (now.champion if word == "back" else None)
        if version is None:
            raise PilotError("No new version is on its way: `run` makes one, and the gate has to let it through.")
        stage: Stage = "returned" if word == "back" else "full" if now.stage == "canary" else "canary"
        if word == "back" and now.challenger is None and not _before(rollout.marks(), version):
            raise PilotError("There is no version to go back to: `switch off` puts the rule in the model's place.")
        if not rollout.add(Mark(version, stage, datetime.now(UTC).replace(tzinfo=None), who, why)):
            raise PilotError(f"Version {version} has taken that step already: `rollout` shows where it stands.")
        return _said(_standing(parts, rollout), (0, 0, 0))


@contextmanager
def _opened() -> Iterator[tuple[Parts, SqlRollout]]:
    parts = build()
    try:
        yield parts, SqlRollout(parts.database)
    finally:
        parts.database.close()


def _standing(parts: Parts, rollout: SqlRollout) -> Standing:
    nominated = parts.tracking.version("champion")
    return stand(rollout.marks(), nominated.version if nominated else None)


def _before(marks: list[Mark], version: int) -> bool:
    gone = {mark.version for mark in marks if mark.stage == "returned"}
    return any(mark.stage == "full" and mark.version not in {version, *gone} for mark in marks)


def _said(now: Standing, seen: tuple[int, int, int]) -> str:
    if now.champion is None:
        return "The rule answers: no model has earned to be champion."
    text = f"Version {now.champion} answers."
    if now.challenger is None:
        return text
    shadow, canary, failed = seen
    counts = f": {shadow} decisions in the shadow, {canary} of its own, {failed} failed" if any(seen) else ""
    return f"{text} Version {now.challenger} is on its way ({now.stage}){counts}."
