"""`own-data`: documents of a team's own in the example's place."""

from pathlib import Path

import click

from .._platform.commands.job_commands import AS_JSON


def own_data_command() -> click.Command:
    """Make the command that looks at a team's own documents."""

    @click.command("own-data")
    @click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
    @click.option(
        "--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One question on each line."
    )
    @click.option("--apply", is_flag=True, help="Put the documents in the example's place; without it nothing changes.")
    @AS_JSON
    def own_data(*, folder: Path, questions: Path | None, apply: bool, as_json: bool) -> None:
        """Read documents of your own, and say which questions can be answered from them now, and which cannot."""
        from .owning import own_documents  # noqa: PLC0415 - it loads for a second

        own_documents(folder, questions, apply=apply, as_json=as_json)

    return own_data
