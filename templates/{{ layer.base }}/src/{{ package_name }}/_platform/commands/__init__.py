"""The commands that every pilot has, a file for each.

A command imports what it works with when it runs, so that help, a wrong option and the kill switch answer at once.
"""

from collections.abc import Callable

import click

from ..own_data.command import own_data_command
from .baseline import baseline_command
from .contract import contract_command
from .derive import derive_command
from .feedback import Parts, feedback_command
from .gate import gate_command
from .kpis import kpis_command
from .measure import measure_command
from .running import run_cli
from .switch import switch_command

__all__ = ["Parts", "measure_command", "platform_commands", "run_cli"]


def platform_commands(build: Callable[[], Parts]) -> list[click.Command]:
    """Return the commands; `build` is called only by those that need the database, so the switch works without one."""
    alone = [own_data_command(), derive_command(), switch_command(), contract_command(), kpis_command(), gate_command()]
    return [*alone, baseline_command(build), feedback_command(build)]
