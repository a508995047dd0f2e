"""`ask`, `ingest` and `freeze`: what people use besides the main job. Each imports what it works with when it runs."""

import click

from .._platform.commands.job_commands import AS_JSON


def ask_command() -> click.Command:
    """Make the command that answers one question."""

    @click.command("ask")
    @click.argument("question")
    @click.option("--as", "person", metavar="NAME", help="Ask with the rights of this person; default: of everybody.")
    @click.option(
        "--after", "earlier", multiple=True, metavar="QUESTION", help="What was asked before; may be repeated."
    )
    @AS_JSON
    def ask(*, question: str, person: str | None, earlier: tuple[str, ...], as_json: bool) -> int:
        """Answer a question with citations, or say that there is no answer (exit code 1)."""
        from .steps import ask as answer  # noqa: PLC0415 - see above

        return answer(question, person, earlier, as_json=as_json)

    return ask


def ingest_command() -> click.Command:
    """Make the command that reads the documents."""

    @click.command("ingest")
    @AS_JSON
    def ingest(*, as_json: bool) -> None:
        """Read new and changed documents, delete those that are gone."""
        from .steps import read_documents  # noqa: PLC0415 - see above

        read_documents(as_json=as_json)

    return ingest


def freeze_command() -> click.Command:
    """Make the command that freezes the questions."""

    @click.command("freeze")
    def freeze() -> None:
        """Freeze the questions of the evaluation as they are now: do it before tuning, not after."""
        from .steps import freeze_questions  # noqa: PLC0415 - see above

        freeze_questions()

    return freeze
