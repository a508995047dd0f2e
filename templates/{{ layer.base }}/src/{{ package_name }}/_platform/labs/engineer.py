"""The lab of those who run it: add an integration, release, roll back."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from .. import PilotError
from ..revision import commit_of
from ..settings import PlatformSettings
from ..yaml_text import load_yaml
from .sheet import Answers, Questions, find_short

TITLE: Final = "Add an integration, release, roll back"
RECEIPTS: Final = Path("var", "releases")
QUESTIONS: Final[Questions] = {
    "integration": "The integration that you added in the clone",
    "environment": "The environment to which you released, and from which you went back",
    "first": "The first letters of the digest that ran first, twelve at least, after sha256:, in quotes",
    "second": "Those of the digest that you took back, in quotes",
    "failure": "What people would have noticed of the second release, had you not gone back",
    "night": "Who does this at night in production, and how they learn that it is needed",
}
_LETTERS: Final = 12


def find_wrong(settings: PlatformSettings, answers: Answers, clone: Path) -> Iterator[str]:
    """Look at what was done in the clone."""
    added = _integrations(clone) - _integrations(settings.root)
    if not added:
        yield f"integration: none was added in {clone}: `pilotline add NAME --commit` there."
    elif answers.get("integration") not in added:
        yield f"integration: the clone got {', '.join(sorted(added))}."
    if (commit_of(clone) or "+").endswith("+"):
        yield "integration: the clone has changes that are not committed, so no release holds them."
    yield from _find_in_release(answers, clone)
    yield from find_short(answers, ("failure", "night"))


def _find_in_release(answers: Answers, clone: Path) -> Iterator[str]:
    name = str(answers.get("environment") or "")
    path = clone / RECEIPTS / f"{name}.json"
    if not name or not path.is_file():
        there = sorted(each.stem for each in (clone / RECEIPTS).glob("*.json"))
        known = f"it is one of {', '.join(there)}" if there else f"nothing was released in {clone} yet"
        yield f"environment: {known}."
        return
    listed = _read(path).get("events")
    events = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    back = next((each for each in events if each.get("what") == "returned"), None)
    if back is None:
        yield f"second: nothing was taken back in {name}: `release back --to {name} --why REASON` in the clone."
        return
    deployed = [_digest(each.get("image")) for each in events if each.get("what") == "deployed"]
    gone = _digest(back.get("image"))
    for place, wanted in (("second", [gone]), ("first", [each for each in deployed if each != gone])):
        said = _digest(answers.get(place))
        if len(said) < _LETTERS or not any(each.startswith(said) for each in wanted):
            yield f"{place}: no release that {'was taken back' if place == 'second' else 'ran before'} begins so."


def _digest(image: object) -> str:
    return str(image or "").rpartition("sha256:")[2]


def _integrations(root: Path) -> set[str]:
    path = root / ".copier-answers.yml"
    found = load_yaml(path.read_bytes()) if path.is_file() else {}
    listed = found.get("integrations") if isinstance(found, dict) else None
    return {str(each) for each in listed} if isinstance(listed, list) else set()


def _read(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PilotError(f"{path} is no JSON: {error}.") from error
    return found if isinstance(found, dict) else {}
