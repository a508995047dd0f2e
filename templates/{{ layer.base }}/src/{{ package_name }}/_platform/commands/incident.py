"""`incident`: what went wrong, from the first minute to what keeps it from coming again."""

from datetime import datetime

import click

from ..rules.incidents import KINDS
from .showing import AS_JSON, account, show

BY = click.option("--by", "who", default=account, show_default="your account", help="Who says it.")


def incident_command() -> click.Command:
    """Make the command."""

    @click.group("incident", invoke_without_command=True)
    @AS_JSON
    @click.pass_context
    def incident(context: click.Context, *, as_json: bool) -> None:
        """Show what is open, and until when who does what; `open` and `close` incidents."""
        from dataclasses import asdict

        from ..incidents import read_open
        from ..settings import PlatformPart

        if context.invoked_subcommand is None:
            columns = ("id", "kind", "what", "reviews", "repairs", "due", "legal_due")
            show([asdict(each) for each in read_open(PlatformPart.load())], columns, as_json=as_json)

    incident.add_command(_open_command())
    incident.add_command(_close_command())
    return incident


def _open_command() -> click.Command:
    @click.command("open")
    @click.option("--what", required=True, help="What happened, to whom, since when.")
    @click.option("--kind", type=click.Choice(list(KINDS)), default="minor", show_default=True, help="How grave it is.")
    @click.option("--due", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Until when it is reviewed.")
    @click.option("--reviews", help="Who reviews it; default: who approves, by pilot.yml.")
    @BY
    def command(*, what: str, kind: str, due: datetime | None, reviews: str | None, who: str) -> None:
        """Record that something went wrong: at once, also when little is known yet."""
        from ..incidents import incidents_file, open_incident
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        day = due.date() if due else None
        found = open_incident(settings, what, kind, who=who, due=day, reviews=reviews)
        click.echo(f"opened: {found.id}; {found.reviews} reviews, {found.repairs} repairs, until {found.due}")
        if found.legal_due:
            click.echo(f"Article 73 of the EU AI Act: tell the authority by {found.legal_due} (verify on EUR-Lex).")
        click.echo(f"Does it do damage? {settings.distribution} switch off --why {found.id}")
        click.echo(f"Commit {incidents_file(settings)}.")

    return command


def _close_command() -> click.Command:
    @click.command("close")
    @click.argument("name", metavar="ID")
    @click.option("--cause", required=True, help="What caused it.")
    @click.option("--prevention", required=True, help="What keeps it from coming again.")
    @BY
    def command(*, name: str, cause: str, prevention: str, who: str) -> None:
        """Close the incident ID."""
        from ..incidents import close_incident, incidents_file
        from ..settings import PlatformPart

        settings = PlatformPart.load()
        close_incident(settings, name, cause=cause, prevention=prevention, who=who)
        click.echo(f"closed: {name}. Commit {incidents_file(settings)}.")

    return command
