"""`feedback`: correct single suggestions, answer, list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from .showing import AS_JSON, account, show

if TYPE_CHECKING:
    from .. import SqlDatabase
    from ..corrections import Corrections
    from ..settings import PlatformSettings


class Parts(Protocol):
    """What the commands need of the pilot."""

    @property
    def settings(self) -> "PlatformSettings":
        """The settings."""

    @property
    def database(self) -> "SqlDatabase":
        """The database that the pilot writes to."""

    def suggested(self, item: str, batch: str | None) -> str:
        """Name the batch in which an item was suggested, the newest where none is given, or say that it was not."""


def feedback_command(build: Callable[[], Parts]) -> click.Command:
    @contextmanager
    def corrections() -> Iterator[tuple["Corrections", Parts]]:
        from ..corrections import Corrections

        parts = build()
        try:
            yield Corrections(parts.database, parts.settings), parts
        finally:
            parts.database.close()

    @click.group("feedback")
    def feedback() -> None:
        """Correct single suggestions, answer, list; under pseudonyms."""

    by = click.option("--by", "user", default=account, show_default="your account", help="Who says it.")

    @feedback.command("give")
    @click.argument("item")
    @click.option("--batch", show_default="the newest", help="The batch, for example the day of the list.")
    @click.option("--decision", required=True, help="What is right instead, for example: do not call.")
    @click.option("--why", required=True, help="The reason.")
    @by
    def give(*, item: str, batch: str | None, decision: str, why: str, user: str) -> None:
        """Say that the suggestion for ITEM is wrong, and why."""
        with corrections() as (kept, parts):
            made = parts.suggested(item, batch)
            number = kept.give(batch=made, item=item, decision=decision, reason=why, user=user)
        click.echo(f"recorded: {number}")

    @feedback.command("answer")
    @click.argument("correction")
    @click.argument("text")
    def answer(*, correction: str, text: str) -> None:
        """Tell the user what became of the correction with the id CORRECTION."""
        with corrections() as (kept, _):
            kept.answer(correction, text)
        click.echo(f"answered: {correction}")

    @feedback.command("list")
    @AS_JSON
    def list_all(*, as_json: bool) -> None:
        """Show all corrections and their answers."""
        columns = ("id", "batch", "item", "decision", "reason", "user_pseudonym", "answer")
        with corrections() as (kept, _):
            show([dict(row) for row in kept.all()], columns, as_json=as_json)

    return feedback
