"""Which seeds an upgrade brings: those of something new in the pilot, and not the pieces of a seed that was split.

A catalog says so itself, in its computed answer `arriving_later`: the rule that plain Copier and Renovate go by.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.template.answers import Answers
from pilotline.template.render import find_matching
from pilotline.template.snapshot import Snapshot

_LIST: Final = "arriving_later"
_NUMBERS: Final = re.compile(r"[0-9]+(?:[.][0-9]+)*")


def has_list(answers: Answers) -> bool:
    """Tell whether a catalog says itself which seeds arrive later."""
    return isinstance(answers.values.get(_LIST), list)


def withheld_seeds(
    arriving: frozenset[str], target: Snapshot, old: Answers, new: Answers, version: str | None
) -> frozenset[str]:
    """Name the seeds that only the new render has and that a pilot of that version is not given.

    A catalog without such a list delivers every seed that its old render had not, and so does a move between catalogs
    of which only one keeps the list.
    """
    rules = new.values.get(_LIST)
    if not isinstance(rules, list) or _LIST not in old.values:
        return frozenset()
    return arriving - find_matching(target, _patterns(rules, old.recorded, version), arriving)


def _patterns(rules: list[object], recorded: Mapping[str, object], version: str | None) -> Iterator[str]:
    """Give the patterns of the rules that now hold for the first time."""
    for rule in (rule for rule in rules if isinstance(rule, dict)):
        paths = rule.get("paths")
        if isinstance(paths, list) and not _was_there(rule, recorded, version):
            yield from map(str, paths)


def _was_there(rule: Mapping[object, object], recorded: Mapping[str, object], version: str | None) -> bool:
    since, answers = rule.get("since"), rule.get("is")
    if isinstance(since, list):
        found = _NUMBERS.search(version or "")
        return found is not None and [int(part) for part in found.group().split(".")] >= since
    given = recorded.get(str(rule.get("answer")), rule.get("before"))
    chosen = given if isinstance(given, list) else [given]
    return isinstance(answers, list) and any(each in answers for each in chosen)
