"""The lab of those who work with it: move a threshold, see what it costs and what it changes for people."""

import json
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from .. import PilotError
from ..evidence import newest_of, read_lines
from ..kpi import ABSENT, read_kpis
from ..settings import PlatformSettings
from .sheet import Answers, Questions, find_other, find_short

TITLE: Final = "Move a threshold, see what it costs and what it changes for people"
LEVERS: Final = f"{__package__}.levers"
"""The module of a layer that has a threshold: it names the settings that may move it."""
PAGE: Final = Path("docs", "labs", "practitioner.md")
QUESTIONS: Final[Questions] = {
    "setting": "The setting that you moved, as the page names it",
    "moved_to": "Its value in the clone's config/default.toml",
    "measure": "What moved: the id of a KPI (`kpis`), or the name of a metric in governance/evidence/evaluation.json",
    "before": "Its value in the pilot",
    "after": "Its value in the clone",
    "costs": "What the move costs, and who bears it: cases, hours or money, with a number",
    "people": "What it changes for people: who gets something else than before, and who decides it",
    "keep": "Would you keep it, and whom would you have to ask first?",
}


def levers(root: Path) -> tuple[str, ...]:
    """Name the settings that may move the threshold.

    Raises:
        PilotError: There is none before the data has a shape.
    """
    if find_spec(LEVERS) is None or not (root / PAGE).is_file():
        raise PilotError("There is no threshold to move yet: `own-data` and the shape that it names bring one.")
    return tuple(import_module(LEVERS).LEVERS)


def find_wrong(settings: PlatformSettings, answers: Answers, clone: Path) -> Iterator[str]:
    """Hold the answers against the settings and the evidence, here and in the clone."""
    known = levers(settings.root)
    setting = str(answers.get("setting") or "")
    if setting not in known:
        yield f"setting: it is one of {', '.join(known)}."
        return
    here, there = _value_of(settings.root, setting), _value_of(clone, setting)
    if here == there:
        yield f"setting: {setting} is in the clone as it is here: move it in its config/default.toml."
    elif str(answers.get("moved_to")) != str(there):
        yield f"moved_to: the clone's config/default.toml says {there}."
    yield from _find_in_evidence(settings, answers, clone)
    yield from find_short(answers, ("costs", "people", "keep"))
    if not any(letter.isdigit() for letter in str(answers.get("costs") or "")):
        yield "costs: it takes a number."


def _find_in_evidence(settings: PlatformSettings, answers: Answers, clone: Path) -> Iterator[str]:
    if not (clone / "var" / "metrics").is_dir():
        yield f"after: nothing was run in {clone}: `{settings.distribution} run` there."
        return
    before, after = _measured(settings, settings.root), _measured(settings, clone)
    moved = [name for name in before if name in after and before[name] != after[name]]
    name = str(answers.get("measure") or "")
    if not moved:
        yield "measure: nothing that is measured here and there has moved; move the setting further, and run it there."
    elif name not in moved:
        yield f"measure: what moved is {', '.join(moved)}."
    else:
        yield from find_other(answers, "before", before[name], "the evidence of the pilot")
        yield from find_other(answers, "after", after[name], "the evidence of the clone")


def _measured(settings: PlatformSettings, root: Path) -> dict[str, float]:
    """Read what is measured of the KPIs and of what decides, by name."""
    kpis, folder = read_kpis(settings.root / "kpis.yml"), root / "governance" / "evidence"
    lines = [line for line in newest_of(kpis, read_lines(folder / "kpi.jsonl")) if line["verdict"] not in ABSENT]
    found = [(str(line["kpi"]), line["value"]) for line in lines]
    path = folder / "evaluation.json"
    report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found += [(f"{each['name']}", each["value"]) for each in report.get("metrics", ())]
    return {name: float(value) for name, value in found if isinstance(value, int | float)}


def _value_of(root: Path, setting: str) -> object:
    """Read a setting from the file of settings; None where it is not set there."""
    path = root / "config" / "default.toml"
    try:
        found: object = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise PilotError(f"{path} is no TOML: {error}. Put it right.") from error
    for key in setting.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found
