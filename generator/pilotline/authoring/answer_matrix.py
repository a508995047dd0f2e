"""The largest pilot of an architecture, and what pilots need to run and to be checked."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence

from pilotline.files.tree import Tree
from pilotline.pilot.paths import PROJECT
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.question_roles import read_roles
from pilotline.template.snapshot import Snapshot


def largest_answers(snapshot: Snapshot, architecture: str | None = None) -> dict[str, object]:
    """Answer for one architecture with every integration that it may have, at the last stage."""
    roles = read_roles(snapshot)
    stage, integrations = roles.call("stage"), roles.call("integrations")
    given: dict[str, object] = {} if architecture is None else {roles.call("architecture"): architecture}
    answers = accept_answers(snapshot, given)
    if stages := answers.choices(stage):
        given[stage] = stages[-1]
    if offered := answers.choices(integrations):
        given[integrations] = _accepted_together(snapshot, given, integrations, offered)
    return given


def _accepted_together(
    snapshot: Snapshot, given: Mapping[str, object], question: str, offered: Sequence[str]
) -> list[str]:
    """Choose all that is offered; where that is refused, what is accepted beside the ones before it."""
    if not resolve_answers(snapshot, {**given, question: list(offered)})[1]:
        return list(offered)
    chosen: list[str] = []
    for one in offered:
        if not resolve_answers(snapshot, {**given, question: [*chosen, one]})[1]:
            chosen.append(one)
    return chosen


def requirements_of(pilots: Iterator[Tree]) -> tuple[str, ...]:
    """Collect what pilots need to run and to be checked, from each pyproject.toml."""
    wanted: set[str] = set()
    for tree in pilots:
        if PROJECT in tree:
            data = tomllib.loads(tree[PROJECT].content.decode())
            wanted.update(data.get("project", {}).get("dependencies", ()))
            wanted.update(_group(data.get("dependency-groups", {}), "dev"))
    return tuple(sorted(wanted))


def _group(groups: Mapping[str, Sequence[object]], name: str) -> Iterator[str]:
    """List a dependency group, with the groups that it includes (PEP 735)."""
    for item in groups.get(name, ()):
        if isinstance(item, dict):
            yield from _group(groups, str(item.get("include-group")))
        else:
            yield str(item)
