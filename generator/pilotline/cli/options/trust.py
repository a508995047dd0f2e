"""Whether a catalog may run code of its own: told in one sentence, and never without a yes."""

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, TypeVar

import click

from pilotline.cli.options.common import config_path
from pilotline.template.snapshot import Snapshot, Usage

_F = TypeVar("_F", bound=Callable[..., Any])

_SHOWN: Final = 5


def trust_option(function: _F) -> _F:
    """Add `--trust`, which holds for this run alone."""
    return click.option(
        "--trust",
        is_flag=True,
        help="Let the catalog run its own code this time: tasks, migrations, Jinja extensions.",
    )(function)


def settle_usage(
    *snapshots: Snapshot,
    trusted: Collection[str],
    trust: bool,
    answers_file: str | None = None,
    folder_name: str | None = None,
    migrates_to: Snapshot | None = None,
) -> tuple[Snapshot, ...]:
    """Say for each snapshot what it is used for, and whether its own code may run.

    Args:
        snapshots: The catalogs that a command reads.
        trusted: Addresses that the user's configuration trusts.
        trust: Whether the user trusts them all for this run.
        answers_file: The answers file of the pilot that they are used for.
        folder_name: Its folder.
        migrates_to: The one among them whose migrations are run.
    """
    commands = _commands(snapshots, migrates_to)
    extensions = {snapshot.identity.place for snapshot in snapshots if snapshot.definition.extensions}
    allowed = {
        source: trust or source in trusted or _is_allowed(source, list(dict.fromkeys(found)))
        for source, found in commands.items()
        if found or source in extensions
    }
    return tuple(
        snapshot.used(Usage(allowed.get(snapshot.identity.place, False), answers_file, folder_name))
        for snapshot in snapshots
    )


def _commands(snapshots: Sequence[Snapshot], migrates_to: Snapshot | None) -> dict[str, list[str]]:
    """List what each catalog would run."""
    found: dict[str, list[str]] = {}
    for snapshot in snapshots:
        found.setdefault(snapshot.identity.place, []).extend(snapshot.definition.tasks)
    if migrates_to is not None:
        found.setdefault(migrates_to.identity.place, []).extend(migrates_to.definition.migrations)
    return found


def _is_allowed(source: str, tasks: Sequence[str]) -> bool:
    if tasks and sys.stdin.isatty() and sys.stderr.isatty():
        question = f"{source} wants to run on this machine: {_shown(tasks)}. Let it, this time?"
        if click.confirm(question, default=False, err=True):
            return True
    if tasks:
        click.echo(
            f"Not run, because you do not trust {source}: {_shown(tasks)}. To let it: --trust, or for good "
            f'trust = ["{source}"] in {config_path()}.',
            err=True,
        )
    return False


def _shown(commands: Iterable[str]) -> str:
    """Quote commands for people; whatever could play with a terminal is taken out."""
    lines = ["".join(mark if mark.isprintable() else " " for mark in command) for command in commands]
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return ", ".join(f"`{line}`" for line in lines[:_SHOWN]) + more
