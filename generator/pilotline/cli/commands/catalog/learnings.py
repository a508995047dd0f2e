"""`pilotline catalog learnings`: what pilots learned becomes one page of the catalog, and is named to new ones."""

from collections.abc import Sequence
from pathlib import Path

import click

from pilotline.catalog.learnings import LEARNINGS, PAGE, Finding
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.options.pilots import catalog_folder, pilot_list, read_pilots
from pilotline.cli.views.plan import list_lines
from pilotline.cli.views.terminal import say
from pilotline.errors import CatalogError, ExitCode
from pilotline.fleet.learnings import Gathered, gather_findings, renew_findings, write_findings


@click.command("learnings")
@pilot_list
@catalog_folder
@click.option("--plan", "only_plan", is_flag=True, help="Show what was found; write nothing.")
@json_option
def command(pilots: tuple[Path, ...], listed: Path | None, folder: Path, only_plan: bool, as_json: bool) -> int:
    """Gather what the pilots learned into the catalog: LEARNINGS.md for people, and a list that `new` reads.

    A decision record counts that begins with `learning: true` and `challenge: WORD` between two lines of ---, and an
    experiment in pilot.yml that has the same. What the named pilots said before is replaced; that of others stays.
    Exit code 1 means that nobody can tell about some pilot, or that something in it is not said.
    """
    if not any((folder / name).is_file() for name in ("copier.yml", "copier.yaml")):
        raise CatalogError(f"{folder} is no catalog: it has no copier.yml.", "Run this in the folder of a catalog.")
    gathered = tuple(gather_findings(read_pilots(pilots, listed)))
    findings = renew_findings(folder, gathered)
    if not only_plan:
        write_findings(folder, findings)
    if as_json:
        echo_json(_as_json(findings, gathered, written=not only_plan))
    else:
        say(_as_text(findings, gathered, written=not only_plan))
    return ExitCode.FOUND if any(each.problems for each in gathered) else ExitCode.DONE


def _as_json(findings: Sequence[Finding], gathered: Sequence[Gathered], *, written: bool) -> dict[str, object]:
    problems = [{"pilot": str(each.folder), "message": text} for each in gathered for text in each.problems]
    return {
        "format": 1, "learnings": [each._asdict() for each in findings], "problems": problems, "written": written,
    }  # fmt: skip


def _as_text(findings: Sequence[Finding], gathered: Sequence[Gathered], *, written: bool) -> str:
    lines = [click.style(f"What {len({each.pilot for each in findings})} pilots learned", bold=True)]
    lines += [f"  {each.architecture}  {each.challenge or '-':<10}  {each.title} ({each.pilot})" for each in findings]
    lines += list_lines("To put right", [f"{each.folder}: {text}" for each in gathered for text in each.problems])
    end = f"Written: {PAGE} and {LEARNINGS}. Commit them; `pilotline new` names them from the next version on."
    return "\n".join([*lines, "", end if written else "Nothing was written."])
