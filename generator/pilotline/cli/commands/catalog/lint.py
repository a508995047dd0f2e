"""`pilotline catalog lint`: all that would hurt pilots later, at once."""

from dataclasses import asdict
from pathlib import Path

import click

from pilotline.authoring.acceptable_use import POLICIES, are_uses_the_example
from pilotline.authoring.fresh_pilots import examine_catalog
from pilotline.authoring.objectives import OBJECTIVES, find_examples
from pilotline.catalog.builtin import builtin_root
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.terminal import counting, say
from pilotline.errors import ExitCode
from pilotline.linting.run import LintVerdict


@click.command("lint")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@json_option
def command(folder: Path, as_json: bool) -> int:
    """Check the catalog in PATH (default: the current folder), changes that are not committed included.

    Renders every architecture, stage and CI provider with no, each and all integrations, and with answers at the edge
    of what the questions accept, and judges fresh pilots by the organisation's own checks. Exit code 1 means that
    there are problems. Objectives and acceptable uses that are still the example's are named, and are no problem.
    """
    verdict = examine_catalog(folder.absolute(), counting("Linting, rule"))
    ours = folder.resolve() == builtin_root()
    examples, uses = () if ours else find_examples(folder), not ours and are_uses_the_example(folder)
    if as_json:
        echo_json({**_as_json(verdict), "example_objectives": list(examples), "example_uses": uses})
    else:
        say("\n".join([_as_text(verdict), *_remarks(examples, uses=uses)]))
    return ExitCode.FOUND if verdict.problems else ExitCode.DONE


def _remarks(examples: tuple[str, ...], *, uses: bool) -> list[str]:
    found = [f"{', '.join(examples)} ({OBJECTIVES})"] if examples else []
    found += [f"acceptable_use ({POLICIES})"] if uses else []
    return [f"Still the example's, put your own there: {each}." for each in found]


def _as_json(verdict: LintVerdict) -> dict[str, object]:
    problems = [asdict(problem) for problem in verdict.problems]
    return {"format": 1, "cases": verdict.cases, "known": verdict.known, "problems": problems}


def _as_text(verdict: LintVerdict) -> str:
    known = " This very content was linted before; nothing was rendered again." if verdict.known else ""
    if not verdict.problems:
        return f"No problems: {verdict.cases} sets of answers were rendered.{known}"
    lines = []
    for problem in verdict.problems:
        place = click.style(f"{problem.path}:{problem.line}", bold=True)
        lines += [f"{place} {click.style(problem.rule, fg='red')}: {problem.message}", f"    {problem.fix}"]
    count = "1 problem" if len(verdict.problems) == 1 else f"{len(verdict.problems)} problems"
    return "\n".join([*lines, f"{count}.{known}"])
