"""The commands that every pilot has, a file for each.

A command imports what it works with when it runs, so that help, a wrong option and the kill switch answer at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from ..own_data.command import own_data_command
from .baseline import baseline_command
from .bill import bill_command
from .contract import contract_command
from .derive import derive_command
from .feedback import Parts, feedback_command
from .forget import forget_command
from .gate import gate_command
from .job_commands import TakesSteps, job_commands
from .kpis import kpis_command
from .main_job import measure_job, run_command
from .measure import measure_command
from .running import run_cli
from .switch import switch_command

if TYPE_CHECKING:
    from ..settings import PlatformSettings

__all__ = [
    "Parts",
    "TakesSteps",
    "job_commands",
    "measure_command",
    "pilot_without_shape",
    "platform_commands",
    "run_cli",
]


def platform_commands(build: Callable[[], Parts]) -> list[click.Command]:
    """Return the commands; `build` is called only by those that need the database, so the switch works without one."""
    alone = [own_data_command(), derive_command(), switch_command(), contract_command(), kpis_command(), gate_command()]
    return [*alone, baseline_command(build), feedback_command(build), forget_command(build), bill_command(build)]


def pilot_without_shape() -> click.Group:
    """Make the command line of a pilot that has no domain yet: the shape of its table brings one of its own."""

    def build() -> Parts:
        from ..measuring import PlatformParts

        return PlatformParts.build()

    @click.group("pilot", context_settings={"help_option_names": ["-h", "--help"]})
    def group() -> None:
        """Measure the KPIs of this pilot on its own tables, under their data contracts."""

    def settings() -> "PlatformSettings":
        from ..settings import PlatformPart

        return PlatformPart.load()

    for command in [run_command(), measure_command(measure_job, settings), *platform_commands(build)]:
        group.add_command(command)
    return group
