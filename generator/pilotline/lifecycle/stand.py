"""Where a pilot stands when its stage is to change: what was found of it, who asks, and what is written at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.catalog.catalogs import Catalogs
from pilotline.documents.rewriting import RewritingError, append_item, format_item, set_scalar
from pilotline.errors import CatalogError, PilotlineError
from pilotline.git.identity import read_author
from pilotline.pilot.derived_inputs import is_input
from pilotline.pilot.edit import edit_files
from pilotline.pilot.paths import ANSWERS, MANIFEST, STAGE_HISTORY
from pilotline.pilot.repository import open_repository
from pilotline.pilot.stages import Stage
from pilotline.pilot.write_guards import refuse_unready
from pilotline.readiness.run import CheckOptions, check_pilot
from pilotline.readiness.verdict import Verdict
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository, find_root, open_pilot_view
from pilotline.rules.derived import is_derived

_NEW_HISTORY: Final = """\
# What the pilot has proven so far, newest last. One entry per step; none is ever changed.
format: 1
history:
"""
Entry = Mapping[str, object]


class LifecycleError(PilotlineError):
    """A pilot's stage cannot be changed as it was asked."""


@dataclass(frozen=True)
class Stand:
    """A pilot as it stands at its last commit, and who is at the keyboard."""

    root: Path
    repo: Repository
    person: str
    """The address that git commits with; empty where nobody told git."""

    @property
    def stage(self) -> Stage:
        """The stage that it claims."""
        return self.repo.claimed_stage

    @property
    def command(self) -> str:
        """What its own command is called."""
        return self.repo.manifest.text("distribution")


def look_at(start: Path, today: date, catalogs: Catalogs | None = None) -> Stand:
    """Look at the pilot that a folder belongs to.

    Raises:
        PilotlineError: There is none, or it has changes that nobody committed.
    """
    if not start.is_dir():
        raise LifecycleError(f"There is no folder {start}.", "Give the folder of a pilot.")
    root = find_root(start)
    return _stand(root, open_pilot_view(root, today, CatalogOrigin(catalogs or Catalogs())))


def look_and_judge(start: Path, stage: Stage, today: date, catalogs: Catalogs | None = None) -> tuple[Stand, Verdict]:
    """Look at a pilot, and judge it for a stage.

    Raises:
        PilotlineError: As `look_at`.
    """
    outcome = check_pilot(start, CheckOptions(stage), today=today, catalogs=catalogs)
    return _stand(outcome.root, outcome.repo), outcome.verdict


def _stand(root: Path, repo: Repository) -> Stand:
    if not repo.manifest:
        reason = repo.manifest.source.error
        message = f"{MANIFEST} cannot be read: {reason}." if reason else f"There is no pilot in {root}."
        raise LifecycleError(message, f"Put {MANIFEST} right, or change into a pilot's folder.")
    refuse_unready(open_repository(root))
    return Stand(root, repo, read_author(root))


def known_person(stand: Stand) -> str:
    """Name who is at the keyboard, as git commits.

    Raises:
        LifecycleError: Nobody told git.
    """
    if not stand.person:
        raise LifecycleError(
            "Git does not know who you are, so nobody could tell later who did this.",
            "git config user.name NAME; git config user.email ADDRESS",
        )
    return stand.person


def text_of(stand: Stand, path: str) -> str:
    """Read a file to change it.

    Raises:
        LifecycleError: It is no text.
    """
    try:
        return stand.repo.files.get(path, b"").decode()
    except UnicodeDecodeError as error:
        raise LifecycleError(f"{path} is no text in UTF-8.", f"Put {path} right.") from error


def change_manifest(text: str, keys: tuple[str | int, ...], value: str) -> str:
    """Change one value of the manifest.

    Raises:
        LifecycleError: Its form does not let that be done alone.
    """
    try:
        return set_scalar(text, keys, value)
    except RewritingError as error:
        name = ".".join(map(str, keys))
        raise LifecycleError(f"{name} in {MANIFEST} cannot be set: {error}.", f"Write `{name}` by hand.") from error


def with_entry(stand: Stand, entry: Entry) -> str:
    """Give the history of stages with one more entry.

    Raises:
        LifecycleError: It has no form that an entry can be added to.
    """
    document = stand.repo.document(STAGE_HISTORY)
    is_new = {*document.names()} <= {"format", "history"} and document.at("history").data in (None, [])
    if is_new and not document.source.error:
        return _NEW_HISTORY + format_item(entry, "  ")
    try:
        return append_item(text_of(stand, STAGE_HISTORY), "history", entry)
    except RewritingError as error:
        raise LifecycleError(
            f"{STAGE_HISTORY} cannot be continued: {error}.", f"Restore it: git log -- {STAGE_HISTORY}"
        ) from error


def write_change(stand: Stand, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write what changes, and what is derived from it, all at once; return the paths.

    Raises:
        PilotlineError: A file cannot be written; then none is.
    """
    contents = {path: text.encode() for path, text in files.items()}
    contents |= _derived(stand.repo, contents)
    edit_files(stand.root, contents)
    return tuple(sorted(contents))


def _derived(repo: Repository, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Rebuild the derived files that are there; where that cannot be done `check` finds them stale."""
    if ANSWERS not in repo.files or MANIFEST not in changed:
        return {}
    from pilotline.catalog.carried import carries  # noqa: PLC0415 - it reads the built-in catalog
    from pilotline.pilot.derived_files import derive_files  # noqa: PLC0415 - it loads Jinja

    known = {path: repo.files[path] if is_input(path) else b"" for path in repo.files}
    try:
        built = derive_files({**known, **changed}, carries)
    except CatalogError:
        return {}
    present = {path: repo.files[path] for path in built if path in repo.files}
    return {path: built[path] for path, old in present.items() if is_derived(old) and old != built[path]}
