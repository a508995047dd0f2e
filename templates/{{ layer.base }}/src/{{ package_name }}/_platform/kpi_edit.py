"""Writes a measured baseline into kpis.yml: that one block, every comment kept, all or nothing.

The file is the team's; so what is put there is put where the old value stands, and nothing else moves.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import yaml

from . import PilotError
from .yaml_text import load_yaml

Scalar = str | int | float | None
OF_THE_PLATFORM: Final = ("corrections",)  # functions that every pilot has


def write_baseline(path: Path, kpi: str, baseline: Mapping[str, Scalar], measured: Mapping[str, Scalar]) -> None:
    """Replace a KPI's baseline by a measured one; PilotError where something else would change, too."""
    with path.open(encoding="utf-8", newline="") as file:
        before = file.read()
    after = edited(before, kpi, baseline, measured)
    if after is None:
        raise PilotError(
            f"{path} is written in a way that is left to you: write into the baseline of {kpi} "
            f"{_flow({**baseline})}, and measured: {_flow(measured)}."
        )
    _replace(path, after)


def edited(text: str, kpi: str, baseline: Mapping[str, Scalar], measured: Mapping[str, Scalar]) -> str | None:
    """Return the text with the baseline replaced; None where another thing would change, too."""
    found = _baseline_node(text, kpi)
    if found is None:
        return None
    made = _with_values(text, found, {**baseline, "measured": measured})
    wanted = load_yaml(text)
    entry = next(each for each in wanted["kpis"] if each["id"] == kpi)
    entry["baseline"] = {**baseline, "measured": dict(measured)}
    try:
        same = load_yaml(made) == wanted
    except yaml.YAMLError:
        return None
    return made if same else None


def leave_open(text: str, why: str, wrong: Callable[[Mapping[str, object]], object] = lambda _: True) -> str:
    """Say of each KPI that a function of the pilot's code measures that it is not measured yet, nor its baseline.

    With `wrong` only of those for which it holds.
    """
    root = load_yaml(text)
    for entry in root["kpis"]:
        function = (entry.get("measure") or {}).get("function")
        node = _entry_node(text, entry["id"])
        measure = _value(node, "measure")
        if not function or function in OF_THE_PLATFORM or measure is None or not wrong(entry):
            continue
        start, end, put = _change(text, measure, _flow({"pending": why}))
        flow = isinstance(measure, yaml.MappingNode) and measure.flow_style
        text = text[:start] + (put if flow else put.lstrip()) + text[end:]
        text = leave_baseline_open(text, entry["id"])
    return text


def leave_baseline_open(text: str, kpi: str) -> str:
    """Say of a KPI's baseline that it is not measured yet."""
    baseline = _baseline_node(text, kpi)
    if baseline is None:
        return text
    return _with_values(text, baseline, {"value": None, "period": None, "source": "not measured yet"})


def _entry_node(text: str, kpi: str) -> yaml.Node | None:
    kpis = _value(yaml.compose(text, Loader=yaml.SafeLoader), "kpis")
    entries = kpis.value if isinstance(kpis, yaml.SequenceNode) else []
    return next((entry for entry in entries if getattr(_value(entry, "id"), "value", None) == kpi), None)


def _baseline_node(text: str, kpi: str) -> yaml.MappingNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    kpis = _value(root, "kpis")
    for entry in kpis.value if isinstance(kpis, yaml.SequenceNode) else []:
        named = _value(entry, "id")
        if isinstance(named, yaml.ScalarNode) and named.value == kpi:
            found = _value(entry, "baseline")
            return found if isinstance(found, yaml.MappingNode) and found.value else None
    return None


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _with_values(text: str, node: yaml.MappingNode, wanted: Mapping[str, Scalar | Mapping[str, Scalar]]) -> str:
    """Put values where the old ones stand; what is new comes behind them. `data` gives way to `value`."""
    renamed = {"data": "value"} if "value" not in {key.value for key, _ in node.value} else {}
    changes: list[tuple[int, int, str]] = []
    there = set()
    for key, value in node.value:
        name = renamed.get(key.value, key.value)
        there.add(name)
        if name != key.value:
            changes.append((key.start_mark.index, key.end_mark.index, name))
        changes.append(_change(text, value, _flow(wanted.get(name))))
    new = [f"{name}: {_flow(value)}" for name, value in wanted.items() if name not in there]
    if new:
        changes.append(_addition(text, node, new))
    for start, end, put in sorted(changes, reverse=True):
        text = text[:start] + put + text[end:]
    return text


def _change(text: str, value: yaml.Node, put: str) -> tuple[int, int, str]:
    start, end = value.start_mark.index, value.end_mark.index
    end = start + len(text[start:end].rstrip())  # a block's end is where the next thing begins
    return start, end, put if start != end else f" {put}"


def _addition(text: str, node: yaml.MappingNode, new: list[str]) -> tuple[int, int, str]:
    if node.flow_style:
        end = node.end_mark.index - 1
        return end, end, "".join(f", {each}" for each in new)
    last = node.value[-1][1]
    end = last.start_mark.index + len(text[last.start_mark.index : last.end_mark.index].rstrip())
    line = text.find("\n", end)
    end = len(text) if line < 0 else line - (text[line - 1] == "\r")
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * node.value[0][0].start_mark.column
    return end, end, "".join(f"{newline}{indent}{each}" for each in new)


def _flow(value: Scalar | Mapping[str, Scalar]) -> str:
    """Write a value in one line, as YAML does; a text always in quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    style = '"' if isinstance(value, str) else None
    written = yaml.safe_dump(value, default_style=style, width=10**6, allow_unicode=True)
    return written.removesuffix("\n").removesuffix("\n...")


def _replace(path: Path, text: str) -> None:
    """Write beside the file and put it in its place: it is old or new, whenever this is interrupted."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.chmod(path.stat().st_mode & 0o7777)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
