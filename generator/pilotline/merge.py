"""A true three-way merge of a pilot with two renders of its catalog, without touching the pilot.

Base and theirs are renders; ours is the pilot's commit. All three become commits in a scratch repository that borrows
the pilot's objects, and `git merge-tree` merges them: renames, modes, binary files and delete/modify conflicts come
from git itself. Nothing is written to the pilot, not even an object.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pilotline import git
from pilotline.errors import GitError
from pilotline.tree import File, Tree

_BASE: Final = "refs/heads/base"
_THEIRS: Final = "refs/heads/theirs"
_OURS: Final = "refs/heads/ours"
_RESULT: Final = "refs/heads/result"
_BASE_MARK: Final = 1_000_000_000
_COMMITTER: Final = "committer pilotline <pilotline@pilotline.invalid> 0 +0000\n"
# No attribute, filter or rename limit of the user may change what a merge gives.
_SETTINGS: Final = ("merge.renames=true", "merge.renameLimit=0", "merge.directoryRenames=true", "gc.auto=0")

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
        self._our_tree = git.resolve_tree(pilot, ours)
        _make_scratch(pilot, folder)

    def read_ours(self) -> Tree:
        """Read the pilot's files; links and submodules are left to git."""
        return self._read(self._our_tree, lambda _: True)

    def write_renders(self, base: Tree, theirs: Tree) -> None:
        """Write base, theirs and ours as commits, ours and theirs being children of base."""
        script = _import_script(self._our_tree, self._prefix, base, theirs)
        git.run_git(["fast-import", "--quiet", "--force"], self.folder, stdin=script)

    def deleted_by_ours(self) -> tuple[str, ...]:
        """Name the files of base that ours deleted, not counting renames."""
        return tuple(self._own(change.path) for change in self._between(_BASE, _OURS) if change.kind == "removed")

    def renamed_by_theirs(self) -> tuple[tuple[str, str], ...]:
        """Pair old and new names of the files that the catalog renamed."""
        renames = (change for change in self._between(_BASE, _THEIRS) if change.kind == "renamed")
        return tuple((self._own(change.old_path), self._own(change.path)) for change in renames)

    def changed_by_ours(self) -> tuple[Change, ...]:
        """Name what ours changed against base, in the pilot's own paths."""
        return tuple(
            Change(change.kind, self._own(change.path), self._own(change.old_path))
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
        return {self._own(path): counts for path, counts in _parse_counts(output)}

    def merge(self) -> Merge:
        """Merge theirs into ours.

        Raises:
            GitError: Git is too old, or refused.
        """
        return _merge(self.folder, self._our_tree)

    def amend(self, merge: Merge, files: Mapping[str, File]) -> Merge:
        """Put files into the result of a merge."""
        lines = [f"commit {_RESULT}\n{_COMMITTER}data 0\nM 040000 {merge.tree_id} \n".encode()]
        for path, file in files.items():
            head = f"M {file.mode} inline {_quote(self._prefix + path)}\ndata {len(file.content)}\n"
            lines += [head.encode(), file.content, b"\n"]
        git.run_git(["fast-import", "--quiet", "--force"], self.folder, stdin=b"".join([*lines, b"\n"]))
        tree_id = git.resolve_tree(self.folder, _RESULT)
        return replace(merge, tree_id=tree_id, changes=_changes(self.folder, self._our_tree, tree_id))

    def paths(self, merge: Merge) -> tuple[str, ...]:
        """Name the pilot's files in the result of a merge."""
        entries = git.list_tree(self.folder, merge.tree_id, self._prefix)
        return tuple(self._own(entry.path) for entry in entries)

    def read_paths(self, merge: Merge, wanted: Callable[[str], bool]) -> Tree:
        """Read some of the pilot's files in the result of a merge."""
        return self._read(merge.tree_id, wanted)

    def _read(self, tree_id: str, wanted: Callable[[str], bool]) -> Tree:
        entries = [
            entry
            for entry in git.list_tree(self.folder, tree_id, self._prefix)
            if entry.mode in {"100644", "100755"} and wanted(self._own(entry.path))
        ]
        contents = git.read_blobs(self.folder, [entry.object_id for entry in entries]) if entries else ()
        pairs = zip(entries, contents, strict=True)
        return Tree({self._own(entry.path): File(content, entry.mode == "100755") for entry, content in pairs})

    def _between(self, old: str, new: str) -> tuple[Change, ...]:
        return _changes(self.folder, git.resolve_tree(self.folder, old), git.resolve_tree(self.folder, new))

    def _own(self, path: str) -> str:
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
        yield Scratch(Path(folder) / "merge.git", pilot, prefix, ours)


def fetch_result(pilot: Path, merge: Merge) -> None:
    """Bring the objects of a merge into the pilot's own store, so that its index may name them."""
    script = f"commit {_RESULT}\n{_COMMITTER}data 0\nM 040000 {merge.tree_id} \n\n"
    git.run_git(["fast-import", "--quiet", "--force"], merge.scratch, stdin=script.encode())
    wanted = {ref: ref.replace("heads", "pilotline") for ref in (_BASE, _THEIRS, _RESULT)}
    refspecs = [f"+{ref}:{kept}" for ref, kept in wanted.items()]
    git.run_git(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", str(merge.scratch), *refspecs], pilot)
    for kept in wanted.values():
        git.run_git(["update-ref", "-d", kept], pilot)


def _make_scratch(pilot: Path, scratch: Path) -> None:
    scratch.mkdir()
    git.run_git(["init", "--quiet", "--bare", "--template=", "."], scratch)
    objects = git.run_git(["rev-parse", "--path-format=absolute", "--git-path", "objects"], pilot).decode().strip()
    alternates = scratch / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{objects}\n", encoding="utf-8")


def _import_script(our_tree: str, prefix: str, base: Tree, theirs: Tree) -> bytes:
    """Write the three commits as fast-import reads them: base, and two children of it."""
    blobs: dict[bytes, int] = {}
    parts: list[bytes] = []
    commits = [_commit(_BASE, our_tree, prefix, base, blobs, parts)]
    commits.append(_commit(_THEIRS, our_tree, prefix, theirs, blobs, parts))
    ours = f"commit {_OURS}\n{_COMMITTER}data 0\nfrom :{_BASE_MARK}\nM 040000 {our_tree} \n\n"
    return b"".join([*parts, *commits, ours.encode()])


def _commit(ref: str, our_tree: str, prefix: str, tree: Tree, blobs: dict[bytes, int], parts: list[bytes]) -> bytes:
    """Write one render as a commit; what lies beside the pilot in its repository is the same in all three."""
    mark, parent = (f"mark :{_BASE_MARK}\n", "") if ref == _BASE else ("", f"from :{_BASE_MARK}\n")
    lines = [f"commit {ref}\n{mark}{_COMMITTER}data 0\n{parent}".encode()]
    lines.append(f"M 040000 {our_tree} \nD {_quote(prefix.rstrip('/'))}\n".encode() if prefix else b"deleteall\n")
    for path, file in tree.items():
        blob = blobs.get(file.content)
        if blob is None:
            blob = blobs[file.content] = len(blobs) + 1
            parts.append(f"blob\nmark :{blob}\ndata {len(file.content)}\n".encode() + file.content + b"\n")
        lines.append(f"M {file.mode} :{blob} {_quote(prefix + path)}\n".encode())
    return b"".join([*lines, b"\n"])


def _quote(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _merge(scratch: Path, our_tree: str) -> Merge:
    command = ["merge-tree", "--write-tree", "-z", "--messages", _OURS, _THEIRS]
    code, output = git.try_git(command, scratch, settings=_SETTINGS)
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
