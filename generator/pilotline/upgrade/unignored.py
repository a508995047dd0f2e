"""Files that git ignores now and would not any more: the next `git add` would take them along, secrets among them."""

import os
from pathlib import Path, PurePosixPath
from typing import Final

from pilotline.errors import GitError
from pilotline.files.scratch import scratch_folder
from pilotline.git import commands as git
from pilotline.git.contents import list_tree, read_blobs
from pilotline.pilot.repository import OpenRepository
from pilotline.upgrade.merge import Merge

_RULES: Final = ".gitignore"
_OWN_RULES: Final = "info/exclude"


def find_unignored(repository: OpenRepository, merge: Merge) -> tuple[str, ...]:
    """Name what lies in a pilot, is ignored now, and would no longer be with the rules that a move brings.

    A folder that is ignored as a whole is named once, with a trailing slash.
    """
    if not any(PurePosixPath(path).name == _RULES for c in merge.changes for path in (c.path, c.old_path) if path):
        return ()
    ignored = _list_ignored(repository)
    after = _ignored_after(repository, merge, ignored) if ignored else frozenset()
    return tuple(path for path in ignored if path not in after)


def _list_ignored(repository: OpenRepository) -> list[str]:
    place = ["--", f":(literal){repository.prefix}"] if repository.prefix else []
    command = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", *place]
    listed = [os.fsdecode(name) for name in git.run_git(command, repository.top).split(b"\0") if name]
    folders = _ignored(repository.top, [path for path in listed if path.endswith("/")])
    return [path for path in listed if not path.endswith("/") or path in folders]  # others hold ignored files only


def _ignored_after(repository: OpenRepository, merge: Merge, paths: list[str]) -> frozenset[str]:
    """Ask git which paths the merged rules ignore, in a folder that holds nothing but those rules."""
    rules = [entry for entry in list_tree(merge.scratch, merge.tree_id) if PurePosixPath(entry.path).name == _RULES]
    contents = read_blobs(merge.scratch, [entry.object_id for entry in rules]) if rules else ()
    with scratch_folder(brief=True) as folder:
        git.run_git(["init", "--quiet", "--template=", "."], folder)
        for entry, content in zip(rules, contents, strict=True):
            (folder / entry.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / entry.path).write_bytes(content)
        own = repository.place.folder / _OWN_RULES
        if own.is_file():
            (folder / ".git" / _OWN_RULES).parent.mkdir(exist_ok=True)
            (folder / ".git" / _OWN_RULES).write_bytes(own.read_bytes())
        for path in filter(lambda path: path.endswith("/"), paths):
            (folder / path).mkdir(parents=True, exist_ok=True)
        return _ignored(folder, paths)


def _ignored(folder: Path, paths: list[str]) -> frozenset[str]:
    """Ask git which paths its rules in a folder ignore."""
    if not paths:
        return frozenset()
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    code, answer = git.try_git(["check-ignore", "-z", "--no-index", "--stdin"], folder, stdin=request)
    if code > 1:  # 1 says that none is
        raise GitError(f"git check-ignore failed in {folder}.", "Look at the .gitignore files there.")
    return frozenset(os.fsdecode(path) for path in answer.split(b"\0") if path)
