"""What of the catalog's own files a fleet edits most: what many teams change wants to be a setting, or a seed."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.catalog.catalogs import Catalogs
from pilotline.errors import PilotlineError
from pilotline.fleet.each_pilot import ALL_CORES, Crew, for_each_pilot
from pilotline.git.hunks import ChangedLine, changed_lines
from pilotline.pilot.pilot import open_pilot, recorded_version
from pilotline.template.confinement import compile_ahead
from pilotline.template.snapshot import Usage
from pilotline.upgrade.drift import Comparison, compare_pilot

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HotLine:
    """A line of a file of the catalog that teams edit, by what it says: its number differs between pilots."""

    text: str
    pilots: tuple[Path, ...]
    number: int
    """Which line it is where it was found first."""


@dataclass(frozen=True)
class HotFile:
    """A file of the catalog that teams edit."""

    path: str
    edited: tuple[Path, ...]
    deleted: tuple[Path, ...]
    added_lines: int
    removed_lines: int
    """In all pilots together."""
    lines: tuple[HotLine, ...]
    """What is edited in it, most often first."""

    @property
    def pilots(self) -> int:
        """How many pilots no longer have it as the catalog made it."""
        return len(self.edited) + len(self.deleted)


@dataclass(frozen=True)
class Hotspots:
    """What a fleet edits of its catalogs' files, most often first, and of which pilots nobody can tell."""

    pilots: int
    """How many were looked at."""
    files: tuple[HotFile, ...]
    errors: tuple[tuple[Path, str], ...]


class _Edits(NamedTuple):
    """What one pilot changed in the catalog's files: by file, and by line of what the catalog made."""

    files: Comparison
    lines: tuple[ChangedLine, ...]


def find_hotspots(
    folders: Sequence[Path],
    catalogs: Catalogs | None = None,
    progress: Progress = lambda *_: None,
    crew: Crew = ALL_CORES,
) -> Hotspots:
    """Compare each pilot with what the catalog made of it, and sum up what differs.

    Nothing of a pilot is run, and the catalog runs no code of its own.

    Args:
        folders: The pilots' folders.
        catalogs: The shelf to read their catalogs from; none means a new one.
        progress: Hears how many of how many pilots are done.
        crew: Who works.
    """
    found, errors = dict[Path, _Edits](), []
    progress(0, len(folders))
    compare = partial(_compare, catalogs or Catalogs())
    try:
        for number, (folder, edits) in enumerate(for_each_pilot(compare, folders, crew), 1):
            progress(min(number, len(folders) - 1), len(folders))
            if isinstance(edits, PilotlineError):
                errors.append((folder, f"{edits.message} {edits.hint}".strip()))
            else:
                found[folder] = edits
    finally:
        progress(len(folders), len(folders))
    files = _sum_up(found)
    ordered = sorted(files, key=lambda file: (-file.pilots, -file.removed_lines - file.added_lines, file.path))
    return Hotspots(len(folders), tuple(ordered), tuple(errors))


def _compare(catalogs: Catalogs, folder: Path) -> _Edits | PilotlineError:
    """Compare one pilot; what is wrong with it is its result."""
    try:
        return _edits_of(_SHELF.setdefault(catalogs, catalogs), folder)
    except PilotlineError as error:
        return error


_SHELF: Final[dict[Catalogs, Catalogs]] = {}
"""What this process has read and compiled, by configuration."""


def _edits_of(catalogs: Catalogs, folder: Path) -> _Edits:
    pilot = open_pilot(folder)
    usage = Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name)
    recorded = catalogs.base(pilot.source, recorded_version(pilot))
    compile_ahead(recorded)
    found = compare_pilot(pilot, recorded.used(usage))
    lines = (line._replace(path=line.path.removeprefix(pilot.prefix)) for line in changed_lines(found.patch))
    return _Edits(found, tuple(lines))


def _sum_up(found: Mapping[Path, _Edits]) -> list[HotFile]:
    edited, deleted = defaultdict[str, list[Path]](list), defaultdict[str, list[Path]](list)
    counts = defaultdict[str, list[int]](lambda: [0, 0])
    for folder, edits in found.items():
        for change in edits.files.changes:
            path = change.old_path or change.path
            (deleted if change.kind == "removed" else edited)[path].append(folder)
            for place, number in enumerate(edits.files.lines.get(change.path, (0, 0))):
                counts[path][place] += 0 if change.kind == "removed" else number
    lines = _hot_lines(found, deleted)
    return [
        HotFile(
            path=path,
            edited=tuple(edited[path]),
            deleted=tuple(deleted[path]),
            added_lines=counts[path][0],
            removed_lines=counts[path][1],
            lines=lines.get(path, ()),
        )
        for path in {**edited, **deleted}
    ]


def _hot_lines(found: Mapping[Path, _Edits], deleted: Mapping[str, list[Path]]) -> dict[str, tuple[HotLine, ...]]:
    """Gather the edited lines of each file by what they say; those of a deleted file say nothing."""
    places: dict[str, dict[str, dict[Path, int]]] = defaultdict(lambda: defaultdict(dict))
    for folder, edits in found.items():
        for line in edits.lines:
            if line.text.strip() and folder not in deleted.get(line.path, ()):
                places[line.path][line.text.strip()].setdefault(folder, line.number)
    return {
        path: tuple(
            HotLine(text, tuple(where), next(iter(where.values())))
            for text, where in sorted(texts.items(), key=lambda pair: (-len(pair[1]), next(iter(pair[1].values()))))
        )
        for path, texts in places.items()
    }
