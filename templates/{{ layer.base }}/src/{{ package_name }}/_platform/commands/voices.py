"""`voices`: what people said of the pilot, each with its answer; and a place to say more."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from .feedback import Parts
from .showing import AS_JSON, account, show

if TYPE_CHECKING:
    from ..corrections import Corrections

LONGEST_WAIT: Final = 30  # days after which a voice without an answer is a finding of `pilotline check`


def voices_command(build: Callable[[], Parts]) -> click.Command:
    """Make the command."""

    @contextmanager
    def opened() -> "Iterator[Corrections]":
        from ..corrections import Corrections
        from ..review_evidence import write_feedback

        parts = build()
        try:
            kept = Corrections(parts.database, parts.settings)
            yield kept
            write_feedback(parts.settings, kept)
        finally:
            parts.database.close()

    @click.group("voices", invoke_without_command=True)
    @AS_JSON
    @click.pass_context
    def voices(context: click.Context, *, as_json: bool) -> None:
        """List what people said, each with its answer or how long it waits; `suggest`, `answer`."""
        if context.invoked_subcommand is None:
            with opened() as kept:
                rows = [_row(row) for row in kept.all()]
            show(rows, ("id", "about", "said", "given", "answer", "waits"), as_json=as_json)

    @voices.command("suggest")
    @click.argument("text")
    @click.option("--about", default="the pilot", show_default=True, help="What it is about.")
    @click.option("--by", "user", default=account, show_default="your account", help="Who says it, as a pseudonym.")
    def suggest(*, text: str, about: str, user: str) -> None:
        """Suggest something; it is listed until it is answered."""
        with opened() as kept:
            number = kept.suggest(about=about, text=text, user=user)
        click.echo(f"recorded: {number}")

    @voices.command("answer")
    @click.argument("number", metavar="ID")
    @click.argument("text")
    def answer(*, number: str, text: str) -> None:
        """Answer the suggestion or correction ID."""
        with opened() as kept:
            kept.answer(number, text)
        click.echo(f"answered: {number}")

    return voices


def _row(row: Mapping[str, object]) -> dict[str, object]:
    given = str(row["given_at"])[:10]
    days = (datetime.now(UTC).date() - datetime.fromisoformat(given).date()).days
    late = ", too long" if days > LONGEST_WAIT else ""
    said = row["reason"] if row["decision"] == "suggestion" else f"{row['decision']}: {row['reason']}"
    waits = None if row["answer"] else f"{days} days{late}"
    return {
        "id": row["id"],
        "about": row["item"],
        "said": said,
        "given": given,
        "answer": row["answer"],
        "waits": waits,
    }
