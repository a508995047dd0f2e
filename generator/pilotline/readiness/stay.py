"""How long a pilot has stood in its stage, whether it stalls there, and for whose decision it waits."""

from datetime import date
from typing import NamedTuple

from pilotline.pilot.stages import STAGES, Stage, stage_after
from pilotline.readiness.eu_ai_act import stage_since
from pilotline.readiness.gates import find_gate, is_used
from pilotline.readiness.view.pilot_view import Repository


class Stay(NamedTuple):
    """A pilot's time in its stage."""

    stage: Stage
    since: date | None
    days: int | None
    ends: date | None
    """When its experiment ends."""
    stalled: bool
    """Whether it stands there although the experiment has ended."""
    waits_for: str
    """Whose step is next, in words; empty where none is to come."""

    def __str__(self) -> str:
        """Say it in one line."""
        words = f"{self.stage.label} for {self.days} days (since {self.since})" if self.since else self.stage.label
        if self.stalled:
            return f"{words}; stalled: the experiment ended on {self.ends}, and it waits for {self.waits_for}"
        return f"{words}; the experiment ends on {self.ends}" if self.ends else words


def stay_in_stage(repo: Repository) -> Stay:
    """Tell how long a pilot has stood in the stage that it claims."""
    since, ends, stage = stage_since(repo), repo.manifest.date("experiment", "ends"), repo.claimed_stage
    days = (repo.today - since).days if since else None
    retired = repo.manifest.has("retired")
    over = ends is not None and ends < repo.today
    stalled = over and not retired and stage is not Stage.PRODUCTION
    return Stay(stage, since, days, ends, stalled, "" if retired else _next_step(repo, stage))


def _next_step(repo: Repository, stage: Stage) -> str:
    """Say whose step it is that leads on."""
    decider = repo.manifest.text("decision_rights", "approves") or "its owner"
    following = stage_after(stage.label)
    if following is None:
        return f"the review by {decider}"
    gate = find_gate(repo, STAGES[following])
    if gate.is_there and not is_used(repo, gate.path):
        if gate.approved:
            return f"`pilotline promote --to {following}`: the decision of {decider} is there ({gate.path})"
        return f"the decision of {decider} on {gate.path}"
    return f"the decision of {decider}, whom nobody has asked yet (`pilotline promote --to {following} --request`)"
