# ruff: noqa: ARG002 - a layer is asked for things that it need not have
"""What the layers of this pilot's architecture add to the platform: each brings one module of this folder.

A pilot carries only what it uses, so the platform asks whoever is there and names nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..anytime import Measurement
    from ..commands.feedback import Parts
    from ..kpi import Kpi
    from ..kpi_manifest import Defined
    from ..measure_functions import BoundFunctions
    from ..settings import PlatformSettings

Json = Mapping[str, object]


@dataclass(frozen=True)
class Tried:
    """What a KPI gave that was only tried: the number, the rows that it is made of, and a line that says both."""

    measurement: "Measurement"
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    line: str


class Capability:
    """What a layer may add; each says only what it has. Its module is read at every start, so it imports late."""

    settings: Sequence[str] = ()
    """Tables of the settings that the layer reads for itself; others leave them alone."""

    def commands(self, build: "Callable[[], Parts]") -> Sequence[click.Command]:
        """Give the commands that come with it; `build` puts the parts together for those that need the database."""
        return ()

    def main_job(self) -> Sequence[click.Command]:
        """Give `run` and `measure` of a pilot that has no domain yet."""
        return ()

    def functions(self, settings: "PlatformSettings", purpose: str, *, keep: bool) -> "BoundFunctions":
        """Give functions that measure a KPI; `keep` says whether what they read may leave a trace."""
        return {}

    def query(self, kpi: "Kpi", settings: "PlatformSettings") -> "Measurement | None":
        """Measure a KPI by its query; None where the query is about something else."""
        return None

    def try_query(self, defined: "Defined", settings: "PlatformSettings") -> "Tried | None":
        """Show what the query of a KPI gives, and keep nothing; None where it is about something else."""
        return None

    def data_sets(self, root: Path) -> Sequence[Json]:
        """Describe the data that the pilot rests on, as components of a CycloneDX bill."""
        return ()

    def cut_off(self, root: Path, nowhere: str) -> Mapping[str, str]:
        """Give the variables with which nobody outside answers it; `nowhere` is an address where nobody does."""
        return {}


@cache
def capabilities() -> tuple[Capability, ...]:
    """Find what the layers brought, in the order of their names."""
    names = sorted(found.name for found in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").CAPABILITY for name in names)
