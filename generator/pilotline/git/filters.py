"""Filters that a repository's own settings name: programs, which git runs to compare a file with a commit."""

import os
from pathlib import Path
from typing import Final

from pilotline.git.commands import Setting, try_git

_LFS: Final = frozenset({"git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs filter-process"})
_PROGRAMS: Final = (".clean", ".smudge", ".process")
_STARTED_BY_LFS: Final = ("lfs.extension.", "lfs.customtransfer.")
_OWN: Final = frozenset({"local", "worktree"})


def settings_without_filters(folder: Path) -> tuple[Setting, ...]:
    """Give settings that switch off the filters that a repository's own configuration names.

    Those of Git LFS stay, as its own command writes them: without them each of its files would look changed. They go,
    too, wherever they are set, once the repository names programs that LFS itself shall start.
    """
    entries = _list_settings(folder)
    extended = any(scope in _OWN and _starts_more(name) for scope, name, _ in entries)
    found: list[Setting] = []
    for scope, name, command in entries:
        trusted = command in _LFS and not extended
        if (
            name.startswith("filter.")
            and name.endswith(_PROGRAMS)
            and not trusted
            and (scope in _OWN or command in _LFS)
        ):
            found += [(name, ""), (f"{name.rpartition('.')[0]}.required", "false")]
    return tuple(found)


def _starts_more(name: str) -> bool:
    """Tell whether a setting names a program that Git LFS starts."""
    return name.startswith(_STARTED_BY_LFS) or (name.startswith("lfs.") and name.endswith("standalonetransferagent"))


def _list_settings(folder: Path) -> list[tuple[str, str, str]]:
    """List scope, name and value of every setting: a pattern of git's own overlooks a name that is no UTF-8."""
    _, answer = try_git(["config", "-z", "--show-scope", "--list"], folder, discover=True)
    fields = os.fsdecode(answer).split("\0")
    split = ((scope, entry.partition("\n")) for scope, entry in zip(fields[::2], fields[1::2], strict=False))
    return [(scope, name, value) for scope, (name, _, value) in split]
