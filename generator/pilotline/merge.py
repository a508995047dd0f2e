"""A true three-way merge of a pilot with two renders of its catalog, without touching the pilot.

Base and theirs are renders; ours is the pilot's commit. All three become commits in a scratch repository that borrows
the pilot's objects, and `git merge-tree` merges them: renames, modes, binary files and delete/modify conflicts come
from git itself. Nothing is written to the pilot, not even an object.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pilotline import git
from pilotline.attributes import FILE as ATTRIBUTES
from pilotline.attributes import harmless_attributes
from pilotline.errors import GitError
from pilotline.fastimport import Script, Side, is_sha256
from pilotline.git import TreeEntry

_BASE: Final = "refs/heads/base"
_THEIRS: Final = "refs/heads/theirs"
_OURS: Final = "refs/heads/ours"
_RESULT: Final = "refs/heads/result"
# No setting of the user may change what a merge gives.
_SETTINGS: Final = (
    "merge.renames=true",
    "merge.renameLimit=0",
    "merge.directoryRenames=true",
    "merge.conflictStyle=merge",
    "merge.renormalize=true",
    "core.attributesFile=/dev/null",
    "core.fsync=none",
    "gc.auto=0",
)

Listing = Mapping[str, TreeEntry]
"""The pilot's own files in a tree, by path."""

