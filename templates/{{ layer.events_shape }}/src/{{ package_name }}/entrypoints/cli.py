"""The pilot's commands: each parses and calls one function of `steps`, which loads for seconds, so only then."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from .._platform.commands import measure_command, platform_commands

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .._platform.measure_functions import BoundFunctions
    from ..bootstrap import Parts
    from ..settings import Settings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one object instead of tables.")
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of the list; default: this month's first.",
)

STEPS = {
    "train": "Learn from all known outcomes; a new version of the model.",
    "evaluate": "Judge it on past months, against the rule and the champion.",
    "register": "Make it champion if it has earned that; else exit code 1.",
    "score": "Rank this month's customers and write the list back, once.",
    "measure": "Measure the KPIs of kpis.yml against their baseline.",
    "report": "Write the page that a person looks at.",
}


class InOrder(click.Group):
    """Lists commands as a newcomer needs them: the main job, the own data, the steps, then what every pilot has."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Keep the order in which they were added."""
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Rank this month's customers for a call, and measure whether that pays."""


@cli.command()
@AS_JSON
@AS_OF
def run(*, as_json: bool, as_of: datetime | None) -> None:
    """Do the main job: all the steps below, one after the other."""
    from .steps import take_all

    take_all(as_of, as_json=as_json)


def _command(name: str) -> click.Command:
    """Make a step a command of its own."""

    def callback(*, as_json: bool, as_of: datetime | None = None) -> int:
        from .steps import take

        return take(name, as_of, as_json=as_json)

    options = [AS_JSON, AS_OF] if name in ("score", "report") else [AS_JSON]
    command = click.command(name, help=STEPS[name])(callback)
    for option in options:
        command = option(command)
    return command


def _build() -> "Parts":
    from ..bootstrap import build

    return build()


def _settings() -> "Settings":
    from ..settings import Settings

    return Settings.load()


def _measure(as_json: bool) -> int:  # noqa: FBT001 - the platform asks so
    from .steps import take

    return take("measure", None, as_json=as_json)


def _functions() -> "AbstractContextManager[BoundFunctions]":
    from .steps import functions

    return functions()


for _name in STEPS:
    cli.add_command(measure_command(_measure, _settings, _functions) if _name == "measure" else _command(_name))
for _platform_command in platform_commands(_build):
    cli.add_command(_platform_command)
