"""The catalog that a command works with: the one that somebody named, or the one that a pilot records."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pilotline.catalog.loading import load_base, load_snapshot
from pilotline.catalog.reference import is_remote, parse_reference
from pilotline.cli.options.common import config_path
from pilotline.config import read_config
from pilotline.errors import CatalogError
from pilotline.pilot.pilot import recorded_version
from pilotline.pilot.repository import Pilot
from pilotline.template.snapshot import Snapshot, Usage


def open_catalog(text: str | None) -> Snapshot:
    """Read the catalog that the option, the environment or the configuration names."""
    config = read_config(config_path())
    with _told_who_named_it(text, config.catalog):
        reference = parse_reference(text or config.catalog)
        if is_remote(reference) and sys.stderr.isatty():
            click.echo(click.style(f"Fetching {reference.place} …", dim=True), err=True)
        return load_snapshot(reference, config.source)


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


def open_recorded(pilot: Pilot) -> Snapshot:
    """Read the version of the catalog that a pilot records, to be used for that pilot.

    Raises:
        PilotError: The pilot records none.
    """
    snapshot = load_base(pilot.source, recorded_version(pilot), read_config(config_path()).source)
    return snapshot.used(Usage(answers_file=pilot.answers_file, folder_name=pilot.folder.name))
