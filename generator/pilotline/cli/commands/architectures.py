"""`pilotline architectures`: choose a solution shape by what it is for."""

import shutil
import textwrap
from typing import Final

import click

from pilotline.catalog.architectures import Architecture, find_architecture, list_architectures
from pilotline.cli.lazy import LazyGroup
from pilotline.cli.options.catalogs import open_catalog
from pilotline.cli.options.common import catalog_option, echo_json, json_option, user_catalogs
from pilotline.cli.views.terminal import say

_WIDEST: Final = 100
_COMMANDS: Final = {
    "show": ("pilotline.cli.commands.architectures:show", "Explain one: when to use it, its components, a picture."),
    "recommend": (
        "pilotline.cli.commands.architectures_recommend:command",
        "Recommend one for what you need, with the reasons.",
    ),
    "export": (
        "pilotline.cli.commands.architectures_export:command",
        "Write the pack that an architecture board asks for.",
    ),
}


@click.group("architectures", cls=LazyGroup, table=_COMMANDS, invoke_without_command=True)
@catalog_option
@json_option
@click.pass_context
def command(context: click.Context, catalog: str | None, as_json: bool) -> None:
    """List and explain the reference architectures."""
    context.obj = catalog
    if context.invoked_subcommand:
        return
    found = list_architectures(open_catalog(user_catalogs(), catalog))
    if as_json:
        rows = [{"id": item.id, "title": item.title, "summary": item.summary} for item in found]
        echo_json({"format": 1, "architectures": rows})
        return
    for item in found:
        say(f"{click.style(item.id, fg='cyan', bold=True)}  {item.title}")
        say(_wrap(item.summary))
    click.echo(
        "\nExplain one: pilotline architectures show ID\nNot sure which: pilotline architectures recommend\n"
        "For an architecture board: pilotline architectures export ID"
    )


@click.command("show")
@click.argument("architecture", metavar="ID")
@catalog_option
@json_option
@click.pass_context
def show(context: click.Context, architecture: str, catalog: str | None, as_json: bool) -> None:
    """Explain one architecture: what it decides, when to use it, its components and a picture."""
    found = find_architecture(open_catalog(user_catalogs(), catalog or context.obj), architecture)
    if as_json:
        echo_json(_as_json(found))
    else:
        say(_as_text(found))


def _as_json(found: Architecture) -> dict[str, object]:
    return {
        "format": 1,
        "id": found.id,
        "title": found.title,
        "summary": found.summary,
        "decision": found.decision,
        "use_when": found.use_when,
        "avoid_when": found.avoid_when,
        "components": [
            {"id": part.id, "title": part.title, "kind": part.kind, "path": part.path, "does": part.does}
            for part in found.components
        ],
        "flows": [{"from": flow.source, "to": flow.target, "carries": flow.carries} for flow in found.flows],
    }


def _as_text(found: Architecture) -> str:
    width = max((len(part.title) for part in found.components), default=0)
    sections = [
        f"{click.style(found.title, bold=True)} ({found.id})\n{_wrap(found.summary)}",
        _section("Its example decides", [_wrap(found.decision)]),
        _section("Use it when", [_wrap(f"- {reason}", 4) for reason in found.use_when]),
        _section("Choose another when", [_wrap(f"- {reason}", 4) for reason in found.avoid_when]),
        _section("Components", [_wrap(f"{part.title:<{width}}  {part.does}", width + 4) for part in found.components]),
        _section("Picture", [f"  {line}" for line in _picture(found)]),
    ]
    if found.readme:
        sections.append(f"More, with diagrams: {found.readme} in the catalog")
    return "\n\n".join(section for section in sections if section)


def _picture(found: Architecture) -> list[str]:
    """Draw the flows as arrows between boxes, one line a flow."""
    titles = {part.id: part.title for part in found.components}
    lines = [(titles.get(f.source, f.source), f.carries, titles.get(f.target, f.target)) for f in found.flows]
    left = max((len(source) for source, _, _ in lines), default=0)
    middle = max((len(carries) for _, carries, _ in lines), default=0)
    return [f"[ {source:<{left}} ] ─ {f'{carries} ':─<{middle + 2}}▶ [ {target} ]" for source, carries, target in lines]


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([click.style(title, fg="cyan"), *lines]) if any(line.strip() for line in lines) else ""


def _wrap(text: str, hang: int = 2) -> str:
    """Break a text between its words, to the width of the terminal."""
    return textwrap.fill(
        text, min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST), initial_indent="  ",
        subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
