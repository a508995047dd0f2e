"""Which commits of a catalog caused a conflict, so that whoever decides it can read why the catalog changed."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import UnsupportedTemplateError
from pilotline.git import commands as git
from pilotline.pilot.pristine import Pristine
from pilotline.template.render import name_sources
from pilotline.template.snapshot import CommitOrigin

MOST_COMMITS: Final = 3
_MARK: Final = "\x01"
_PARTS: Final = 3


class CatalogCommit(NamedTuple):
    """A commit as people look it up."""

    short_id: str
    date: str
    subject: str


class Cause(NamedTuple):
    """What the catalog did to the template behind one conflicted path, newest first."""

    path: str
    commits: tuple[CatalogCommit, ...]
    more: int
    """How many older commits are not listed."""


def find_causes(old: Pristine, new: Pristine, paths: Mapping[str, frozenset[str]]) -> tuple[Cause, ...]:
    """Find the commits between two snapshots that touched the templates behind some paths.

    Args:
        old: The pilot as the recorded version makes it.
        new: As the target does.
        paths: The catalog's paths behind each path of the pilot.

    Returns:
        A cause for each path that has one; nothing where the history is not at hand.
    """
    before, after = old.snapshot.origin, new.snapshot.origin
    if not paths or before is None or after is None or not is_connected(before, after):
        return ()
    sides = [_name_sources(side) for side in (old, new)]
    sources = {path: {side[name] for side in sides for name in names if name in side} for path, names in paths.items()}
    return find_commits(after.repository, f"{before.commit}...{after.commit}", sources)


def find_commits(repository: Path, revisions: str, sources: Mapping[str, Collection[str]]) -> tuple[Cause, ...]:
    """Find the commits among some revisions that touched files behind some paths.

    Args:
        repository: Where the commits lie.
        revisions: Which ones, as `git log` takes them.
        sources: The repository's files behind each path.

    Returns:
        A cause for each path that has one.
    """
    commits = _list_commits(repository, revisions, frozenset().union(*sources.values()))
    found = ((path, tuple(c for c, touched in commits if touched & {*names})) for path, names in sources.items())
    return tuple(
        Cause(path, behind[:MOST_COMMITS], max(0, len(behind) - MOST_COMMITS)) for path, behind in found if behind
    )


def is_connected(before: CommitOrigin, after: CommitOrigin) -> bool:
    """Tell whether one repository holds both commits and the history between them; a tag fetched alone has none."""
    if before.repository != after.repository or before.commit == after.commit:
        return False
    code, _ = git.try_git(["merge-base", before.commit, after.commit], after.repository, isolated=True)
    return code == 0


def _name_sources(side: Pristine) -> Mapping[str, str]:
    """Name the templates; what only Copier renders is not looked into."""
    try:
        return name_sources(side.snapshot, side.answers)
    except UnsupportedTemplateError:
        return {}


def _list_commits(
    repository: Path, revisions: str, files: frozenset[str]
) -> tuple[tuple[CatalogCommit, frozenset[str]], ...]:
    """List the commits that touched some files, newest first, each with those files.

    A commit without a parent is left out: where a shallow history is cut off, it seems to have touched everything.
    """
    if not files:
        return ()
    command = [
        "log", "-z", "--name-only", "--no-renames", "--min-parents=1", "--max-parents=1", "--no-show-signature",
        "--encoding=UTF-8", "--format=%x01%h%x01%cs%x01%s", revisions,
        "--", *(f":(literal){name}" for name in sorted(files)),
    ]  # fmt: skip
    output = git.run_git(command, repository, isolated=True)
    touched: dict[CatalogCommit, set[str]] = defaultdict(set)
    for commit, name in _parse_log(os.fsdecode(output).split("\0")):
        touched[commit].add(name)
    return tuple((commit, frozenset(names)) for commit, names in touched.items())


def _parse_log(fields: list[str]) -> Iterator[tuple[CatalogCommit, str]]:
    """Pair each commit with each file that it touched; git puts a line break before the first of them."""
    commit: CatalogCommit | None = None
    for before, field in zip(["", *fields], fields, strict=False):
        if field.startswith(_MARK) and field.count(_MARK) >= _PARTS:
            short_id, date, subject = field[1:].split(_MARK, 2)
            commit = CatalogCommit(short_id, date, "".join(c if c.isprintable() else " " for c in subject))
        elif commit and field:
            yield commit, field.removeprefix("\n") if before.startswith(_MARK) else field
