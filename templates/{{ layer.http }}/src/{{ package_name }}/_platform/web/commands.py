"""`serve` and `keys`: the commands of a pilot that answers over HTTP."""

import json
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import click

from .. import PilotError
from ..manifest import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .keys import Key, Keys

SERVICE: Final = f"{PACKAGE}.entrypoints.service"
INTEGRATIONS: Final = f"{PACKAGE}.adapters.integrations"
DAYS: Final = click.option(
    "--days", type=click.IntRange(1, 730), default=180, show_default=True, help="How long it works."
)


def serve_command() -> click.Command:
    """Make the command that answers requests."""

    @click.command("serve")
    @click.option("--host", help="Address to listen on; default: [web] host.")
    @click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: [web] port.")
    def serve(*, host: str | None, port: int | None) -> None:
        """Answer requests over HTTP until Ctrl-C or SIGTERM."""
        if find_spec(SERVICE) is None:
            raise PilotError(
                "There is nothing to serve yet: the code that answers comes with the shape of your table. "
                "`own-data FILE` reads the table and names the command that brings it."
            )
        given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        import_module(SERVICE).serve(given)

    return serve


def keys_command() -> click.Group:
    """Make the commands that look after API keys."""

    @click.group("keys")
    def keys() -> None:
        """Give out, rotate and revoke the API keys of callers."""

    for command in (_create(), _list(), _rotate(), _revoke()):
        keys.add_command(command)
    return keys


def _create() -> click.Command:
    @click.command("create")
    @click.argument("name")
    @click.option("--scope", "scopes", multiple=True, required=True, help="What it permits; give it more than once.")
    @DAYS
    def create(*, name: str, scopes: tuple[str, ...], days: int) -> None:
        """Make a key for a caller NAME; it is shown this once."""
        with _opened() as kept:
            _show_secret(*kept.create(name, scopes, days))

    return create


def _list() -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Print one list instead of lines.")
    def show(*, as_json: bool) -> None:
        """List the keys; what is kept of them is no secret."""
        from .keys import now_utc

        with _opened() as kept:
            now, found = now_utc(), kept.all()
        if as_json:
            click.echo(json.dumps([_described(key) | {"state": key.state(now)} for key in found]))
            return
        for key in found:
            permits = " ".join(sorted(key.scopes))
            click.echo(f"{key.id}  {key.state(now):8}  until {key.ends_at:%Y-%m-%d}  {key.name}: {permits}")
        if not found:
            click.echo("There is no key yet: `keys create NAME --scope SCOPE` makes one.")

    return show


def _rotate() -> click.Command:
    @click.command("rotate")
    @click.argument("key_id")
    @DAYS
    @click.option(
        "--overlap-hours",
        type=click.FloatRange(0),
        default=24.0,
        show_default=True,
        help="How long the old one works on.",
    )
    def rotate(*, key_id: str, days: int, overlap_hours: float) -> None:
        """Make a key in the place of KEY_ID, which works on for a while."""
        with _opened() as kept:
            _show_secret(*kept.rotate(key_id, days, overlap_hours))

    return rotate


def _revoke() -> click.Command:
    @click.command("revoke")
    @click.argument("key_id")
    def revoke(*, key_id: str) -> None:
        """End a key within seconds."""
        with _opened() as kept:
            key = kept.revoke(key_id)
        click.echo(f"{key.id} of {key.name} opens nothing any more.")

    return revoke


@contextmanager
def _opened() -> "Iterator[Keys]":
    from ..integrations import open_database
    from .keys import Keys
    from .section import WebSettings

    settings = WebSettings.load()
    database = open_database(settings, INTEGRATIONS)
    try:
        pepper = settings.web.pepper
        yield Keys(database, pepper.get_secret_value() if pepper else "")
    finally:
        database.close()


def _show_secret(key: "Key", text: str) -> None:
    click.echo(text)
    about = f"Key {key.id} of {key.name}, until {key.ends_at:%Y-%m-%d}. It is shown this once: keep it as a secret."
    click.echo(about, err=True)


def _described(key: "Key") -> dict[str, Any]:
    ends = key.ends_at.isoformat()
    return {"id": key.id, "name": key.name, "scopes": sorted(key.scopes), "ends_at": ends}
