"""The commands that every pilot has, a file for each, and those that its layers bring.

A command imports what it works with when it runs, so that help, a wrong option and the kill switch answer at once.
"""

from collections.abc import Callable

import click

from ..capabilities import capabilities
from .alias import alias_command
from .bill import bill_command
from .derive import derive_command
from .feedback import Parts, feedback_command
from .forget import forget_command
from .gate import gate_command
from .incident import incident_command
from .job_commands import TakesSteps, job_commands
from .kpis import kpis_command
from .lab import lab_command
from .measure import measure_command
from .running import run_cli
from .switch import switch_command
from .voices import voices_command
from .wins import wins_command

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
    brought = [command for each in capabilities() for command in each.commands(build)]
    alone = [*brought, derive_command(), switch_command(), kpis_command(), gate_command(), incident_command()]
    kept = [feedback_command(build), voices_command(build), forget_command(build)]
    return [*alone, *kept, wins_command(), lab_command(), bill_command(build), alias_command()]


def pilot_without_shape() -> click.Group:
    """Make the command line of a pilot that has no domain yet: the shape of its data brings one of its own."""

    def build() -> Parts:
        from ..measuring import PlatformParts

        return PlatformParts.build()

    @click.group("pilot", context_settings={"help_option_names": ["-h", "--help"]})
    def group() -> None:
        """Measure the KPIs of this pilot on its own data."""

    for command in [*(command for each in capabilities() for command in each.main_job()), *platform_commands(build)]:
        group.add_command(command)
    return group