ChangeKind = Literal["added", "changed", "removed", "renamed", "mode"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a merge does to one path of the pilot."""

    kind: ChangeKind
    path: str
    old_path: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One side of a conflicted path, as the index keeps it (1 base, 2 ours, 3 theirs)."""

    mode: str
    object_id: str
    number: int
    path: str


@dataclass(frozen=True)
class Merge:
    """The result of a merge: the tree that it gives, what changes against ours, and what git could not decide."""

    scratch: Path
    tree_id: str
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]
    messages: tuple[str, ...]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Paths that a person has to decide."""
        return tuple(dict.fromkeys(stage.path for stage in self.stages))


class Scratch:
    """A repository of its own that borrows the pilot's objects; everything here is gone afterwards."""

    def __init__(self, folder: Path, pilot: Path, prefix: str, ours: str) -> None:
        self.folder = folder
        self._prefix = prefix
        self._our_tree, objects = git.locate_objects(pilot, ours)
        _make_scratch(folder, objects, sha256=is_sha256(self._our_tree))
        self._entries = git.list_tree(folder, self._our_tree)
        self._blobs = frozenset(entry.object_id for entry in self._entries)
        self._obey_attributes()

    def list_ours(self) -> Listing:
        """List the pilot's files, links and submodules."""
        return self._listing(self._entries)

    def write_renders(self, base: Side, theirs: Side) -> None:
        """Write base, theirs and ours as commits, ours and theirs being children of base."""
        script = self._script()
        replaced = self._prefix
        mark = script.commit(_BASE, self._our_tree, replace=replaced, files=self._placed(base))
        script.commit(_THEIRS, self._our_tree, parent=mark, replace=replaced, files=self._placed(theirs))
        script.commit(_OURS, self._our_tree, parent=mark, files={})
        script.run(self.folder)

    def deleted_by_ours(self) -> tuple[str, ...]:
        """Name the files of base that ours deleted, not counting renames."""
        return tuple(self.own(change.path) for change in self._between(_BASE, _OURS) if change.kind == "removed")

    def renamed_by_theirs(self) -> tuple[tuple[str, str], ...]:
        """Pair old and new names of the files that the catalog renamed."""
        renames = (change for change in self._between(_BASE, _THEIRS) if change.kind == "renamed")
        return tuple((self.own(change.old_path), self.own(change.path)) for change in renames)

    def changed_by_ours(self) -> tuple[Change, ...]:
        """Name what ours changed against base, in the pilot's own paths."""
        return tuple(
            Change(change.kind, self.own(change.path), self.own(change.old_path))
            for change in self._between(_BASE, _OURS)
            if change.path.startswith(self._prefix)
        )

    def patch(self, paths: Sequence[str]) -> str:
        """Show as a patch what ours changed against base in some paths."""
        if not paths:
            return ""
        chosen = [f":(literal){self._prefix}{path}" for path in paths]
        output = git.run_git(["diff", "--no-color", "-M", _BASE, _OURS, "--", *chosen], self.folder)
        return output.decode("utf-8", "replace")

    def count_lines(self, paths: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Count the lines that ours added and removed against base, by path; binary files are left out."""
        if not paths:
            return {}
        chosen = [f":(literal){self._prefix}{path}" for path in paths]
        output = git.run_git(["diff", "--numstat", "-z", "-M", _BASE, _OURS, "--", *chosen], self.folder)
        return {self.own(path): counts for path, counts in _parse_counts(output)}

    def merge(self) -> Merge:
        """Merge theirs into ours.

        Raises:
            GitError: Git is too old, or refused.
        """
        return _merge(self.folder, self._our_tree)

    def amend(self, merge: Merge, files: Side) -> Merge:
        """Put files into the result of a merge."""
        script = self._script()
        script.commit(_RESULT, merge.tree_id, files=self._placed(files))
        script.run(self.folder)
        tree_id = git.resolve_tree(self.folder, _RESULT)
        return replace(merge, tree_id=tree_id, changes=_changes(self.folder, self._our_tree, tree_id))

    def list_result(self, merge: Merge) -> Listing:
        """List the pilot's files in the result of a merge."""
        return self._listing(git.list_tree(self.folder, merge.tree_id, self._prefix))

    def read(self, entries: Listing) -> dict[str, bytes]:
        """Read the content of regular files; links and submodules are left to git."""
        files = {path: entry for path, entry in entries.items() if entry.mode in {"100644", "100755"}}
        if not files:
            return {}
        contents = git.read_blobs(self.folder, [entry.object_id for entry in files.values()])
        return dict(zip(files, contents, strict=True))

    def _script(self) -> Script:
        return Script(self._blobs, sha256=is_sha256(self._our_tree))

    def _obey_attributes(self) -> None:
        """Let git store and merge text here as it does in the pilot."""
        found = {e.path: e for e in self._entries if e.path.rpartition("/")[2] == ATTRIBUTES}
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
def open_scratch(pilot: Path, prefix: str, ours: str) -> Iterator[Scratch]:
    """Open a scratch repository beside a pilot.

    Args:
        pilot: The pilot's repository.
        prefix: Folder of the pilot inside it, with a trailing slash; empty at the top.
        ours: The pilot's commit.
    """
    with tempfile.TemporaryDirectory(prefix="pilotline-", ignore_cleanup_errors=True) as folder:
        yield Scratch(Path(folder) / "merge", pilot, prefix, ours)


def fetch_result(pilot: Path, merge: Merge) -> None:
    """Bring the objects of a merge into the pilot's own store, so that its index may name them."""
    pack = git.run_git(["pack-objects", "--quiet", "--stdout"], merge.scratch, stdin=_new_objects(merge), isolated=True)
    git.run_git(["unpack-objects", "-q"], pilot, stdin=pack)


def _new_objects(merge: Merge) -> bytes:
    """Name every object that the merge's tree and its conflicts need and that lies in the scratch repository alone."""
    wanted = git.list_objects(merge.scratch, merge.tree_id) | {stage.object_id for stage in merge.stages}
    own = git.list_own_objects(merge.scratch)
    return "".join(f"{object_id}\n" for object_id in sorted(wanted & own)).encode()


def _make_scratch(folder: Path, objects: Path, *, sha256: bool) -> None:
    """Make a repository by hand: four small files instead of a process.

    It has a work tree, which holds nothing but attributes: git 2.39 cannot renormalise text in a bare repository.
    """
    version = "1\n[extensions]\n\tobjectFormat = sha256" if sha256 else "0"
    for path, text in {
        "HEAD": "ref: refs/heads/none\n",
        "config": f"[core]\n\trepositoryFormatVersion = {version}\n",
        "refs/heads/.keep": "",
        "objects/info/alternates": f"{objects}\n",
    }.items():
        target = folder / ".git" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", errors="surrogateescape")


def _merge(scratch: Path, our_tree: str) -> Merge:
    command = ["merge-tree", "--write-tree", "-z", "--messages", _OURS, _THEIRS]
    code, output = git.try_git(command, scratch, settings=_SETTINGS, isolated=True)
    if code not in {0, 1} or not output:
        raise GitError("Git could not merge.", "Upgrading needs git 2.38 or newer; `git --version` tells yours.")
    fields = output.split(b"\0")
    tree_id = fields[0].decode().strip()
    end = fields.index(b"", 1) if code == 1 and b"" in fields[1:] else 1
    stages = tuple(_stage(field) for field in fields[1:end]) if code == 1 else ()
    return Merge(scratch, tree_id, _changes(scratch, our_tree, tree_id), stages, _messages(fields[end + 1 :]))


def _stage(field: bytes) -> Stage:
    meta, _, path = field.partition(b"\t")
    mode, object_id, number = meta.decode().split()
    return Stage(mode, object_id, int(number), path.decode("utf-8", "surrogateescape"))


def _messages(fields: list[bytes]) -> tuple[str, ...]:
    """Pick git's own sentences on conflicts out of the informational part (count, paths, kind, text)."""
    texts: list[str] = []
    position = 0
    while position < len(fields) and fields[position].isdigit():
        paths = int(fields[position])
        kind, text = fields[position + 1 + paths], fields[position + 2 + paths]
        if kind.startswith(b"CONFLICT"):
            texts.append(text.decode("utf-8", "replace").strip())
        position += 3 + paths
    return tuple(texts)


def _parse_counts(output: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Read `git diff --numstat -z`: counts and a path, or counts and then old and new path of a rename."""
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    for field in fields:
        added, _, rest = field.partition("\t")
        removed, _, path = rest.partition("\t")
        if rest and not path:
            path = (next(fields), next(fields))[1]
        if added.isdigit():
            yield path, (int(added), int(removed))


_KINDS: Final[Mapping[str, ChangeKind]] = {"A": "added", "D": "removed", "M": "changed", "R": "renamed", "T": "mode"}


def _changes(scratch: Path, old: str, new: str) -> tuple[Change, ...]:
    output = git.run_git(["diff-tree", "-r", "-z", "-M", "--name-status", old, new], scratch)
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    changes = []
    for status in fields:
        if not status:
            continue
        path = next(fields)
        if status[0] == "R":
            changes.append(Change("renamed", next(fields), path))
        else:
            changes.append(Change(_KINDS.get(status[0], "changed"), path))
    return tuple(changes)
