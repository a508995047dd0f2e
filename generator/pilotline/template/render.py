"""Rendering a snapshot with a set of answers, where its templates can do no harm; the result is a value.

What renders is imported where it renders: of a catalog that is not ours, that is a worker.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pilotline.errors import UnsupportedTemplateError
from pilotline.files.tree import Tree
from pilotline.template.answers import Answers
from pilotline.template.confinement import confined
from pilotline.template.snapshot import Snapshot

if TYPE_CHECKING:
    from pilotline.template.renderer import Matcher

RENDERING: Final = "Rendering the catalog"


def render(snapshot: Snapshot, answers: Answers) -> Tree:
    """Render every file that a set of answers turns on.

    What only Copier does goes through Copier itself.

    Raises:
        CatalogError: A template has an error; the message names file and line.
        UntrustedError: The catalog loads code of its own, and is not trusted.
    """
    if answers.rendered is not None:
        return answers.rendered
    if not (snapshot.definition.tasks and snapshot.usage.trusted):
        with suppress(UnsupportedTemplateError):
            return confined(RENDERING, render_directly, snapshot, answers)
    from pilotline.template.copier_fallback import render_with_copier  # noqa: PLC0415 - few catalogs need it

    return render_with_copier(snapshot, answers.given).tree


def render_directly(snapshot: Snapshot, answers: Answers, wanted: "Matcher | None" = None) -> Tree:
    """Render from memory, in this process and without Copier, every file or only those whose path is wanted.

    Raises:
        CatalogError: A template has an error; the message names file and line.
        UnsupportedTemplateError: A template needs what only Copier itself offers.
    """
    from pilotline.template.renderer import Renderer  # noqa: PLC0415 - a worker alone loads what renders

    return Renderer(snapshot, answers, wanted).tree()


def name_sources(snapshot: Snapshot, answers: Answers) -> Mapping[str, str]:
    """Name the file of the catalog behind each path that a render gives, without rendering any content.

    Raises:
        CatalogError: A path cannot be rendered.
        UnsupportedTemplateError: A path needs what only Copier itself offers.
    """
    return confined(RENDERING, _name_sources, snapshot, answers)


def find_excluded(
    snapshot: Snapshot, answers: Answers, recorded: Mapping[str, object], paths: Iterable[str]
) -> frozenset[str]:
    """Name those of some paths that `_exclude` keeps from a project with recorded answers.

    Raises:
        CatalogError: A pattern cannot be rendered.
        UnsupportedTemplateError: A pattern needs what only Copier itself offers.
    """
    return confined(RENDERING, _find_excluded, snapshot, answers, dict(recorded), tuple(paths))


def find_matching(snapshot: Snapshot, patterns: Iterable[str], paths: Iterable[str]) -> frozenset[str]:
    """Name those of some paths that a catalog's plain patterns mean."""
    return confined(RENDERING, _find_matching, snapshot, tuple(patterns), tuple(paths))


def _find_matching(snapshot: Snapshot, patterns: tuple[str, ...], paths: tuple[str, ...]) -> frozenset[str]:
    from pilotline.template.renderer import match_names  # noqa: PLC0415 - a worker alone loads what renders

    del snapshot  # it only says whose the patterns are
    return frozenset(filter(match_names(patterns), paths))


def _find_excluded(
    snapshot: Snapshot, answers: Answers, recorded: dict[str, object], paths: tuple[str, ...]
) -> frozenset[str]:
    from pilotline.template.renderer import match_excluded, template_context  # noqa: PLC0415 - a worker alone loads what renders

    return frozenset(filter(match_excluded(snapshot, template_context(snapshot, answers), recorded), paths))


def _name_sources(snapshot: Snapshot, answers: Answers) -> dict[str, str]:
    from pilotline.template.renderer import Renderer  # noqa: PLC0415 - a worker alone loads what renders

    return {path: source for source, path, _ in Renderer(snapshot, answers, None).sources()}
