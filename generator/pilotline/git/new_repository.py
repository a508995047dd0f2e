"""Founding a repository: all of it, or nothing.

What is to be written is written and committed in a folder beside its destination, and moved into place at the end;
whatever happens before that leaves the destination as it was.
"""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import DestinationError
from pilotline.files.children import finishing
from pilotline.files.disk import write_tree
from pilotline.files.tree import Tree
from pilotline.git import commands as git

_INTO_ONE_PACK: Final = "core.bigFileThreshold=1"
"""Git writes large files into one pack while it adds them; hundreds of small ones are written much faster so, too."""
_FALLBACK_NAME: Final = "Pilotline"
_FALLBACK_EMAIL: Final = "pilotline@pilotline.invalid"
_ARRIVED: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
"""What a system says when a folder is moved to where something lies."""


class Founded(NamedTuple):
    """A repository that was written."""

    destination: Path
    commit: str | None
    """The first commit; None inside an existing work tree, which is left to its owner to commit."""
    work_tree: Path | None
    own_identity: bool
    """Whether the commit carries the user's identity."""
    unsigned: bool = False
    """Whether the user signs commits, which this one is not: it is made where no key is at hand."""


def check_destination(destination: Path) -> None:
    """Refuse a destination that nothing can be written to.

    Raises:
        DestinationError: It holds something, is a file, or lies where nothing can be created.
        GitError: Git is missing.
    """
    git.find_git()
    with _disk_errors(destination):
        _refuse_taken(destination)


