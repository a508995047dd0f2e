"""Tables under data contracts: queries and functions on them, commands, and the job of a pilot without a domain."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import Capability, Json, Tried

if TYPE_CHECKING:
    from ..anytime import Measurement
    from ..commands.feedback import Parts
    from ..kpi import Kpi
    from ..kpi_manifest import Defined
    from ..measure_functions import BoundFunctions
    from ..settings import PlatformSettings


class Tables(Capability):
    """What tables under contract add to the platform."""

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:
        """Give `own-data`, `contract` and `baseline`."""
        from ..commands.baseline import baseline_command
        from ..commands.contract import contract_command
        from ..own_data.command import own_data_command

        return own_data_command(), contract_command(), baseline_command(build)

    def main_job(self) -> Sequence[click.Command]:
        """Read the tables under contract and measure the KPIs."""
        from ..commands.main_job import run_command, tables_measure_command

        return run_command(), tables_measure_command()

    def functions(self, settings: "PlatformSettings", purpose: str, *, keep: bool) -> "BoundFunctions":
        """Give the functions of the team's `measures.py`, which read the tables."""
        from ..own_measures import own_functions

        return own_functions(settings, purpose, keep=keep)

    def query(self, kpi: "Kpi", settings: "PlatformSettings") -> "Measurement | None":
        """Ask the contracted tables, where the query names one."""
        from ..measured_query import asks_contracted, measure_contracted

        return measure_contracted(kpi, settings) if asks_contracted(kpi, settings) else None

    def try_query(self, defined: "Defined", settings: "PlatformSettings") -> "Tried | None":
        """Ask the contracted tables for a look."""
        from ..commands.asked import try_contracted

        return try_contracted(defined, settings)

    def data_sets(self, root: Path) -> Sequence[Json]:
        """Describe the tables under contract."""
        from ..data_sets import data_components

        return data_components(root)


CAPABILITY = Tables()
