"""`pilotline catalog hotspots`: what of the catalog's own files the fleet edits most."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.cli.options.pilots import crew_options, pilot_list, read_pilots
from pilotline.cli.views.plan import list_lines
from pilotline.cli.views.terminal import counting, say
from pilotline.errors import ExitCode
from pilotline.fleet.each_pilot import Crew
from pilotline.fleet.hotspots import HotFile, Hotspots, find_hotspots

_MOST_LINES: Final = 3
_WIDEST: Final = 80


@click.command("hotspots")
@pilot_list
@click.option("--most", default=20, show_default=True, type=click.IntRange(1), help="How many files to show.")
@crew_options
@json_option
def command(
    pilots: tuple[Path, ...], listed: Path | None, most: int, jobs: int | None, timeout: float, as_json: bool
) -> int:
    """Show which of the catalog's own files and lines the pilots edit most, against the version that each records.

    What many teams change wants to be a setting, or a file that is theirs from the first day. Seeds and derived files
    are the pilots' own and do not count. Exit code 1 means that nobody can tell about some pilot.
    """
    folders = read_pilots(pilots, listed)
    found = find_hotspots(folders, user_catalogs(), counting("Comparing pilot"), Crew(jobs, timeout))
    if as_json:
        echo_json(_as_json(found))
    else:
        say(_as_text(found, most))
    return ExitCode.FOUND if found.errors else ExitCode.DONE


def _as_json(found: Hotspots) -> Mapping[str, object]:
    return {
        "format": 1,
        "pilots": found.pilots,
        "files": [_fields(file) for file in found.files],
        "errors": [{"pilot": str(folder), "message": message} for folder, message in found.errors],
    }


def _fields(file: HotFile) -> dict[str, object]:
    return {
        "path": file.path,
        "edited": [*map(str, file.edited)],
        "deleted": [*map(str, file.deleted)],
        "added_lines": file.added_lines,
        "removed_lines": file.removed_lines,
        "lines": [{"line": e.number, "text": e.text, "pilots": [*map(str, e.pilots)]} for e in file.lines],
    }


def _as_text(found: Hotspots, most: int) -> str:
    told = found.pilots - len(found.errors)
    lines = [click.style(f"What {_count(told, 'pilot')} changed in the catalog's files", bold=True)]
    if not found.files:
        lines.append("  Nothing.")
    for file in found.files[:most]:
        deleted = f", {len(file.deleted)} deleted" if file.deleted else ""
        counts = f"+{file.added_lines} -{file.removed_lines}"
        lines.append(f"  {file.pilots:>4} of {told}  {counts:>10}  {click.style(file.path, fg='cyan')}{deleted}")
        several = [line for line in file.lines if len(line.pilots) > 1 or len(file.lines) <= _MOST_LINES]
        lines += [
            f"{'':>12}{len(line.pilots):>4} at line {line.number}: {_cut(line.text)}" for line in several[:_MOST_LINES]
        ]
    if len(found.files) > most:
        lines.append(f"  and {_count(len(found.files) - most, 'file')} more: --most {len(found.files)}")
    lines += list_lines("Nobody can tell", [f"{folder}: {message}" for folder, message in found.errors])
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
