"""`pilotline catalog release`: one version of a catalog, as pilots will record it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pilotline.authoring.release import plan_release, publish_release
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.terminal import counting


@click.command("release")
@click.argument("version")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option("--plan", "only_plan", is_flag=True, help="Show the notes that would be written; change nothing.")
@json_option
def command(version: str, folder: Path, only_plan: bool, as_json: bool) -> None:
    """Release the catalog in PATH (default: the current folder) as VERSION (PEP 440, such as 1.2.0).

    Lints it, gathers changelog.d/ into CHANGELOG.md and upgrade_notes/VERSION.md, commits, and tags the commit. A dirty
    tree, an existing or smaller version, or nothing to tell is refused. Exit code 1 means that lint found problems.
    """
    today, watch = datetime.now(UTC).date(), counting("Linting, rule")
    release = plan_release(folder.absolute(), version, today, recover=not only_plan, progress=watch)
    if release.linted_before and not as_json:
        click.echo("This very content was linted before, without problems.", err=True)
    commit = None if only_plan else publish_release(release)
    note = f"upgrade_notes/{release.tag}.md"
    if as_json:
        answer = {"format": 1, "version": release.tag, "commit": commit, "files": sorted(release.files), "note": note}
        echo_json(answer)
    elif only_plan:
        click.echo(f"{release.files[note]}\nNothing was changed.")
    else:
        click.echo(f"Released {click.style(release.tag, bold=True)} as {str(commit)[:9]}; teams read {note}.")
        click.echo("Next:\n  git push --follow-tags")
