"""A rendered pilot as a dict of files, to edit and to check without a disk."""

import functools
import json
from collections.abc import Callable, Mapping
from datetime import date

import yaml

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.readiness.base import Check, ExecutedCheck
from pilotline.readiness.engine import Proofs
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from pilotline.template.answers import accept_answers
from pilotline.template.render import render

TODAY = date(2026, 11, 25)
REAL: dict[str, object] = {
    "start": "earlier",  # all of the code under a KPI of its own, as every check needs something to look at
    "objective": "lower-cost-to-serve",
    "kpi": "Minutes per request",
    "kpi_baseline": 12.5,
    "kpi_target": 8,
    "kpi_unit_value": 0.8,
    "currency": "GBP",
    "screened_by": "ada@example.org",
    "kpi_unit": "minutes",
    "owner": "ada@example.org",
    "created_on": "2026-11-25",
}
Files = dict[str, str | bytes]
Edit = Callable[[Files], object]


@functools.lru_cache(maxsize=32)
def _rendered(answers: str) -> Mapping[str, bytes]:
    snapshot = _builtin()
    tree = render(snapshot, accept_answers(snapshot, json.loads(answers)))
    return {path: file.content for path, file in tree.items()}


@functools.lru_cache(maxsize=1)
def _builtin():
    return load_builtin(CATALOG_SOURCE)


def pilot(stage: str = "production", **answers: object) -> Files:
    """Render a pilot with real answers, prepared for a stage."""
    chosen = {**REAL, "prepared_for": stage, **answers}
    return dict(_rendered(json.dumps(chosen)))


def example(**answers: object) -> Files:
    """Render the example, as `new --defaults` makes it."""
    return dict(_rendered(json.dumps({"created_on": "2026-11-25", **answers})))


def find_check(name: str) -> Check:
    """Find a built-in check by its id."""
    return next(check for check in builtin_checks() if check.card.id == name)


def find_executed(name: str) -> ExecutedCheck:
    """Find a built-in check that only a command can prove."""
    check = find_check(name)
    assert isinstance(check, ExecutedCheck)
    return check


def run_one(name: str, files: Mapping[str, str | bytes], today: date = TODAY) -> Result:
    """Evaluate one check on a dict of files."""
    repo = Repository.of(files, today, CatalogOrigin())
    return run_checks(repo, [find_check(name)], proofs=Proofs())[0]


def set_value(path: str, *keys_and_value: object) -> Edit:
    """Make an edit that sets one value of a YAML file; None takes the key away."""
    *keys, value = keys_and_value

    def edit(files: Files) -> None:
        data = yaml.load(files.get(path, b"{}"), Loader=yaml.CSafeLoader) or {}
        part = data
        for key in keys[:-1]:
            part = part.setdefault(key, {}) if isinstance(part, dict) else part[key]
        if value is None:
            part.pop(keys[-1], None)
        else:
            part[keys[-1]] = value
        files[path] = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)

    return edit


def remove(path: str) -> Edit:
    """Make an edit that deletes a file."""
    return lambda files: files.pop(path)


def write(path: str, content: str | bytes) -> Edit:
    """Make an edit that writes a file."""
    return lambda files: files.__setitem__(path, content)


def replace(path: str, old: str, new: str) -> Edit:
    """Make an edit that replaces a text that is there."""

    def edit(files: Files) -> None:
        content = files[path]
        text = content if isinstance(content, str) else content.decode()
        assert old in text, f"{old!r} is not in {path}"
        files[path] = text.replace(old, new)

    return edit


def edited(files: Files, *edits: Edit) -> Files:
    """Apply edits to a copy of some files."""
    copy = dict(files)
    for edit in edits:
        edit(copy)
    return copy
