"""The commands of a pilot with a main job: the job, its steps, then what every pilot has."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

import click

from .feedback import Parts
from .measure import measure_command

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ..measure_functions import BoundFunctions
    from ..settings import PlatformSettings

AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one object instead of tables.")
AS_OF: Final = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of the list; default: this month's first.",
)
MEASURE: Final = "measure"


class TakesSteps(Protocol):
    """The main job, which loads for seconds: so only when a command needs it."""

    def run(self, as_of: date | None, *, as_json: bool) -> None:
        """Take all steps."""

    def take(self, name: str, as_of: date | None, *, as_json: bool) -> int:
        """Take a single step, and return the exit code."""

    @property
    def build(self) -> Callable[[], Parts]:
        """Puts the parts together."""

    @property
    def settings(self) -> "Callable[[], PlatformSettings]":
        """Loads the settings."""

    def measures(self) -> "AbstractContextManager[BoundFunctions]":
        """Give the functions that measure by what the steps left."""


class InOrder(click.Group):
    """Lists commands as a newcomer needs them: the main job, the steps, then what every pilot has."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Keep the order in which they were added."""
        return list(self.commands)


def job_commands(
    about: str,
    steps: Mapping[str, str],
    job: Callable[[], TakesSteps],
    *,
    dated: Collection[str] = (),
) -> click.Group:
    """Make the command line: `steps` with the help of each, and those that take the day of a list, `dated`."""
    from . import platform_commands

    job = _announced(job)
    group = InOrder("pilot", help=about, context_settings={"help_option_names": ["-h", "--help"]})
    group.add_command(_command("run", "Do the main job: all the steps below, one after the other.", job, dated))
    for name, text in steps.items():
        command = _command(name, text, job, dated)
        if name == MEASURE:
            command = measure_command(_measure(job), lambda: job().settings(), lambda: job().measures())
        group.add_command(command)
    for command in platform_commands(lambda: job().build()):
        group.add_command(command)
    return group


def _announced(job: Callable[[], TakesSteps]) -> Callable[[], TakesSteps]:
    """Say at once that the libraries load, which takes seconds."""

    @cache
    def announced() -> TakesSteps:
        from ..progress import heard_by, tell

        with heard_by():
            tell("loading the libraries")
        return job()

    return announced


def _command(name: str, text: str, job: Callable[[], TakesSteps], dated: Collection[str]) -> click.Command:
    def callback(*, as_json: bool, as_of: datetime | None = None) -> int | None:
        day = as_of.date() if as_of else None
        if name == "run":
            job().run(day, as_json=as_json)
            return None
        return job().take(name, day, as_json=as_json)

    command = click.command(name, help=text)(callback)
    for option in (AS_JSON, AS_OF) if name in dated else (AS_JSON,):
        command = option(command)
    return command


def _measure(job: Callable[[], TakesSteps]) -> Callable[[bool], int]:
    return lambda as_json: job().take(MEASURE, None, as_json=as_json)
