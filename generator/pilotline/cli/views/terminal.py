"""The one way by which text with a repository's words in it reaches a terminal, or a log that obeys lines of it."""

import click

from pilotline.documents.harmless import harmless


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text with words of a repository in it, which are data: they steer neither terminal nor runner."""
    click.echo(harmless(text), err=err, nl=nl)
