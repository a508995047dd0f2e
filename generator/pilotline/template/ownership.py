"""Who owns a path of a pilot: the catalog, the team, or the pilot's own manifests."""

from collections.abc import Callable
from typing import Literal

from pilotline.template.answers import Answers
from pilotline.template.render import Matcher, match_names, match_paths, template_context
from pilotline.template.snapshot import Snapshot

Owner = Literal["owned", "seed", "derived"]


def _match_kept(snapshot: Snapshot, answers: Answers) -> Matcher:
    """Make the test for `_skip_if_exists`.

    Raises:
        UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
    """
    patterns = snapshot.definition.skip_if_exists
    if not any("{" in pattern for pattern in patterns):
        return match_names(patterns)
    return match_paths(snapshot, patterns, template_context(snapshot, answers))


def owner_of_paths(snapshot: Snapshot, answers: Answers) -> Callable[[str], Owner]:
    """Make a function that tells the owner of a path.

    Derived are the paths in the computed answer `derived`; seeds are the other paths of `_skip_if_exists`; everything
    else is owned by the catalog.
    """
    listed = answers.values.get("derived")
    derived = frozenset(listed) if isinstance(listed, list) else frozenset()
    is_kept = _match_kept(snapshot, answers)

    def owner(path: str) -> Owner:
        if path in derived:
            return "derived"
        return "seed" if is_kept(path) else "owned"

    return owner
