"""The environments that a release goes through, in their order: `ops/environments.toml`, the team's own."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from .. import PilotError

ENVIRONMENTS: Final = "ops/environments.toml"
TARGETS: Final = ("compose", "kubernetes", "process")
_NEEDS: Final = {"compose": ("folder",), "kubernetes": ("overlay",), "process": ("folder",)}


@dataclass(frozen=True)
class Environment:
    """One place that a release goes to."""

    name: str
    target: str
    folder: str = ""
    """Of compose and process: where on this machine it is written down what runs."""
    overlay: str = ""
    """Of Kubernetes: the folder of the overlay."""
    namespace: str = "default"
    url: str = ""
    """Where the smoke test reaches it, for a pilot that answers over HTTP."""
    paths: tuple[str, ...] = ("/health/ready",)
    """What has to answer there."""
    smoke: tuple[tuple[str, ...], ...] = (("switch",),)
    """Commands of the pilot that have to end well there."""
    stage: str = ""
    """The stage that pilot.yml has to have reached."""
    verify: tuple[str, ...] = ()
    """A command that has to end well before anything is touched; {image} stands for the image."""
    variables: tuple[tuple[str, str], ...] = ()
    """Of process: what it finds in its environment besides."""
    patience: float = 120
    """Seconds until it has to be ready."""


def read_environments(root: Path) -> tuple[Environment, ...]:
    """Read all of them, in the order in which a release goes through.

    Raises:
        PilotError: The file is missing or wrong; everything that is wrong is said at once.
    """
    path = root / ENVIRONMENTS
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error
    wrong = [text for name, table in data.items() for text in _mistakes(name, table)]
    if wrong or not data:
        raise PilotError(f"{ENVIRONMENTS}: {' '.join(wrong) or 'it names no environment.'}")
    return tuple(_environment(name, table) for name, table in data.items())


def find_environment(known: tuple[Environment, ...], name: str) -> tuple[Environment, Environment | None]:
    """Find one, and the one before it.

    Raises:
        PilotError: There is none of that name.
    """
    for place, each in enumerate(known):
        if each.name == name:
            return each, known[place - 1] if place else None
    raise PilotError(f"{ENVIRONMENTS} knows no environment {name}: it names {', '.join(each.name for each in known)}.")


def _mistakes(name: str, table: object) -> list[str]:
    if not isinstance(table, dict):
        return [f"{name} is no table: write [{name}]."]
    kinds = {each.name: each.type for each in fields(Environment)}
    target = table.get("target")
    if target not in TARGETS:
        return [f"[{name}] target is one of {', '.join(TARGETS)}."]
    unknown = [f"[{name}] knows no {key}." for key in table if key not in kinds or key == "name"]
    missing = [f"[{name}] needs {key}." for key in _NEEDS[str(target)] if not table.get(key)]
    return [*unknown, *missing, *(text for key, value in table.items() for text in _wrong_kind(name, key, value))]


def _wrong_kind(name: str, key: str, value: object) -> list[str]:
    lists = {"paths", "verify", "smoke"}
    if key in lists and not isinstance(value, list):
        return [f"[{name}] {key} is a list."]
    if key == "smoke" and not all(isinstance(each, list) for each in value):  # type: ignore[attr-defined]
        return [f"[{name}] smoke is a list of commands, each a list of words."]
    if key == "variables" and not isinstance(value, dict):
        return [f"[{name}] variables is a table."]
    if key == "patience" and not isinstance(value, int | float):
        return [f"[{name}] patience is a number of seconds."]
    return []


def _environment(name: str, table: dict[str, Any]) -> Environment:
    given = dict(table)
    for key in ("paths", "verify"):
        if key in given:
            given[key] = tuple(map(str, given[key]))
    if "smoke" in given:
        given["smoke"] = tuple(tuple(map(str, words)) for words in given["smoke"])
    if "variables" in given:
        given["variables"] = tuple((str(key), str(value)) for key, value in given["variables"].items())
    return Environment(name=name, **given)
