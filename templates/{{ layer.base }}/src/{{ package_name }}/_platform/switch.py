"""The kill switch: whether the model decides or the rule does in its place, who said so, and why."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import yaml
from openfeature import api
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

from . import PilotError
from .settings import PlatformSettings
from .yaml_text import load_yaml

FLAG: Final = "model"
SWITCH: Final = "switch.json"
SWITCH_HISTORY: Final = "switch_history.jsonl"


@dataclass(frozen=True)
class Switch:
    """Whether the model decides, who said so, when, and why."""

    on: bool
    why: str
    who: str
    at: str


def model_switch(settings: PlatformSettings) -> Switch:
    """Evaluate the flag; the default in code is the rule."""
    wanted = _configured(settings)
    variants = {"on": True, "off": False}
    flag = InMemoryFlag("on" if wanted.on else "off", variants)
    api.set_provider(InMemoryProvider({FLAG: flag}), domain=settings.distribution)
    on = api.get_client(settings.distribution).get_boolean_value(FLAG, default_value=False)
    return Switch(on, wanted.why, wanted.who, wanted.at)


def turn(settings: PlatformSettings, *, on: bool, who: str, why: str) -> Switch:
    """Turn the model on or off for all that runs in this repository; who, when and why stay in a history."""
    if on and _retired(settings) is not None:
        raise PilotError("The model stays off, because this pilot is retired: take `retired` out of pilot.yml first.")
    if on and not settings.switch.model:
        raise PilotError(
            "The model stays off, because the settings say switch.model = false: change it there (config/ or PILOT_…)."
        )
    line = (
        json.dumps(asdict(Switch(on, why, who, datetime.now(UTC).isoformat(timespec="seconds"))), ensure_ascii=False)
        + "\n"
    )
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / SWITCH_HISTORY).open("a", encoding="utf-8") as history:
        history.write(line)
    draft = settings.var / f"{SWITCH}.{os.getpid()}"
    draft.write_text(line, encoding="utf-8")
    draft.replace(settings.var / SWITCH)
    return model_switch(settings)


def _configured(settings: PlatformSettings) -> Switch:
    retired = _retired(settings)
    if retired is not None:
        return retired
    if not settings.switch.model:
        return Switch(on=False, why="switch.model = false", who="configuration", at="")
    path = settings.var / SWITCH
    return _read_switch(path) if path.exists() else Switch(on=True, why="nobody switched it off", who="default", at="")


def _retired(settings: PlatformSettings) -> Switch | None:
    """Read from the manifest that the pilot has ended; whatever else is wrong in it, the switch still answers."""
    try:
        data = load_yaml((settings.root / "pilot.yml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    found = data.get("retired") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        return None
    why, who, at = (str(found.get(name, "")) for name in ("because", "by", "since"))
    return Switch(on=False, why=f"retired: {why}", who=who or "pilot.yml", at=at)


def _read_switch(path: Path) -> Switch:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Switch(on=found["on"] is True, why=str(found["why"]), who=str(found["who"]), at=str(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Switch(on=False, why=f"{path} cannot be read, so the safe path is taken", who="default", at="")
