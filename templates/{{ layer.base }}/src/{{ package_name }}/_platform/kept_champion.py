"""Keeps MLflow's alias champion true: it is on a model of the present data contract and KPI definition, or on none.

What was champion under another beginning keeps the alias `champion-of-<contract>-<definition>` and a tag that says why;
it is champion again when that beginning is in force again.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from .beginning import Beginning, is_of
from .open_run import BEGINNING

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION: Final = "champion"
CHAMPION_OF: Final = "champion-of-"  # begins the alias that the champion of another beginning keeps
SET_ASIDE: Final = "set_aside"
WHY: Final = "another data contract or KPI definition is in force: {now}"


def part_champion(client: "MlflowClient", name: str, now: Beginning) -> None:
    """Take the alias off a model of another beginning, and give it back to that of this one; can be repeated."""
    aliases = read_aliases(client, name)
    held = aliases.get(CHAMPION)
    if held is not None:
        key = _key(client, name, held)
        if is_of(key, now):
            return
        _set_aside(client, name, held, key, now)
    for alias, number in sorted(aliases.items(), reverse=True):  # one that names a definition first
        if alias.startswith(CHAMPION_OF) and number != held and is_of(_key(client, name, number), now):
            _put_back(client, name, number, alias)
            return


def _set_aside(client: "MlflowClient", name: str, number: str, key: str, now: Beginning) -> None:
    kept = f"{CHAMPION_OF}{key.replace('/', '-')}"
    client.set_model_version_tag(name, number, SET_ASIDE, WHY.format(now=f"{now.named} ({now.key})"))
    client.set_registered_model_alias(name, kept, number)
    client.delete_registered_model_alias(name, CHAMPION)
    sys.stderr.write(f"note: version {number} of {name} is the champion of another beginning; kept as {kept}.\n")


def _put_back(client: "MlflowClient", name: str, number: str, alias: str) -> None:
    client.set_registered_model_alias(name, CHAMPION, number)
    client.delete_model_version_tag(name, number, SET_ASIDE)
    client.delete_registered_model_alias(name, alias)
    sys.stderr.write(f"note: version {number} of {name} is champion again: its data contract and KPIs are in force.\n")


def read_aliases(client: "MlflowClient", name: str) -> Mapping[str, str]:
    """Read which alias stands on which version; no model has none."""
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_registered_model(name).aliases
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise
    return {str(alias): str(number) for alias, number in dict(found).items()}


def _key(client: "MlflowClient", name: str, number: str) -> str:
    """Say which beginning a version belongs to; empty where it does not say so."""
    return str(client.get_model_version(name, number).tags.get(BEGINNING, ""))