def _refuse_taken(destination: Path) -> None:
    if destination.is_symlink() and not destination.exists():
        raise DestinationError(f"{destination} is a link that leads nowhere.", "Remove it, or choose another folder.")
    if destination.exists() and not destination.is_dir():
        raise DestinationError(f"{destination} is a file.", "Choose another folder.")
    if destination.is_dir() and any(entry.name != ".git" for entry in destination.iterdir()):
        raise DestinationError(f"{destination} is not empty.", "Choose another folder, or empty this one first.")
    absolute = destination.absolute()
    existing = next(place for place in (absolute, *absolute.parents) if place.exists())
    if not existing.is_dir():
        raise DestinationError(f"{existing} is a file, so {destination} cannot lie in it.", "Choose another folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise DestinationError(f"You may not write to {existing}.", "Choose a folder that you can write to.")


def found_repository(
    tree: Tree, destination: Path, message: str, *, tag: str = "", point_of_no_return: Callable[[], None] = lambda: None
) -> Founded:
    """Write a tree and commit it.

    Args:
        tree: What is written.
        destination: A folder that does not exist or is empty.
        message: Message of the first commit, and of its tag.
        tag: Name of an annotated tag for the first commit.
        point_of_no_return: Called when everything is finished and only has to be moved into place; whoever can be
            interrupted stops listening then, so that an interruption always means that nothing was made.

    Raises:
        DestinationError: The destination is taken, not writable, or the disk is full. Nothing was written.
        GitError: Git is missing or refused. Nothing was written.
    """
    check_destination(destination)
    destination = Path(os.path.abspath(destination))  # noqa: PTH100 - keeps a link in the path as the user wrote it
    work_tree = git.work_tree_above(destination)
    with _missing_parents(destination), _workshop(destination) as workshop:
        write_tree(tree, workshop)
        commit, own_identity, unsigned = None, True, False
        if work_tree is None:
            commit, own_identity = _commit(workshop, message, tag)
            unsigned = own_identity and git.wants_signature(workshop)
        point_of_no_return()
        _move_into_place(workshop, destination)
    return Founded(destination, commit, work_tree, own_identity, unsigned)


@contextlib.contextmanager
def _missing_parents(destination: Path) -> Iterator[None]:
    """Make the folders above the destination, and take them away again when what was to come does not arrive."""
    missing = [parent for parent in destination.parents if not parent.exists()]
    try:
        with _disk_errors(destination):
            destination.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


@contextlib.contextmanager
def _workshop(destination: Path) -> Iterator[Path]:
    """Give a folder on the destination's own disk to build in, gone afterwards whatever happens."""
    with _disk_errors(destination):
        workshop = _open_workshop(destination)
    try:
        with _disk_errors(destination):
            workshop.chmod(0o755)
            yield workshop
    finally:
        with finishing():
            shutil.rmtree(workshop, ignore_errors=True)


def _open_workshop(destination: Path) -> Path:
    """Make the folder beside the destination; inside it where nothing can be moved in, as into a mounted volume."""
    name = f".{destination.name}."
    if not destination.is_dir():
        return Path(tempfile.mkdtemp(prefix=name, suffix=".pilotline", dir=destination.parent))
    with contextlib.suppress(OSError):
        beside = Path(tempfile.mkdtemp(prefix=name, suffix=".pilotline", dir=destination.parent))
        probe = destination / beside.name
        try:
            beside.rename(probe)
            probe.rename(beside)
        except OSError:
            beside.rmdir()
        else:
            return beside
    return Path(tempfile.mkdtemp(prefix=name, suffix=".pilotline", dir=destination))


@contextlib.contextmanager
def _disk_errors(destination: Path) -> Iterator[None]:
    """Turn what a disk can refuse into one sentence.

    Raises:
        DestinationError: The disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "the disk is full" if full else (error.strerror or str(error)).lower()
        hint = "Free some space and run the command again." if full else "Choose a folder that you can write to."
        raise DestinationError(f"{destination} cannot be written: {reason}. Nothing was left behind.", hint) from error


def _commit(workshop: Path, message: str, tag: str) -> tuple[str, bool]:
    """Make a repository with one commit; tell its id and whether it carries the user's identity."""
    git.run_git(["init", "--quiet", "--template=", "."], workshop, settings=git.AS_IT_IS)
    git.run_git(["add", "--all", "--force", "."], workshop, settings=[*git.AS_IT_IS, _INTO_ONE_PACK])
    identity = commit_identity(workshop)
    settings = [*git.AS_IT_IS, *identity]
    command = ["commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--file=-"]
    git.run_git(command, workshop, stdin=f"{message}\n".encode(), settings=settings)
    if tag:
        tag_commit(workshop, tag, message, settings)
    return git.run_git(["rev-parse", "HEAD"], workshop).decode().strip(), not identity


def tag_commit(repository: Path, tag: str, message: str, settings: Sequence[str] = ()) -> None:
    """Put an annotated tag on the last commit."""
    command = ["tag", "--annotate", "--cleanup=verbatim", "--file=-", "--", tag]
    git.run_git(command, repository, stdin=f"{message}\n".encode(), settings=[*settings, "tag.gpgSign=false"])


def commit_identity(folder: Path) -> tuple[str, ...]:
    """Give the settings that a commit needs where git does not know the user; none where it does."""
    if git.has_identity(folder):
        return ()
    return (f"user.name={_FALLBACK_NAME}", f"user.email={_FALLBACK_EMAIL}")


def _move_into_place(workshop: Path, destination: Path) -> None:
    """Put what is finished where it belongs: in one step, or entry by entry into a folder that people stand in.

    Somebody else may have put something there since it was looked at: that stays, and is neither replaced nor moved.

    Raises:
        DestinationError: There is something now.
    """
    if not destination.is_dir():
        try:
            workshop.rename(destination)  # a folder that is not empty by now refuses it
        except OSError as error:
            if error.errno in _ARRIVED:
                raise _taken_meanwhile(destination) from error
            raise
        return
    if any(entry.name != ".git" and entry != workshop for entry in destination.iterdir()):
        raise _taken_meanwhile(destination)
    moved: list[Path] = []
    try:
        for entry in sorted(workshop.iterdir()):
            _move_without_replacing(entry, destination / entry.name)
            moved.append(destination / entry.name)
    except FileExistsError as error:
        _move_back(moved, workshop)
        raise _taken_meanwhile(destination) from error
    except BaseException:
        _move_back(moved, workshop)
        raise


def _move_back(moved: Sequence[Path], workshop: Path) -> None:
    for target in moved:
        target.rename(workshop / target.name)


def _move_without_replacing(entry: Path, target: Path) -> None:
    """Move a file or a folder to a name that nothing has.

    Raises:
        FileExistsError: Something has it.
    """
    if entry.is_dir() and not entry.is_symlink():
        target.mkdir()  # refuses what is there; an empty folder of ours gives way to a move in one step
        try:
            entry.rename(target)
        except BaseException:
            with contextlib.suppress(OSError):
                target.rmdir()
            raise
        return
    if entry.is_symlink():
        target.symlink_to(os.readlink(entry))  # noqa: PTH115 - as it is written
        entry.unlink()
        return
    try:
        target.hardlink_to(entry)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        entry.rename(target)
    else:
        entry.unlink()


def _taken_meanwhile(destination: Path) -> DestinationError:
    return DestinationError(
        f"{destination} was made by somebody else in the meantime. Nothing of it was touched, and nothing left behind.",
        "Look at it, or choose another folder.",
    )
