"""Repositories made by the thousand: git packs once what they share, the rest is written as git would write it."""

import hashlib
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.files.disk import write_tree
from pilotline.files.tree import File, Tree
from tests.helpers import IDENTITY

_FIRST_DAY: Final = 1_790_000_000
_AUTHOR: Final = "{GIT_AUTHOR_NAME} <{GIT_AUTHOR_EMAIL}>".format_map(IDENTITY)
CONFIG: Final = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
_UNKNOWN: Final = struct.pack(">6I", 0, 0, 0, 0, 0, 0)
"""Times and place of a file that git has not looked at yet."""

Changes = Mapping[str, File | None]
"""New contents by path; None for what is deleted."""


class Blob(NamedTuple):
    """A file of a commit, as a tree of git has it."""

    mode: str
    object_id: bytes


class Origin:
    """A repository with one commit, all of it in one pack, of which others are copies with one commit more."""

    def __init__(self, folder: Path, files: Tree) -> None:
        """Make it.

        Args:
            folder: Where; it must not be there yet.
            files: What its commit holds.
        """
        self.folder = folder
        self.files = files
        folder.mkdir(parents=True)
        write_tree(files, folder)
        _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
        _git(folder, "add", "--all", "--force")
        _git(folder, "commit", "--quiet", "--no-verify", "--message", "as generated")
        _git(folder, "repack", "-a", "-d", "--quiet")
        self.head = _git(folder, "rev-parse", "HEAD").decode().strip()
        listed = [record.split(b"\t") for record in _git(folder, "ls-tree", "-r", "-z", "HEAD").split(b"\0") if record]
        self._blobs = {
            os.fsdecode(name): Blob(meta.split()[0].decode(), bytes.fromhex(meta.split()[2].decode()))
            for meta, name in listed
        }
        packed = _git(folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        self._packed = frozenset(map(bytes.fromhex, packed.decode().split()))

    def copy(self, target: Path, changes: Changes, number: int, *, linked: bool = False) -> str:
        """Make a copy with one more commit, and give the id of that.

        Args:
            target: Where; it must not be there yet.
            changes: What that commit changes.
            number: Which minute it is of; the same gives the same id.
            linked: Whether what did not change is the very same file as in all copies: much faster, and to be read
                only. A pack is always the same file, as git never writes to one.
        """
        objects = target / ".git" / "objects"
        (objects / "pack").mkdir(parents=True)
        for pack in (self.folder / ".git" / "objects" / "pack").iterdir():
            os.link(pack, objects / "pack" / pack.name)
        blobs = dict(self._blobs)
        for path, file in changes.items():
            if file is None:
                del blobs[path]
            else:
                blobs[path] = Blob(file.mode, self._store(objects, "blob", file.content))
        commit = self._commit(objects, blobs, number).hex()
        _write_files(target / ".git", {"HEAD": b"ref: refs/heads/main\n", "config": CONFIG.encode()})
        _write_files(target / ".git", {"refs/heads/main": f"{commit}\n".encode(), "index": _index(blobs)})
        self._check_out(target, changes, blobs, linked=linked)
        return commit

    def _commit(self, objects: Path, blobs: Mapping[str, Blob], number: int) -> bytes:
        tree = self._store_tree(objects, blobs)
        when = f"{_AUTHOR} {_FIRST_DAY + 60 * number} +0000"
        lines = [f"tree {tree.hex()}", f"parent {self.head}", f"author {when}", f"committer {when}", "", "our work", ""]
        return self._store(objects, "commit", "\n".join(lines).encode())

    def _store_tree(self, objects: Path, blobs: Mapping[str, Blob]) -> bytes:
        """Store the tree of some paths, and every tree below it."""
        below: dict[str, dict[str, Blob]] = {}
        entries: dict[str, Blob] = {}
        for path, blob in blobs.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = blob
            else:
                entries[name] = blob
        entries |= {name: Blob("40000", self._store_tree(objects, inside)) for name, inside in below.items()}
        ordered = sorted(entries, key=lambda name: os.fsencode(f"{name}/" if name in below else name))
        parts = [b"%s %s\0%s" % (entries[n].mode.encode(), os.fsencode(n), entries[n].object_id) for n in ordered]
        return self._store(objects, "tree", b"".join(parts))

    def _store(self, objects: Path, kind: str, content: bytes) -> bytes:
        """Store an object that the pack does not have."""
        whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
        object_id = hashlib.sha1(whole).digest()
        if object_id not in self._packed:
            name = object_id.hex()
            _write_files(objects, {f"{name[:2]}/{name[2:]}": zlib.compress(whole, 1)})
        return object_id

    def _check_out(self, target: Path, changes: Changes, blobs: Mapping[str, Blob], *, linked: bool) -> None:
        known = {folder.as_posix() for folder in (target,)}
        for path, blob in blobs.items():
            place, changed = target / path, changes.get(path)
            if place.parent.as_posix() not in known:
                place.parent.mkdir(parents=True, exist_ok=True)
                known.add(place.parent.as_posix())
            if changed is not None:
                place.write_bytes(changed.content)
                place.chmod(0o755 if blob.mode == "100755" else 0o644)
            elif linked:
                os.link(self.folder / path, place)
            else:
                shutil.copy(self.folder / path, place)


def _git(folder: Path, *arguments: str) -> bytes:
    dates = {f"GIT_{role}_DATE": f"{_FIRST_DAY} +0000" for role in ("AUTHOR", "COMMITTER")}
    around = {**os.environ, **IDENTITY, **dates, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", *arguments], cwd=folder, env=around, capture_output=True, check=True).stdout


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_bytes(content)


def _index(blobs: Mapping[str, Blob]) -> bytes:
    """Write git's index of some paths, in which it has looked at none of the files yet."""
    parts = [b"DIRC" + struct.pack(">2I", 2, len(blobs))]
    for name, blob in sorted((os.fsencode(path), blob) for path, blob in blobs.items()):
        entry = _UNKNOWN + struct.pack(">4I", int(blob.mode, 8), 0, 0, 0) + blob.object_id
        entry += struct.pack(">H", min(len(name), 0xFFF)) + name
        parts.append(entry + b"\0" * (8 - len(entry) % 8))
    content = b"".join(parts)
    return content + hashlib.sha1(content).digest()
