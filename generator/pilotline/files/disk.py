"""Trees and files on the disk: read, written, and replaced so that each is old or new, never half of both."""

import os
from pathlib import Path

from pilotline.errors import DestinationError
from pilotline.files.tree import File, Tree


def read_tree(root: Path, *, skip: frozenset[str] = frozenset({".git"})) -> Tree:
    """Read every file under a folder, links as links.

    Args:
        root: The folder.
        skip: Names of folders and files that are left out wherever they lie.
    """
    files: dict[str, File] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                path = f"{folder}{entry.name}"
                if entry.name in skip:
                    continue
                if entry.is_symlink():
                    files[path] = File(os.fsencode(os.readlink(entry.path)), link=True)  # noqa: PTH115 - as it is written
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{path}/")
                elif entry.is_file():
                    content = Path(entry.path).read_bytes()
                    files[path] = File(content, bool(entry.stat().st_mode & 0o100))
    return Tree(files)


def write_tree(tree: Tree, root: Path) -> None:
    """Write every file of a tree under a folder that exists.

    Raises:
        OSError: The disk is full or the folder cannot be written; what was written so far stays for the caller to drop.
    """
    made: set[Path] = {root}
    for path, file in tree.items():
        target = root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if file.link:
            target.symlink_to(os.fsdecode(file.content))
            continue
        target.write_bytes(file.content)
        if file.executable:
            target.chmod(0o777 & ~_umask())


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file in one step: whoever reads meanwhile, or after a full disk or a kill, finds the old one or the new.

    Raises:
        OSError: The disk is full or the folder cannot be written; what was there is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft_of(path)
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _draft_of(path: Path) -> Path:
    """Name what a file is written as at first; whoever else writes it at the same time has another one."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")


def write_where_it_leads(path: Path, content: bytes) -> None:
    """Write a file that a user names: in one step, or through a link, a pipe or a device, which stays what it is.

    Raises:
        OSError: The disk is full or it cannot be written.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_bytes(content)
    else:
        write_atomically(path, content)


def replace_files(tree: Tree, folder: Path) -> None:
    """Write files into a folder, in the place of those of the same name; each is old or new, never half of both.

    Raises:
        DestinationError: The disk is full or the folder cannot be written; no file was changed.
    """
    drafts = {folder / path: _draft_of(folder / path) for path in tree}
    try:
        for (target, draft), file in zip(drafts.items(), tree.values(), strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(file.content)
        for target, draft in drafts.items():
            draft.replace(target)
    except OSError as error:
        raise DestinationError(
            f"{folder} cannot be written: {(error.strerror or str(error)).lower()}.", "Choose another folder with --to."
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _umask() -> int:
    """Read the process's umask, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
