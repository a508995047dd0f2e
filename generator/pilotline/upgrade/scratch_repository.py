"""A repository that borrows the objects of another, made by hand: merging in it writes nothing to the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pilotline.errors import GitError
from pilotline.git import commands as git
from pilotline.git.fast_import import quote

_CONFIG: Final = "[core]\n\tattributesFile = /dev/null\n\thooksPath = /dev/null\n\tfsync = none\n\tquotePath = false\n"


def alternate_line(path: str) -> str:
    """Write a path as a line for git, in quotes where it holds a line break itself."""
    return f"{quote(path) if chr(10) in path else path}\n"


def make_scratch(folder: Path, objects: Path, *, sha256: bool) -> None:
    """Make a repository by hand: four small files instead of a process.

    It has a work tree, which holds nothing but attributes: git 2.39 cannot renormalise text in a bare repository.
    """
    version = "1\n[extensions]\n\tobjectFormat = sha256" if sha256 else "0"
    for path, text in {
        "HEAD": "ref: refs/heads/none\n",
        "config": _CONFIG + f"\trepositoryFormatVersion = {version}\n",
        "refs/heads/.keep": "",
        "objects/info/alternates": alternate_line(str(objects)),
    }.items():
        target = folder / ".git" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", errors="surrogateescape")


def refuse_missing(scratch: Path, objects: Path, blobs: Sequence[str]) -> None:
    """Refuse a partial clone whose files are not all here: nothing is fetched behind the user's back.

    Raises:
        GitError: It counts them.
    """
    if next((objects / "pack").glob("*.promisor"), None) is None:
        return
    request = "".join(f"{blob}\n" for blob in blobs).encode()
    answers = git.run_git(["cat-file", "--batch-check=%(objecttype)"], scratch, stdin=request, isolated=True)
    missing = sum(line.endswith(b" missing") for line in answers.splitlines())
    if missing:
        raise GitError(
            f"{missing} files of this partial clone have not been fetched.",
            "Check them all out (`git sparse-checkout disable`, or `git checkout HEAD -- .`), then run it again.",
        )
