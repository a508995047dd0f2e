"""`pilotline catalog versions`: what can be asked for, and what is here without a network."""

from dataclasses import asdict

import click

from pilotline.catalog.published_versions import PublishedVersions
from pilotline.catalog.reference import parse_reference
from pilotline.cli.options.common import catalog_option, echo_json, json_option, user_catalogs
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode


@click.command("versions")
@catalog_option
@json_option
def command(catalog: str | None, as_json: bool) -> int:
    """List the versions of a catalog, newest first, and tell which are here without a network.

    Exit code 1 means that a tag was moved since it was fetched.
    """
    catalogs = user_catalogs()
    found = catalogs.published(parse_reference(catalog or catalogs.config.catalog))
    if as_json:
        echo_json(_as_json(found))
    else:
        say(_as_text(found))
    return ExitCode.FOUND if found.moved else ExitCode.DONE


def _as_json(found: PublishedVersions) -> dict[str, object]:
    rows = [asdict(edition) for edition in found.editions]
    return {"format": 1, "source": found.source, "online": found.online, "versions": rows, "moved": list(found.moved)}


def _as_text(found: PublishedVersions) -> str:
    if not found.editions:
        return f"{found.source} has no version yet: no tag of it is a PEP 440 version."
    width = max(len(edition.version) for edition in found.editions)
    lines = [click.style(found.source, bold=True)]
    for edition in found.editions:
        notes = ["pre-release"] * edition.prerelease + ["here"] * edition.here
        notes += ["moved since it was fetched"] * (edition.version in found.moved)
        lines.append(f"  {edition.version:<{width}}  {(edition.commit or '')[:9]:<9}  {', '.join(notes)}".rstrip())
    return "\n".join(lines)
