"""An existing pilot: where it lies, what it was generated with, and whether it may be changed now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.git.contents import list_tree, read_paths
from pilotline.git.credentials import without_user
from pilotline.pilot.paths import ANSWERS, MANIFEST, TEAM_FILES
from pilotline.pilot.renamed_package import PACKAGE, find_new_names, follow_path, read_names
from pilotline.pilot.repository import OpenRepository, PilotError, open_repository
from pilotline.pilot.team_files import parse_record

_OTHER_ANSWERS: Final = re.compile(r"\.copier-answers\..+\.ya?ml|\.copier-answers\.yaml")


@dataclass(frozen=True)
class Pilot(OpenRepository):
    """A repository, or a folder of one, that a catalog manages: what its last commit records of that."""

    source: str
    """The catalog's address as it is recorded; `address` is for whoever reads it."""
    version: str | None
    answers: Mapping[str, object]
    team_files: frozenset[str] = frozenset()
    """Paths of the catalog at which the team's own file stays."""
    answers_file: str = ANSWERS
    """Where the answers are recorded, relative to the pilot's folder."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What its package is called now, as answers, where the team renamed it."""

    @property
    def address(self) -> str:
        """The catalog's address without user information, which an earlier version may have recorded."""
        return without_user(self.source)

    @property
    def recorded(self) -> Mapping[str, object]:
        """What the answers file holds, as templates read it: where the pilot comes from, and its answers."""
        return {"_commit": self.version, "_src_path": self.source, **self.answers}


def open_pilot(start: Path, answers_file: str | None = None) -> Pilot:
    """Find the pilot that a folder belongs to, and read what its last commit records.

    Args:
        start: The pilot's folder, or one below it.
        answers_file: The answers file, where it has a name of its own.

    Raises:
        PilotError: There is none, it was never committed, or its answers file cannot be used.
    """
    folder, answers_file = _find(start, answers_file)
    return _read(open_repository(folder), answers_file)


def _find(start: Path, answers_file: str | None) -> tuple[Path, str]:
    """Find the folder of a pilot, and the name of its answers file as Renovate would find it."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / (answers_file or ANSWERS)).is_file():
            return folder, answers_file or ANSWERS
        others = sorted(path.name for path in folder.glob(".copier-answers.*") if _OTHER_ANSWERS.fullmatch(path.name))
        if len(others) == 1 and answers_file is None:
            return folder, others[0]
        if others and answers_file is None:
            raise PilotError(f"{folder} has several answers files: {', '.join(others)}.", "Name one: --answers-file.")
    wanted = answers_file or ANSWERS
    committed = _find_committed(start, wanted)
    if committed is not None:
        return committed, wanted
    raise PilotError(f"There is no pilot in {start} or above it.", f"Change into a folder with a {wanted}.")


def _find_committed(start: Path, answers_file: str) -> Path | None:
    """Find the folder of a pilot whose answers file is missing in the work tree, as after a kill, but committed."""
    try:
        place = open_repository(start)
    except PilotError:
        return None
    parts = PurePosixPath(place.prefix).parts
    folders = ["".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts), -1, -1)]
    known = {e.path for e in list_tree(place.top, place.head, *(f + answers_file for f in folders))}
    found = next((folder for folder in folders if folder + answers_file in known), None)
    return None if found is None else place.top / found


def _read(found: OpenRepository, answers_file: str) -> Pilot:
    """Read what the last commit of a pilot records."""
    wanted = [f"{found.prefix}{name}" for name in (answers_file, TEAM_FILES, MANIFEST)]
    place, record, manifest = wanted
    contents = read_paths(found.top, found.head, wanted)
    if place not in contents:
        raise PilotError(f"{place} is not committed.", "Commit it, then run the command again.")
    try:
        data = parse_mapping(contents[place])
    except (YamlError, UnicodeDecodeError):
        data = None
    source = (data or {}).get("_src_path")
    if data is None or not isinstance(source, str):
        raise PilotError(
            f"{place} cannot be read as answers.", f"Restore it from an earlier commit: git log -- {place}"
        )
    version = data.get("_commit")
    answers = {key: value for key, value in data.items() if not key.startswith("_")}
    own = parse_record(contents[record], record) if record in contents else frozenset()
    version = None if version is None else str(version)
    pilot = Pilot(found.place, found.prefix, source, version, answers, own, answers_file)
    names = _new_names(pilot, contents.get(manifest, b""))
    return replace(pilot, names=names, team_files=frozenset(follow_path(path, answers, names) for path in own))


def _new_names(pilot: Pilot, manifest: bytes) -> Mapping[str, str]:
    """Give the names in a manifest where the package has another than its answer, and stands under it."""
    if read_names(manifest).get(PACKAGE) in (None, pilot.answers.get(PACKAGE)):
        return {}
    entries = list_tree(pilot.top, pilot.head, f"{pilot.prefix}src/")
    return find_new_names(pilot.answers, manifest, {entry.path.removeprefix(pilot.prefix) for entry in entries})


def recorded_version(pilot: Pilot) -> str:
    """Give the version that a pilot was made from.

    Raises:
        PilotError: It records none.
    """
    if pilot.version is None:
        raise PilotError(
            "The answers file records no version (_commit), so there is no base to merge from.",
            "Set _commit to the version of the catalog that the pilot was made from, and commit that.",
        )
    return pilot.version
