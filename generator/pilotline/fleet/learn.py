"""Carrying a pilot's improvement back into the templates, so that every other pilot receives it.

The merge of an upgrade turned round: base = the templates at the version that the pilot records, theirs = the same with
the pilot's changes in them, ours = the catalog's last commit. Nothing of the pilot is run.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, NamedTuple

from pilotline.errors import PilotlineError
from pilotline.files.tree import File, Tree
from pilotline.fleet.unreleased import UnreleasedCatalog
from pilotline.git.contents import list_tree
from pilotline.pilot.pilot import Pilot, recorded_version
from pilotline.pilot.pristine import Pristine, recall_pristine
from pilotline.pilot.renamed_package import PACKAGE
from pilotline.pilot.repository import OpenRepository, PilotError, read_committed
from pilotline.template.back_translation import Evaluate, LeftLine, carry_back, choose_words, names
from pilotline.template.confinement import confined
from pilotline.template.render import name_sources, render_directly
from pilotline.template.snapshot import Snapshot, Usage
from pilotline.upgrade.merge import OF_A_LESSON
from pilotline.upgrade.plan import UpgradePlan, plan_merge
from pilotline.upgrade.renders import Renders

_MOST_NAMED: Final = 5


class Lesson(NamedTuple):
    """What becomes of a pilot's change to one file."""

    path: str
    """The pilot's file."""
    template: str
    """The catalog's file behind it; empty where there is none."""
    changes: int
    carried: int
    left: tuple[LeftLine, ...] = ()
    turned: tuple[str, ...] = ()
    """Expressions that took the place of the pilot's names and answers."""
    why: str = ""
    """Why nothing of it is carried."""


@dataclass(frozen=True)
class Learning:
    """What would be carried, and the merge of it with the catalog."""

    lessons: tuple[Lesson, ...]
    plan: UpgradePlan


class _File(NamedTuple):
    """One file of a pilot, as it was made and as it is, with the template behind it."""

    path: str
    source: str
    made: File
    edited: File


@contextmanager
def plan_learning(
    catalog: UnreleasedCatalog, repository: OpenRepository, pilot: Pilot, paths: Sequence[str] = ()
) -> Iterator[Learning]:
    """Merge what a pilot changed into the catalog's last commit, in a scratch repository.

    Args:
        catalog: The catalog in its folder.
        repository: The same, at its last commit.
        pilot: The pilot at its last commit.
        paths: Files or folders of the pilot; none means every file of the catalog that it changed.

    Raises:
        CatalogError: The pilot comes from another catalog.
        PilotError: A path is none of the pilot's.
    """
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = catalog.base_of(pilot, recorded_version(pilot)).used(usage)
    pristine = recall_pristine(recorded, pilot.answers, pilot.names)
    files, lessons = _choose(pristine, pilot, paths)
    found = confined("Turning the pilot's lines back", _carry_all, recorded, pristine, tuple(files))
    lessons += [lesson for lesson, _ in found]
    learned = {lesson.template: file for lesson, file in found if file is not None}
    base = {source: recorded.tree[source] for source in learned}
    here = Pilot(repository.place, repository.prefix, str(catalog.folder), pilot.version, {})
    with ExitStack() as stack:
        plan = stack.enter_context(_plan(here, catalog, base, learned))
        if not plan.summary.is_empty:  # what the catalog has learned before is no news
            told = _fragment(repository, pilot, [lesson for lesson, file in found if file is not None])
            plan = stack.enter_context(_plan(here, catalog, base, {**learned, **told}))
        yield Learning(tuple(sorted(lessons)), plan)


def _plan(
    here: Pilot, catalog: UnreleasedCatalog, base: Mapping[str, File], theirs: Mapping[str, File]
) -> AbstractContextManager[UpgradePlan]:
    renders = Renders(Tree(base), Tree(theirs), frozenset(), frozenset())
    return plan_merge(here, catalog.snapshot, renders, labels=OF_A_LESSON)


def _choose(pristine: Pristine, pilot: Pilot, paths: Sequence[str]) -> tuple[list[_File], list[Lesson]]:
    """Choose the files that are carried, and say why others are not."""
    made, owners = pristine.render_with_owners()
    sources = name_sources(pristine.snapshot, pristine.answers)
    ours = read_committed(pilot, lambda _: True)
    chosen = [path for path in sorted({*made, *ours}) if _is_meant(path, paths)]
    unknown = [path for path in paths if not any(_is_meant(known, (path,)) for known in chosen)]
    if unknown:
        raise PilotError(f"The pilot has no {', '.join(unknown)}.", "Name files as `pilotline diff` lists them.")
    files: list[_File] = []
    lessons: list[Lesson] = []
    for path in chosen:
        if made.get(path) == ours.get(path):
            continue
        named = path in paths
        why = _refuse(path, made, ours, owners.get(path, ""), pilot, named=named)
        if why is None:
            files.append(_File(path, sources[path], made[path], ours[path]))
        elif why:
            lessons.append(Lesson(path, sources.get(path, ""), 1, 0, why=why))
    return files, lessons


