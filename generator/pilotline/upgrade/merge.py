"""A true three-way merge of a pilot with two renders of its catalog, without touching the pilot.

Base and theirs are renders; ours is the pilot's commit. All three become commits in a scratch repository that borrows
the pilot's objects, and `git merge-tree` merges them: renames, modes, binary files and delete/modify conflicts come
from git itself. Nothing is written to the pilot, not even an object.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import GitError
from pilotline.files.scratch import scratch_folder
from pilotline.files.tree import File
from pilotline.git import commands as git
from pilotline.git.attributes import FILE as ATTRIBUTES
from pilotline.git.attributes import harmless_attributes, is_stored_with_lf
from pilotline.git.contents import TreeEntry, list_tree, read_attributes, read_blobs
from pilotline.git.diff import (
    DIFF_OPTIONS,
    Change,
    IndexStage,
    parse_changes,
    parse_counts,
    parse_messages,
    parse_stage,
)
from pilotline.git.fast_import import Script, Side, is_sha256
from pilotline.git.revisions import resolve_tree
from pilotline.git.work_tree import SUBMODULE, WorkTree
from pilotline.upgrade.scratch_repository import alternate_line, make_scratch, refuse_missing

_BASE: Final = "refs/heads/base"
_BEFORE: Final = "refs/heads/before"
"""Another base, which nothing is merged from."""
_RESULT: Final = "refs/heads/result"
# No setting of the user may change what a merge gives.
_SETTINGS: Final = (
    *git.UNHOOKED,
    "merge.renames=true",
    "merge.renameLimit=0",
    "merge.directoryRenames=true",
    "merge.conflictStyle=merge",
    "merge.renormalize=true",
)

Listing = Mapping[str, TreeEntry]
"""The pilot's own files in a tree, by path."""


class Labels(NamedTuple):
    """What conflict markers and messages call the two sides; names of branches."""

    ours: str = "pilot"
    theirs: str = "catalog"


OF_A_PILOT: Final = Labels()
OF_A_LESSON: Final = Labels("catalog", "pilot")
"""The other way round: what a pilot brings into its catalog."""


