"""The pilot's own command that puts a stage's name, as MLflow's alias, on the model that decides."""

from typing import NamedTuple

from pilotline.lifecycle.stand import Stand
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import NotProvenError, Tools

_MODULE = "_platform/commands/alias.py"


class AliasOutcome(NamedTuple):
    """What the pilot's command said, or why it could not be asked."""

    said: str = ""
    problem: str = ""


def alias_command(stand: Stand, stage: Stage, *, take_away: bool = False) -> tuple[str, ...]:
    """Name the command; nothing where the pilot has none, as one of an earlier version."""
    if f"{stand.repo.package_folder}{_MODULE}" not in stand.repo.files or not stand.command:
        return ()
    return (stand.command, "alias", stage.label, *(["--take-away"] if take_away else []))


def run_alias(stand: Stand, tools: Tools, stage: Stage, *, take_away: bool = False) -> AliasOutcome:
    """Call the command in the pilot's own environment; it can be repeated."""
    command = alias_command(stand, stage, take_away=take_away)
    if not command:
        return AliasOutcome("No MLflow alias was set: this pilot has no command for it; an upgrade brings one.")
    try:
        done = tools.run(command)
    except NotProvenError as error:
        return AliasOutcome(problem=f"`{' '.join(command)}` could not be run: {error}")
    if done.code:
        reason = (done.err.strip().splitlines() or done.out.strip().splitlines() or ["it gave no reason"])[-1]
        return AliasOutcome(problem=f"`{' '.join(command)}` ended with {done.code}: {reason.removeprefix('error: ')}")
    return AliasOutcome(" ".join(done.out.split()))
