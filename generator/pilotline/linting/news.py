"""Rules about what a catalog has to tell the teams: what asks something new of them is said before it is released."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.catalog.upgrade_notes import NEXT
from pilotline.catalog.versions import sorted_versions
from pilotline.documents.positions import line_of
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.git.contents import read_paths
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import Found, rule

CHECKS: Final = "templates/_organisation/checks.yml"
POLICIES: Final = "templates/_organisation/policies.yml"


@rule("untold-change", "Write a fragment in changelog.d that names it, such as changelog.d/NAME.added.md.")
def untold_change(subject: Subject) -> Iterator[Found]:
    """A question, check or policy that is new stops somebody's upgrade or stage, and the release has to say so."""
    newest = next(iter(sorted_versions(subject.tags)), None)
    if newest is None:
        return
    told = _told(subject)
    before = read_paths(subject.folder, newest, [subject.definition_path, CHECKS, POLICIES])
    for path, kind in ((subject.definition_path, "question"), (CHECKS, "check"), (POLICIES, "policy")):
        file = subject.tree.get(path)
        if file is None or path not in before:
            continue
        known = set(_named(path, before[path]))
        for name, keys in _named(path, file.content).items():
            if name not in known and not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told):
                message = f"The {kind} {name} is new since {newest}, and no fragment in changelog.d names it."
                yield Found(path, message, line_of(file.content, *keys))


def _told(subject: Subject) -> str:
    paths = (path for path in subject.tree if path.startswith("changelog.d/") or path == NEXT)
    return "\n".join(subject.tree[path].content.decode(errors="replace") for path in paths)


def _named(path: str, content: bytes) -> Mapping[str, tuple[str | int, ...]]:
    """Give what a file declares by its name, each with the keys that lead to it."""
    try:
        data = parse_mapping(content) or {}
    except (YamlError, UnicodeDecodeError):
        return {}
    if path == CHECKS:
        checks = data.get("checks")
        rows = enumerate(checks) if isinstance(checks, list) else ()
        return {str(row.get("id")): ("checks", place) for place, row in rows if isinstance(row, dict)}
    if path == POLICIES:
        return {name: (name,) for name in data}
    return {name: (name,) for name, value in data.items() if not name.startswith("_") and _is_asked(value)}


def _is_asked(question: object) -> bool:
    return isinstance(question, dict) and question.get("when") is not False
