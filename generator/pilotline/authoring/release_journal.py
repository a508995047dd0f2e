"""What the next release needs to take back one that was killed: kept in git's own folder while a release is written."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pilotline.authoring.catalog_lock import catalog_locked, own_folder
from pilotline.errors import CatalogError
from pilotline.files.children import finishing
from pilotline.files.disk import write_atomically
from pilotline.git import commands as git
from pilotline.git.index_lock import break_stale_lock
from pilotline.git.revisions import list_tags
from pilotline.log import warn

_NAME: Final = "pilotline-release.json"


@dataclass(frozen=True)
class ReleaseJournal:
    """A release that is being written."""

    tag: str
    before: str
    """The commit to return to."""
    files: Mapping[str, str]
    """What is written, by path."""
    removed: tuple[str, ...]
    frozen: str
    """The folder of frozen releases, which only the built-in catalog has."""


@contextlib.contextmanager
def journalled(folder: Path, journal: ReleaseJournal) -> Iterator[None]:
    """Hold the lock of a catalog, and the journal of a release, while one is written; what fails is undone.

    Raises:
        CatalogError: Another process writes there, or the repository is not as it was looked at.
    """
    own = own_folder(folder)
    with catalog_locked(folder):
        _refuse_moved(folder, journal.before)
        write_atomically(own / _NAME, json.dumps(asdict(journal)).encode())
        try:
            yield
        except BaseException:
            _return_to(folder, journal.before)  # where that fails, too, the journal stays
            (own / _NAME).unlink(missing_ok=True)
            raise
        (own / _NAME).unlink(missing_ok=True)


def _refuse_moved(folder: Path, commit: str) -> None:
    """Refuse what came since the repository was looked at, which takes a while: it was not checked, and is not ours."""
    if git.run_git(["rev-parse", "HEAD"], folder).decode().strip() != commit or _changed(folder):
        raise CatalogError("The repository has changed while it was checked.", "Run this again.")


def refuse_killed(folder: Path) -> None:
    """Refuse to look at a repository in which a release was killed while it wrote.

    Raises:
        CatalogError: One was, and nothing has taken it back.
    """
    journal = _read(own_folder(folder) / _NAME)
    if journal is not None and journal.tag not in list_tags(folder):
        raise CatalogError(
            f"A release of {journal.tag} is being written here, or was killed while it was.",
            "Wait until it is done; if none is at work, `pilotline catalog release` without --plan takes it back.",
        )


def recover_release(folder: Path) -> None:
    """Take back a release that was killed; one that has its tag was finished.

    Raises:
        CatalogError: One is being made, or the repository has changed since it was killed.
    """
    own = own_folder(folder)
    journal = _read(own / _NAME)
    if journal is None:
        return
    with catalog_locked(folder):
        if journal.tag not in list_tags(folder):
            _refuse_changed(folder, journal, own / _NAME)
            if _take_back(folder, journal, own / "index.lock"):
                warn("A release of %s was killed here while it wrote; it is taken back now.", journal.tag)
        (own / _NAME).unlink(missing_ok=True)


def _refuse_changed(folder: Path, journal: ReleaseJournal, path: Path) -> None:
    """Refuse where somebody has worked since: what neither the last commit nor the release wrote stays."""
    changed = [name for name in _changed(folder) if not _is_ours(folder, journal, name)]
    if not _stands(folder, journal) or changed:
        what = f"changed: {', '.join(changed[:3])}" if changed else "committed"
        raise CatalogError(
            f"A release of {journal.tag} was killed here while it wrote, and something was {what} since then.",
            f"Bring the repository to where you want it (it was at {journal.before[:9]}), and remove {path}.",
        )


def _stands(folder: Path, journal: ReleaseJournal) -> bool:
    """Tell whether the last commit is the one before the release, or the release's own."""
    code, answer = git.try_git(["log", "-1", "--format=%H%n%P%n%s"], folder)
    commit, parent, subject = (*answer.decode(errors="replace").split("\n"), "", "", "")[:3]
    own = parent == journal.before and subject == f"Release {journal.tag}"
    return code == 0 and (commit == journal.before or own)


def _changed(folder: Path) -> list[str]:
    listed = git.run_git(["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"], folder)
    return [record[3:] for record in listed.decode(errors="replace").split("\0") if record]


def _is_ours(folder: Path, journal: ReleaseJournal, name: str) -> bool:
    place = folder / name
    if name in journal.removed or (journal.frozen and name.startswith(f"{journal.frozen}/")):
        return name not in journal.removed or not place.exists()
    if name not in journal.files:
        return False
    return not place.is_file() or journal.files[name].encode().startswith(place.read_bytes())


def _take_back(folder: Path, journal: ReleaseJournal, lock: Path) -> bool:
    """Return to the commit before; tell whether anything had been written."""
    break_stale_lock(lock)
    written = bool(_changed(folder)) or git.run_git(["rev-parse", "HEAD"], folder).decode().strip() != journal.before
    _return_to(folder, journal.before)
    return written


def _return_to(folder: Path, commit: str) -> None:
    """Go back to a commit; the tree was clean there, so all that goes with it is of the release."""
    with finishing():
        git.run_git(["add", "--all"], folder)
        git.run_git(["reset", "--quiet", "--hard", commit], folder)


def _read(path: Path) -> ReleaseJournal | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return ReleaseJournal(
            str(data["tag"]), str(data["before"]), dict(data["files"]), tuple(data["removed"]), str(data["frozen"])
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)  # it is there, whole, before anything else is written
        return None
