"""What a catalog's next version means for the pilots of one version and one set of answers, told from renders alone.

Nothing here merges: lines are compared with `difflib`, so that what is foreseen is not git's own answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.files.tree import File, Tree
from pilotline.pilot.paths import ANSWERS
from pilotline.pilot.pristine import recall_pristine
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.ownership import Owner, render_with_owners
from pilotline.template.questions import open_names
from pilotline.template.render import render
from tests.simulated.catalogs import SOURCE, SimulatedCatalog
from tests.simulated.repositories import Origin

_APART: Final = 4
"""How many lines lie between what the catalog changes and an edit that is to be merged with it."""
_ENOUGH: Final = 12
"""How many lines a file has in which a line is edited."""
_DECIDED_ELSEWHERE: Final = ("config/",)
"""What policies look into, too: no team of ours edits there."""


class Place(NamedTuple):
    """Where an owned file may be edited."""

    path: str
    near: tuple[int, ...]
    """Lines that the catalog replaces."""
    far: tuple[int, ...]
    """Lines that lie well apart from all that the catalog changes."""


@dataclass(frozen=True)
class Prospect:
    """Pilots of one version with one set of answers: how they begin, and what the next version brings them."""

    version: str
    answers: Mapping[str, object]
    origin: Origin
    recorded: Mapping[str, object]
    refused: bool
    """Whether the next version no longer accepts the answers."""
    changing: frozenset[str]
    """Owned files that the next version changes, adds or takes away, and seeds that it brings."""
    changed: tuple[Place, ...]
    """Owned files that are there before and after, with other lines."""
    steady: tuple[Place, ...]
    """Owned files that stay as they are."""
    package: str | None
    _renamed: dict[str, Tree] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Give a file as it was generated."""
        return self.origin.files[path].content.decode()

    def renamed(self, catalog: SimulatedCatalog, package: str) -> Tree:
        """Render what it was generated from under another name of its package."""
        if package not in self._renamed:
            names = {"package_name": package}
            self._renamed[package] = recall_pristine(catalog.released(self.version), self.recorded, names).render()
        return self._renamed[package]


def foresee(catalog: SimulatedCatalog, version: str, answers: Mapping[str, object], folder: Path) -> Prospect:
    """Render a version and what comes next with one set of answers, and compare them.

    Args:
        catalog: The catalog.
        version: The version that the pilots record.
        answers: What they are made with.
        folder: Where the repository is made that they are copies of.
    """
    released, following = catalog.released(version), catalog.unreleased().snapshot.known_as(SOURCE)
    accepted = accept_answers(released, answers)
    before, owners = render_with_owners(released, accepted)
    kept = {name: value for name, value in accepted.recorded.items() if name in open_names(following)}
    resolved, problems = resolve_answers(following, kept, recorded=accepted.recorded)
    after, later = ({}, owners) if problems else render_with_owners(following, resolved)
    return Prospect(
        version=version,
        answers=answers,
        origin=Origin(folder, render(released, accepted)),
        recorded=accepted.recorded,
        refused=bool(problems),
        changing=frozenset(_changing(before, after, {**owners, **later})),
        changed=tuple(_places(before, after, owners)),
        steady=tuple(_places(before, before, {**owners, **_without_changing(before, after)})),
        package=str(accepted.recorded["package_name"]) if "package_name" in accepted.recorded else None,
    )


def _changing(before: Mapping[str, File], after: Mapping[str, File], owners: Mapping[str, Owner]) -> Iterator[str]:
    for path in {**before, **after}:
        arrives = path not in before
        if path != ANSWERS and before.get(path) != after.get(path) and (owners[path] == "owned" or arrives):
            yield path


def _without_changing(before: Mapping[str, File], after: Mapping[str, File]) -> dict[str, Owner]:
    """Let what changes count as somebody else's."""
    return {path: "seed" for path, file in before.items() if after.get(path) != file}


def _places(before: Mapping[str, File], after: Mapping[str, File], owners: Mapping[str, Owner]) -> Iterator[Place]:
    for path, file in before.items():
        is_ours = owners[path] == "owned" and path != ANSWERS and not path.startswith(_DECIDED_ELSEWHERE)
        if not is_ours or path not in after or file.link or b"\0" in file.content:
            continue
        old, new = (each.content.decode().split("\n") for each in (file, after[path]))
        steps = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
        touched = {line for _, start, end, _, _ in steps for line in range(start - _APART, end + _APART + 1)}
        near = tuple(start for kind, start, end, low, high in steps if kind == "replace" and end - start == high - low)
        far = tuple(line for line in range(len(old) - 1) if line not in touched)
        if len(old) >= _ENOUGH and (steps or before is after) and far:
            yield Place(path, near, far)
