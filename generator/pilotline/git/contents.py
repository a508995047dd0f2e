"""What a repository holds at a commit: entries, blobs by id or by path, attributes."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pilotline.git.commands import run_git


class TreeEntry(NamedTuple):
    """One blob of a commit's tree."""

    path: str
    mode: str
    object_id: str


def list_tree(repository: Path, commit: str, *paths: str) -> tuple[TreeEntry, ...]:
    """List every blob, link and submodule of a commit or tree, or those at or below some paths."""
    entries = []
    chosen = ["--", *filter(None, paths)] if any(paths) else []
    for record in run_git(["ls-tree", "-r", "-z", "--full-tree", commit, *chosen], repository).split(b"\0"):
        if record:
            meta, _, name = record.partition(b"\t")
            mode, _, object_id = meta.decode().split()
            entries.append(TreeEntry(os.fsdecode(name), mode, object_id))
    return tuple(entries)


def read_blobs(repository: Path, object_ids: Sequence[str]) -> tuple[bytes, ...]:
    """Read many blobs with one process."""
    output = run_git(["cat-file", "--batch"], repository, stdin="".join(f"{oid}\n" for oid in object_ids).encode())
    blobs: list[bytes] = []
    position = 0
    for _ in object_ids:
        end = output.index(b"\n", position)
        size = int(output[position:end].split()[2])
        blobs.append(output[end + 1 : end + 1 + size])
        position = end + 2 + size
    return tuple(blobs)


def read_paths(repository: Path, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
    """Read the files that a commit has at some paths, with one process; what is no file there is left out."""
    requests = [os.fsencode(f"{commit}:{path}") for path in paths]
    output = run_git(["cat-file", "--batch", "-z"], repository, stdin=b"".join(part + b"\0" for part in requests))
    found: dict[str, bytes] = {}
    position = 0
    for path, request in zip(paths, requests, strict=True):
        missing = request + b" missing\n"
        if output.startswith(missing, position):
            position += len(missing)
            continue
        end = output.index(b"\n", position)
        _, kind, *size = output[position:end].split()  # a submodule has no size
        position = end + 1
        if size:
            content = output[position : position + int(size[0])]
            position += len(content) + 1
            found |= {path: content} if kind == b"blob" else {}
    return found


def read_attributes(repository: Path, names: Sequence[str], paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read git attributes by path and name, without those of user and machine."""
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    output = run_git(["check-attr", "-z", "--stdin", *names], repository, stdin=request, isolated=True)
    fields = [os.fsdecode(field) for field in output.split(b"\0")]
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        found[path][name] = value
    return found
