"""`pilotline catalog init`: an organisation's own catalog, ready to be changed and released."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from pilotline.authoring.acceptable_use import POLICIES, are_uses_the_example
from pilotline.authoring.init import FIRST_VERSION, NewCatalog, create_catalog, plan_catalog
from pilotline.authoring.installed_from import requirement
from pilotline.authoring.objectives import (
    OBJECTIVES,
    Objective,
    find_examples,
    gather_objectives,
    objective_questions,
    read_objectives,
)
from pilotline.catalog.reference import parse_reference
from pilotline.cli.exit import stop_listening
from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.git.new_repository import Founded, check_destination


@click.command("init")
@click.argument("destination", type=click.Path(path_type=Path), metavar="DEST")
@click.option("--name", help="What people call it. Default: the name of the folder.")
@click.option(
    "--catalog",
    metavar="URL|PATH[@VERSION]",
    help="Catalog to begin with. Default: the built-in one of this pilotline.",
)
@click.option(
    "--objectives",
    "given",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Your organisation's objectives as YAML: title, kind, owner, measure, baseline and target of each.",
)
@json_option
def command(destination: Path, name: str | None, catalog: str | None, given: Path | None, as_json: bool) -> None:
    """Make a catalog of your own in DEST: a git repository with its first version tagged.

    It holds templates, reference architectures, your organisation's files, tests, and CI for GitHub and GitLab. In a
    terminal it asks for two or three objectives of your organisation; without them the example's stay, and are named.
    """
    check_destination(destination)
    catalogs = user_catalogs()
    origin = catalogs.open(parse_reference(catalog))
    known = requirement(catalogs.config.source)
    objectives = _settle_objectives(given, ask=not as_json)
    today = datetime.now(UTC).date()
    plan = plan_catalog(origin, name or destination.absolute().name, known, today, objectives)
    made = create_catalog(plan, destination, stop_listening)
    if as_json:
        echo_json(_as_json(plan, made, destination))
    else:
        click.echo("\n".join(_as_text(plan, made, destination, is_known=bool(known))))


def _following(made: Founded, destination: Path) -> list[str]:
    return [f"cd {destination}", "pilotline catalog lint", f"pilotline new FOLDER --catalog {made.destination}"]


def _as_json(plan: NewCatalog, made: Founded, destination: Path) -> dict[str, object]:
    return {
        "format": 1,
        "destination": str(made.destination),
        "version": FIRST_VERSION,
        "commit": made.commit,
        "files": len(plan.tree),
        "example_objectives": list(find_examples(made.destination)),
        "example_uses": are_uses_the_example(made.destination),
        "next": _following(made, destination),
    }


def _as_text(plan: NewCatalog, made: Founded, destination: Path, *, is_known: bool) -> Iterator[str]:
    """Say what was made, and what to do next; whether it is known where Pilotline comes from decides the last line."""
    yield f"{click.style(plan.name, bold=True)} is in {destination} ({len(plan.tree)} files, {FIRST_VERSION})."
    yield "Begin with its README.md: it names the files that make it yours.\nNext:"
    yield from (f"  {line}" for line in _following(made, destination))
    if find_examples(made.destination):
        yield f"Its objectives are still the example's: put yours into {OBJECTIVES}."
    if are_uses_the_example(made.destination):
        yield f"What AI may be used for is still the example's: decide on it in {POLICIES}."
    if not is_known:
        yield "Put Pilotline's address into requirements.txt: CI and colleagues install it from there."


def _settle_objectives(given: Path | None, *, ask: bool) -> tuple[Objective, ...]:
    """Read the organisation's objectives from a file, or ask for them where somebody is there."""
    if given is not None:
        return read_objectives(given)
    if not (ask and sys.stdin.isatty() and sys.stdout.isatty()):
        return ()
    from pilotline.cli.wizard import ask_some  # noqa: PLC0415 - only the wizard may take longer to load

    return gather_objectives(ask_some(objective_questions(), {}))
