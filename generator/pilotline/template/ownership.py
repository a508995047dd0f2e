"""Who owns a path of a pilot: the catalog, the team, or the pilot's own manifests."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from pilotline.errors import UnsupportedTemplateError
from pilotline.files.tree import Tree
from pilotline.template.answers import Answers
from pilotline.template.confinement import confined
from pilotline.template.render import RENDERING, render, render_directly
from pilotline.template.snapshot import Snapshot

if TYPE_CHECKING:
    from pilotline.template.renderer import Matcher

Owner = Literal["owned", "seed", "derived"]


def name_owners(snapshot: Snapshot, answers: Answers, paths: Iterable[str]) -> dict[str, Owner]:
    """Name the owner of each of some paths.

    Derived are the paths in the computed answer `derived`; seeds are the other paths of `_skip_if_exists`; everything
    else is owned by the catalog.

    Raises:
        CatalogError: A pattern cannot be rendered.
        UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
    """
    return confined(RENDERING, _name_owners, snapshot, answers, tuple(paths))


def render_with_owners(snapshot: Snapshot, answers: Answers) -> tuple[Tree, dict[str, Owner]]:
    """Render every file and name the owner of each, in one go.

    Raises:
        CatalogError: A template has an error, or a pattern cannot be rendered.
        UntrustedError: The catalog loads code of its own, and is not trusted.
        UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
    """
    if answers.rendered is None and not snapshot.definition.tasks:
        with suppress(UnsupportedTemplateError):
            return confined(RENDERING, _render_with_owners, snapshot, answers)
    tree = render(snapshot, answers)
    return tree, name_owners(snapshot, answers, tree)


def render_owned(snapshot: Snapshot, answers: Answers) -> Tree:
    """Render the files that the catalog owns, and nothing else where that saves work.

    Raises:
        CatalogError: A template has an error; the message names file and line.
        UntrustedError: The catalog loads code of its own, and is not trusted.
    """
    if answers.rendered is None and not snapshot.definition.tasks:
        try:
            return confined(RENDERING, _render_owned, snapshot, answers)
        except UnsupportedTemplateError:
            pass
    tree = render(snapshot, answers)
    owners = name_owners(snapshot, answers, tree)
    return Tree({path: file for path, file in tree.items() if owners[path] == "owned"})


def owner_of_paths(snapshot: Snapshot, answers: Answers) -> Callable[[str], Owner]:
    """Make the function that tells the owner of a path, in this process: of a catalog that is trusted to end."""
    listed = answers.values.get("derived")
    derived = frozenset(listed) if isinstance(listed, list) else frozenset()
    is_kept = _match_kept(snapshot, answers)

    def owner(path: str) -> Owner:
        if path in derived:
            return "derived"
        return "seed" if is_kept(path) else "owned"

    return owner


def _name_owners(snapshot: Snapshot, answers: Answers, paths: tuple[str, ...]) -> dict[str, Owner]:
    owner = owner_of_paths(snapshot, answers)
    return {path: owner(path) for path in paths}


def _render_with_owners(snapshot: Snapshot, answers: Answers) -> tuple[Tree, dict[str, Owner]]:
    tree = render_directly(snapshot, answers)
    return tree, _name_owners(snapshot, answers, tuple(tree))


def _render_owned(snapshot: Snapshot, answers: Answers) -> Tree:
    owner = owner_of_paths(snapshot, answers)
    return render_directly(snapshot, answers, lambda path: owner(path) == "owned")


def _match_kept(snapshot: Snapshot, answers: Answers) -> "Matcher":
    """Make the test for `_skip_if_exists`.

    Raises:
        UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
    """
    from pilotline.template.renderer import match_names, match_paths, template_context  # noqa: PLC0415 - as in `render`

    patterns = snapshot.definition.skip_if_exists
    if not any("{" in pattern for pattern in patterns):
        return match_names(patterns)
    return match_paths(snapshot, patterns, template_context(snapshot, answers))