class Merge(NamedTuple):
    """The result of a merge: the tree that it gives, what changes against ours, and what git could not decide."""

    scratch: Path
    tree_id: str
    changes: tuple[Change, ...]
    stages: tuple[IndexStage, ...]
    messages: tuple[str, ...]
    tracked: frozenset[str]
    """Every path of ours, from the top of the repository."""

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Paths that a person has to decide."""
        return tuple(dict.fromkeys(stage.path for stage in self.stages))


class Scratch:
    """A repository of its own that borrows the pilot's objects; everything here is gone afterwards."""

    def __init__(self, folder: Path, pilot: WorkTree, prefix: str, version: str | None, labels: Labels) -> None:
        self.folder = folder
        self._ours_name = labels.ours
        self._ours = f"refs/heads/{labels.ours}"
        self._theirs_name = "-".join([labels.theirs, *re.findall(r"[\w.+]+", version or "")])
        self._theirs = f"refs/heads/{self._theirs_name}"
        self._prefix = prefix
        self._our_tree = pilot.tree
        self._written: tuple[Side, Side] | None = None
        make_scratch(folder, pilot.objects, sha256=is_sha256(self._our_tree))
        self._entries = list_tree(folder, self._our_tree)
        self._blobs = frozenset(entry.object_id for entry in self._entries if entry.mode != SUBMODULE)
        refuse_missing(folder, pilot.objects, [*self._blobs])
        self._obey_attributes()

    def list_ours(self) -> Listing:
        """List the pilot's files, links and submodules."""
        return self._listing(self._entries)

    def write_renders(self, base: Side, theirs: Side, *, before: Side | None = None) -> None:
        """Write base, theirs and ours as commits, ours and theirs being children of base, unless they are there.

        Another base, `before`, is only to be compared with ours.
        """
        if before is None and (base, theirs) == self._written:
            return
        self._written = base, theirs
        script, replaced = self._script(), self._prefix
        base, theirs = self._stored(base), self._stored(theirs)
        if before is not None:
            script.commit(_BEFORE, self._our_tree, replace=replaced, files=self._placed(self._stored(before)))
        mark = script.commit(_BASE, self._our_tree, replace=replaced, files=self._placed(base))
        script.commit(self._theirs, self._our_tree, parent=mark, replace=replaced, files=self._placed(theirs))
        script.commit(self._ours, self._our_tree, parent=mark, files={})
        script.run(self.folder)

    def deleted_by_ours(self) -> tuple[str, ...]:
        """Name the files of the other base that ours deleted, not counting renames."""
        return tuple(self.own(change.path) for change in self._between(_BEFORE, self._ours) if change.kind == "removed")

    def renamed_by_theirs(self) -> tuple[tuple[str, str], ...]:
        """Pair old and new names of the files that the catalog renamed."""
        renames = (change for change in self._between(_BASE, self._theirs) if change.kind == "renamed")
        return tuple((self.own(change.old_path), self.own(change.path)) for change in renames)

    def changed_by_ours(self) -> tuple[Change, ...]:
        """Name what ours changed against base, in the pilot's own paths."""
        return tuple(
            Change(change.kind, self.own(change.path), self.own(change.old_path))
            for change in self._between(_BASE, self._ours)
            if change.path.startswith(self._prefix)
        )

    def patch(self, paths: Sequence[str], *, reverse: bool = False) -> str:
        """Show as a patch what ours changed against base in some paths, or what would turn ours back into base."""
        if not paths:
            return ""
        chosen = [f":(literal){self._prefix}{path}" for path in paths]
        sides = [self._ours, _BASE] if reverse else [_BASE, self._ours]
        output = git.run_git(["diff", "--no-color", "-M", *sides, "--", *chosen], self.folder, isolated=True)
        return output.decode("utf-8", "replace")

    def count_lines(self, paths: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Count the lines that ours added and removed against base, by path; binary files are left out."""
        if not paths:
            return {}
        chosen = [f":(literal){self._prefix}{path}" for path in paths]
        output = git.run_git(
            ["diff", "--numstat", "-z", "-M", _BASE, self._ours, "--", *chosen], self.folder, isolated=True
        )
        return {self.own(path): counts for path, counts in parse_counts(output).items()}

    def merge(self) -> Merge:
        """Merge theirs into ours.

        Raises:
            GitError: Git is too old, or refused.
        """
        tracked = frozenset(entry.path for entry in self._entries)
        return _merge(self.folder, (self._ours_name, self._theirs_name), self._our_tree, tracked)

    def amend(self, merge: Merge, files: Side) -> Merge:
        """Put files into the result of a merge."""
        script = self._script()
        script.commit(_RESULT, merge.tree_id, files=self._placed(files))
        script.run(self.folder)
        tree_id = resolve_tree(self.folder, _RESULT)
        return merge._replace(tree_id=tree_id, changes=_changes(self.folder, self._our_tree, tree_id))

    def settle(self, merge: Merge, ours: str, tree_id: str) -> Merge:
        """Give the merge another result, seen from the pilot's own commit instead of from what was merged."""
        tracked = frozenset(entry.path for entry in list_tree(self.folder, ours))
        return merge._replace(tree_id=tree_id, changes=_changes(self.folder, ours, tree_id), tracked=tracked)

    def list_result(self, merge: Merge) -> Listing:
        """List the pilot's files in the result of a merge."""
        return self._listing(list_tree(self.folder, merge.tree_id, self._prefix))

    def read(self, entries: Listing) -> dict[str, bytes]:
        """Read the content of regular files; links and submodules are left to git."""
        files = {path: entry for path, entry in entries.items() if entry.mode in {"100644", "100755"}}
        if not files:
            return {}
        contents = read_blobs(self.folder, [entry.object_id for entry in files.values()])
        return dict(zip(files, contents, strict=True))

    def _stored(self, files: Side) -> Side:
        """Give texts the line endings with which the pilot's attributes store them."""
        windows = [path for path, file in files.items() if isinstance(file, File) and b"\r\n" in file.content]
        if not windows or not self._has_attributes:
            return files
        attributes = read_attributes(self.folder, ["text", "eol"], [f"{self._prefix}{path}" for path in windows])
        stored = dict(files)
        for path in windows:
            file = files[path]
            found = attributes[f"{self._prefix}{path}"]
            if isinstance(file, File) and is_stored_with_lf(found["text"], found["eol"], file.content):
                stored[path] = File(file.content.replace(b"\r\n", b"\n"), file.executable)
        return stored

    def _script(self) -> Script:
        return Script(self._blobs, sha256=is_sha256(self._our_tree))

    def _obey_attributes(self) -> None:
        """Let git store and merge text here as it does in the pilot."""
        found = {e.path: e for e in self._entries if e.path.rpartition("/")[2] == ATTRIBUTES}
        self._has_attributes = bool(found)
        for path, content in self.read(found).items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(harmless_attributes(content))

    def _listing(self, entries: Sequence[TreeEntry]) -> Listing:
        return {self.own(entry.path): entry for entry in entries if entry.path.startswith(self._prefix)}

    def _placed(self, files: Side) -> Side:
        return {f"{self._prefix}{path}": file for path, file in files.items()} if self._prefix else files

    def _between(self, old: str, new: str) -> tuple[Change, ...]:
        return _changes(self.folder, f"{old}^{{tree}}", f"{new}^{{tree}}")

    def own(self, path: str) -> str:
        """Name a path of the repository as the pilot does."""
        return path.removeprefix(self._prefix)


@contextlib.contextmanager
def open_scratch(
    pilot: WorkTree, prefix: str, version: str | None = None, labels: Labels = OF_A_PILOT
) -> Iterator[Scratch]:
    """Open a scratch repository beside a pilot.

    Args:
        pilot: The work tree that the pilot lies in; ours is its last commit.
        prefix: Folder of the pilot inside it, with a trailing slash; empty at the top.
        version: The catalog's version that conflict markers name.
        labels: What they call the two sides.
    """
    with scratch_folder(brief=True) as folder:
        yield Scratch(folder / "merge", pilot, prefix, version, labels)


def fetch_result(pilot: WorkTree, merge: Merge) -> None:
    """Bring the objects of a merge into the pilot's own store, so that its index may name them.

    Those are what its tree and its conflicts need, less what the pilot's last commit has. They become one pack, which
    the pilot's git writes, with its own rights and settings.
    """
    wanted = dict.fromkeys([merge.tree_id, *(stage.object_id for stage in merge.stages if stage.mode != SUBMODULE)])
    request = "".join(f"{object_id}\n" for object_id in [*wanted, f"^{pilot.tree}"]).encode()
    command = ["pack-objects", "--quiet", "--revs", "--non-empty", "--window=0", str(pilot.objects / "pack" / "pack")]
    borrowed = alternate_line(str(merge.scratch / ".git" / "objects")).removesuffix("\n")
    git.run_git_borrowing(borrowed, command, pilot.top, stdin=request, settings=git.UNHOOKED)


def _merge(scratch: Path, sides: tuple[str, str], our_tree: str, tracked: frozenset[str]) -> Merge:
    command = ["merge-tree", "--write-tree", "-z", "--messages", *sides]
    code, output = git.try_git(command, scratch, settings=_SETTINGS, isolated=True)
    if code not in {0, 1} or not output:
        raise GitError("Git could not merge.", "Upgrading needs git 2.38 or newer; `git --version` tells yours.")
    fields = output.split(b"\0")
    tree_id = fields[0].decode().strip()
    end = fields.index(b"", 1) if code == 1 and b"" in fields[1:] else 1
    stages = tuple(parse_stage(field) for field in fields[1:end]) if code == 1 else ()
    changes = _changes(scratch, our_tree, tree_id)
    return Merge(scratch, tree_id, changes, stages, parse_messages(fields[end + 1 :]), tracked)


def _changes(scratch: Path, old: str, new: str) -> tuple[Change, ...]:
    return parse_changes(git.run_git(["diff-tree", *DIFF_OPTIONS, old, new], scratch, isolated=True))
