"""`lab`: half an hour on the pilot's own data, and what is still wrong of it."""

import click

from .. import DONE, FOUND
from .showing import account

LAYERS = ("executive", "practitioner", "engineer")


def lab_command() -> click.Command:
    """Make the command."""

    @click.command("lab")
    @click.argument("layer", type=click.Choice(LAYERS))
    @click.option("--begin", "only_begin", is_flag=True, help="Hand out the sheet, and make the clone to work in.")
    @click.option("--by", "who", default=account, show_default="your account", help="Who did it, as a pseudonym.")
    @click.option("--people", type=click.IntRange(1), default=1, show_default=True, help="How many did it together.")
    def lab(*, layer: str, only_begin: bool, who: str, people: int) -> int:
        """Say what is still wrong of a lab, one sentence each; all right, it is recorded as evidence.

        The lab itself is a page, docs/labs/LAYER.md.
        """
        from ..labs.doing import LABS, begin, complete, find_wrong, labs_file
        from ..settings import PlatformPart

        settings, found = PlatformPart.load(), LABS[layer]
        if only_begin:
            for path in begin(settings, found):
                click.echo(f"made: {path.relative_to(settings.root)}")
            click.echo(f"Go on with docs/labs/{layer}.md.")
            return DONE
        wrong = find_wrong(settings, found)
        for sentence in wrong:
            click.echo(sentence)
        if wrong:
            return FOUND
        done = complete(settings, found, who, people)
        said = f"done: {found.title}." if done else "recorded already."
        click.echo(f"{said} Commit {labs_file(settings).relative_to(settings.root)}, and the sheet.")
        return DONE

    return lab
