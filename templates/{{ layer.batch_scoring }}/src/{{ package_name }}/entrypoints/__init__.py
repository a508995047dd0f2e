"""How people and schedulers reach the pilot: its commands and what they show."""

import sys

from .._platform import INTERRUPTED


def main() -> None:
    """Run a command; errors become one sentence and an exit code, also while the libraries still load."""
    try:
        from .._platform.commands import run_cli
        from .cli import cli
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted; nothing was done, run the command again.\n")
        sys.exit(INTERRUPTED)
    sys.exit(run_cli(cli))
