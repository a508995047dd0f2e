"""The way back to an earlier model: the newest version before the champion that passed the gate, or the rule."""

from dataclasses import dataclass

from .. import PilotError
from ..beginning import find_beginning, is_of
from ..kept_champion import CHAMPION
from ..mlflow_manners import clear_errors
from ..mlflow_runs import Runs
from ..model_version import ModelVersion, as_version
from ..open_run import BEGINNING
from ..settings import PlatformSettings
from ..stage_alias import open_runs


@dataclass(frozen=True)
class Passed:
    """The champion, and the versions before it that passed the gate under what is in force, the newest first."""

    champion: ModelVersion | None
    earlier: tuple[ModelVersion, ...]


def read_passed(settings: PlatformSettings) -> Passed:
    """Read which versions may decide."""
    runs = open_runs(settings)
    champion = runs.version("champion") if runs else None
    if runs is None or champion is None:
        return Passed(None, ())
    now = find_beginning(settings.root)
    with clear_errors(runs.uri):
        found = runs.client().search_model_versions(f"name='{champion.name}'", 1000, ["version_number DESC"])
    before = (version for version in map(as_version, found) if version.version < champion.version)
    good = (each for each in before if each.tags.get("gate") == "passed" and is_of(each.tags.get(BEGINNING), now))
    return Passed(champion, tuple(good))


def go_back(settings: PlatformSettings, *, who: str, why: str, to_rule: bool = False) -> Passed:
    """Let the version before decide from the next run on; who and why stay with the version that was left.

    Raises:
        PilotError: There is none, and nobody said that the rule may decide.
    """
    known = read_passed(settings)
    runs = open_runs(settings)
    if runs is None or known.champion is None:
        raise PilotError("No model decides here, so there is none to go back from.")
    if not known.earlier and not to_rule:
        raise PilotError(
            f"Version {known.champion.version} is the first that passed: "
            f"`{settings.distribution} champion back --to-rule` lets the rule decide until a model passes the gate."
        )
    _turn(runs, known.champion, known.earlier[0] if known.earlier and not to_rule else None)
    runs.tag(known.champion, {"left_by": who, "left_because": why})
    return read_passed(settings)


def _turn(runs: Runs, champion: ModelVersion, to: ModelVersion | None) -> None:
    client = runs.client()
    with clear_errors(runs.uri):
        if to is None:
            client.delete_registered_model_alias(champion.name, CHAMPION)
        else:
            client.set_registered_model_alias(champion.name, CHAMPION, str(to.version))
