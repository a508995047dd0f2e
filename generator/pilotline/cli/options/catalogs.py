"""The catalog that a command works with: the one that somebody named, or the one that a pilot records."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.reference import is_remote, parse_reference
from pilotline.cli.options.common import config_path
from pilotline.errors import CatalogError
from pilotline.pilot.pilot import Pilot, recorded_version
from pilotline.template.snapshot import Snapshot, Usage


def open_catalog(catalogs: Catalogs, text: str | None) -> Snapshot:
    """Read the catalog that the option, the environment or the configuration names."""
    configured = catalogs.config.catalog
    with _told_who_named_it(text, configured):
        reference = parse_reference(text or configured)
        if is_remote(reference) and sys.stderr.isatty():
            click.echo(click.style(f"Fetching {reference.place} …", dim=True), err=True)
        return catalogs.open(reference)


@contextmanager
def _told_who_named_it(given: str | None, configured: str) -> Iterator[None]:
    """Add to an error where a catalog was named that nobody wrote in this command."""
    try:
        yield
    except CatalogError as error:
        if not given and configured:
            place = "PILOTLINE_CATALOG" if os.environ.get("PILOTLINE_CATALOG") else config_path()
            error.hint = f"{error.hint} It is named in {place}.".strip()
        raise


def open_recorded(catalogs: Catalogs, pilot: Pilot) -> Snapshot:
    """Read the version of the catalog that a pilot records, to be used for that pilot.

    Raises:
        PilotError: The pilot records none.
    """
    snapshot = catalogs.base(pilot.source, recorded_version(pilot))
    return snapshot.used(Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name))
