"""`pilotline catalog impact`: what a change of the catalog will do to the pilots, before it is released."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypedDict, Unpack

import click

from pilotline.cli.options.common import echo_json_rows, json_option, user_catalogs
from pilotline.cli.options.pilots import catalog_folder, crew_options, pilot_list, read_pilots, source_option
from pilotline.cli.views.impact import impact_as_json, impact_as_markdown, impact_as_text, pilot_as_json
from pilotline.cli.views.terminal import counting, say
from pilotline.errors import DestinationError, ExitCode
from pilotline.files.disk import write_where_it_leads
from pilotline.fleet.each_pilot import Crew
from pilotline.fleet.impact import Limits, PilotImpact, count_outcomes, exceeded, find_impact
from pilotline.fleet.unreleased import UnreleasedCatalog, open_unreleased


def _read_limit(context: click.Context, parameter: click.Parameter, text: str | None) -> float | None:
    """Read a number of pilots, or a share of them with a percent sign, which is below 1."""
    if text is None:
        return None
    number = text.strip().removesuffix("%")
    is_share = number != text.strip()
    if not number.replace(".", "", 1).isdigit() or (not is_share and "." in number):
        message = f"{text} is neither a number of pilots nor a share of them such as 5%"
        raise click.BadParameter(message, context, parameter)
    if is_share and float(number) >= 100:  # noqa: PLR2004 - percent
        raise click.BadParameter(f"{text} is all of them or more: leave it out", context, parameter)
    return float(number) / 100 if is_share else float(number)


class _Asked(TypedDict):
    """What the user gave."""

    pilots: tuple[Path, ...]
    listed: Path | None
    folder: Path
    sources: tuple[str, ...]
    base: str | None
    checks: bool
    jobs: int | None
    timeout: float
    max_conflicts: float | None
    max_refused: float | None
    max_errors: float | None
    markdown: bool
    html: Path | None
    as_json: bool


@click.command("impact")
@pilot_list
@catalog_folder
@source_option
@click.option("--base", metavar="VERSION", help="The version that pilots come from which record none.")
@click.option(
    "--checks/--no-checks", default=True, show_default=True, help="Judge each pilot's readiness before and after, too."
)
@click.option("--max-conflicts", metavar="N|P%", callback=_read_limit, help="1 where more pilots conflict.")
@click.option(
    "--max-refused",
    metavar="N|P%",
    callback=_read_limit,
    help="1 where more have refused answers.",
)
@click.option(
    "--max-errors",
    metavar="N|P%",
    callback=_read_limit,
    help="1 where more cannot be told.",
)
@crew_options
@click.option("--markdown", is_flag=True, help="Print a summary for a pull request.")
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write one page for whoever decides on a release.",
)
@json_option
def command(**asked: Unpack[_Asked]) -> int:
    """Plan for each pilot what an upgrade to this catalog would do, as the catalog lies in its folder.

    Changes that are not committed count. Nothing is written, and nothing of a pilot is run. Exit code 1 means that a
    limit is exceeded: a number of pilots, or a share of them with a percent sign.
    """
    if asked["markdown"] and asked["as_json"]:
        raise click.UsageError("--markdown and --json are different forms of one answer: give one of them")
    folders = read_pilots(asked["pilots"], asked["listed"])
    catalog = open_unreleased(asked["folder"], user_catalogs(), asked["sources"])
    found = _plan_all(catalog, folders, asked)
    over = exceeded(count_outcomes(found), Limits(asked["max_conflicts"], asked["max_refused"], asked["max_errors"]))
    version = str(catalog.snapshot.identity.version)
    if asked["html"] is not None:
        _write_page(asked["html"], version, found, over)
    if asked["as_json"]:
        echo_json_rows(impact_as_json(version, found, over), "pilots", map(pilot_as_json, found))
    else:
        say((impact_as_markdown if asked["markdown"] else impact_as_text)(version, found, over))
    return ExitCode.FOUND if over else ExitCode.DONE


def _write_page(file: Path, version: str, found: Sequence[PilotImpact], over: Sequence[str]) -> None:
    """Write the page where the user names it.

    Raises:
        DestinationError: It cannot be written.
    """
    from pilotline.fleet.impact_page import write_page  # noqa: PLC0415 - only a page needs Jinja

    today = date.today()  # noqa: DTZ011 - the user's own day
    try:
        write_where_it_leads(file, write_page(version, found, over, today).encode())
    except OSError as error:
        raise DestinationError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from error


def _plan_all(catalog: UnreleasedCatalog, folders: Sequence[Path], asked: _Asked) -> list[PilotImpact]:
    """Plan for all pilots, and show how far that is."""
    show, crew = counting("Planning pilot"), Crew(asked["jobs"], asked["timeout"])
    today = date.today()  # noqa: DTZ011 - the user's own day
    found: list[PilotImpact] = []
    show(0, len(folders))
    try:
        for impact in find_impact(catalog, folders, today, base=asked["base"], checks=asked["checks"], crew=crew):
            found.append(impact)
            show(len(found), len(folders))
    finally:
        show(len(folders), len(folders))
    return found
