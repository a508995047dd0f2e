"""Migrations of a trusted catalog, rehearsed in a copy of the pilot's repository: a plan shows what they change.

Copier runs them in the project itself, before and after its merge. Here they get a copy that borrows the pilot's
objects: what they leave before the merge is merged as the team's side, what they leave after it is the result. Nothing
in the pilot changes until all of it is written in one step, which can be undone like any other move. The answers file
is theirs to read and to change, but as to the merge it stays as it was committed: it is the catalog's to write.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.scratch import scratch_folder
from pilotline.git import commands as git
from pilotline.git.fast_import import is_sha256
from pilotline.git.work_tree import WorkTree
from pilotline.pilot.pilot import Pilot
from pilotline.template.copier_migrations import has_migrations, run_migrations
from pilotline.template.snapshot import Snapshot


class Rehearsal(NamedTuple):
    """A copy of a pilot's repository in which migrations run."""

    place: WorkTree
    """The pilot's work tree, but with what the migrations before the merge left, and where those objects are."""
    answers: Mapping[str, object]
    """What they left in the answers file."""
    copy: Path
    pilot: Pilot
    recorded: Snapshot
    target: Snapshot

    def finish(self, scratch: Path, tree: str, given: Mapping[str, object]) -> str:
        """Run the migrations after the merge on its result, and give the tree that they leave.

        Args:
            scratch: The repository that holds the merge.
            tree: The result of the merge.
            given: The answers of the move.
        """
        _borrow(self.copy, scratch / ".git" / "objects")
        git.run_git(["read-tree", "--reset", "-u", tree], self.copy, isolated=True)
        run_migrations(self.recorded, self.target, "after", self.copy / self.pilot.prefix, given)
        return _write_tree(self.copy)


@contextlib.contextmanager
def rehearse(pilot: Pilot, recorded: Snapshot, target: Snapshot) -> Iterator[Rehearsal | None]:
    """Run the migrations before the merge in a copy; nothing where there are none, or where nobody trusts them.

    Raises:
        CatalogError: A migration fails.
    """
    if not (target.usage.trusted and has_migrations(recorded, target)):
        yield None
        return
    with scratch_folder() as folder:
        copy = folder.resolve() / (pilot.top.name or "project")
        _check_out(pilot, copy)
        file = copy / pilot.prefix / pilot.answers_file
        committed = file.read_bytes()
        run_migrations(recorded, target, "before", copy / pilot.prefix, {})
        answers = _read_answers(file, target)
        file.write_bytes(committed)
        place = pilot.place._replace(tree=_write_tree(copy), objects=copy / ".git" / "objects")
        yield Rehearsal(place, answers, copy, pilot, recorded, target)


def _check_out(pilot: Pilot, copy: Path) -> None:
    """Make a repository at the pilot's last commit that borrows its objects and none of its settings."""
    copy.mkdir()
    kind = ["--object-format=sha256"] if is_sha256(pilot.head) else []
    git.run_git(["init", "--quiet", "--template=", "--initial-branch=main", *kind, "."], copy, isolated=True)
    _borrow(copy, pilot.place.objects)
    git.run_git(["update-ref", "HEAD", pilot.head], copy, isolated=True)
    git.run_git(["read-tree", "--reset", "-u", "HEAD"], copy, isolated=True)


def _borrow(copy: Path, objects: Path) -> None:
    with (copy / ".git/objects/info/alternates").open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{objects}\n")


def _write_tree(copy: Path) -> str:
    """Give the tree of what lies in a copy and git does not ignore."""
    git.run_git(["add", "--all"], copy, isolated=True)
    return git.run_git(["write-tree"], copy, isolated=True).decode().strip()


def _read_answers(file: Path, target: Snapshot) -> Mapping[str, object]:
    try:
        data = parse_mapping(file.read_bytes())
    except (OSError, YamlError, UnicodeDecodeError):
        data = None
    if data is None:
        raise CatalogError(
            f"A migration of {target.identity.label} leaves no answers in {file.name}.",
            "Report it to the catalog's owner.",
        )
    return {name: value for name, value in data.items() if not name.startswith("_")}
