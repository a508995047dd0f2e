"""The one way by which text with a repository's words in it reaches a terminal, or a log that obeys lines of it."""

import shutil
import sys
from collections.abc import Callable

import click

from pilotline.documents.harmless import harmless


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text with words of a repository in it, which are data: they steer neither terminal nor runner."""
    click.echo(harmless(text), err=err, nl=nl)


def counting(label: str) -> Callable[[int, int], None]:
    """Give what shows people how far something is, on one line that is gone at the end; machines get none of it."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            text = f"{label} {done + 1} of {total} …" if done < total else ""
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)

    return show


def show_status(text: str) -> None:
    """Show people what is being done, on one line that the next one replaces; machines get none of it."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        cut = text if len(text) <= width else f"{text[: width - 1]}…"
        click.echo(f"\r\x1b[K{harmless(cut)}", err=True, nl=False)