def _is_meant(path: str, paths: Sequence[str]) -> bool:
    return not paths or any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in paths)


def _refuse(
    path: str, made: Mapping[str, File], ours: Mapping[str, File], owner: str, pilot: Pilot, *, named: bool
) -> str | None:
    """Say why a file is not carried: empty where nobody has to be told, None where it is."""
    if path not in made:
        return "the catalog has no such file: add it to a layer by hand" if named else ""
    if path not in ours:
        return "the pilot has no such file any more; take it out of the templates by hand if nobody needs it"
    if owner == "derived":
        return "it is made from the pilot's manifests" if named else ""
    if path == pilot.answers_file or (owner == "seed" and not named) or path in pilot.team_files:
        return ""
    return None


def _carry_all(snapshot: Snapshot, pristine: Pristine, files: tuple[_File, ...]) -> list[tuple[Lesson, File | None]]:
    """Carry every file; in a worker where the catalog is not ours."""
    from pilotline.template.renderer import template_context  # noqa: PLC0415 - a worker alone loads what renders

    context = template_context(snapshot, pristine.answers)

    def evaluate(text: str) -> str | None:
        try:
            return snapshot.templating.render_text(text, context)
        except Exception:  # noqa: BLE001 - whatever a half-carried template does, it is no proof
            return None

    return [_carry(snapshot, pristine, file, evaluate) for file in files]


def _carry(snapshot: Snapshot, pristine: Pristine, file: _File, evaluate: Evaluate) -> tuple[Lesson, File | None]:
    """Carry the changes of one file, and render the result for proof."""
    nothing = Lesson(file.path, file.source, 1, 0)
    template, values = snapshot.tree[file.source], pristine.answers.values
    try:
        text, made, edited = (each.content.decode() for each in (template, file.made, file.edited))
    except UnicodeDecodeError:
        whole = template.content == file.made.content
        return (nothing._replace(carried=1), file.edited) if whole else (nothing._replace(why="it is no text"), None)
    own = str(values.get(PACKAGE, ""))
    if text == made:
        if not own or not names(edited, own) or names(made, own):
            return nothing._replace(carried=1), file.edited
        return nothing._replace(why=f"it names {own}, which is this pilot's, and the template is copied as it is"), None
    carried = carry_back(text, made, edited, evaluate, choose_words(text, values, PACKAGE), own)
    lesson = Lesson(file.path, file.source, carried.changes, carried.carried, carried.left, carried.turned)
    if not carried.carried and template.executable == file.edited.executable:
        return lesson, None
    learned = File(carried.text.encode(), file.edited.executable)
    if _render(snapshot, pristine, file, learned) != File(carried.gives.encode(), learned.executable):
        why = "the template with these lines does not give the pilot's file"
        return lesson._replace(carried=0, left=(), turned=(), why=why), None
    return lesson, learned


def _render(snapshot: Snapshot, pristine: Pristine, file: _File, learned: File) -> File | None:
    """Render one file as the catalog would with another template behind it."""
    changed = replace(snapshot, tree=Tree({**snapshot.tree, file.source: learned}))
    try:
        return render_directly(changed, pristine.answers, lambda path: path == file.path).get(file.path)
    except PilotlineError:
        return None


def _fragment(repository: OpenRepository, pilot: Pilot, lessons: Sequence[Lesson]) -> dict[str, File]:
    """Tell the other pilot teams where it comes from."""
    if not lessons:
        return {}
    slug = re.sub(r"[^a-z0-9]+", "-", pilot.folder.name.lower()).strip("-") or "a-pilot"
    known = {entry.path for entry in list_tree(repository.top, repository.head, "changelog.d/")}
    places = (f"changelog.d/learned-from-{slug}{f'-{n}' if n > 1 else ''}.changed.md" for n in count(1))
    name = next(place for place in places if place not in known)
    shown = [f"`{lesson.path}`" for lesson in lessons[:_MOST_NAMED]]
    more = len(lessons) - len(shown)
    listed = ", ".join(shown) + (f" and {more} more" if more else "")
    return {name: File(f"Learned from the pilot {pilot.folder.name}: {listed}.\n".encode())}
