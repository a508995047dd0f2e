"""`python -m <package>._platform.release`: the same command on a runner that has click and PyYAML only."""

import sys

import click

from .. import DONE, INTERRUPTED, NOTHING_DONE, PilotError
from .command import release_command


def main() -> int:
    """Run it; errors become a sentence and an exit code, as in the pilot's own command line."""
    try:
        release_command().main(standalone_mode=False)
    except PilotError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return NOTHING_DONE
    except OSError as error:
        click.echo(f"error: {error.strerror}: {error.filename}. Give this account the right, or make room.", err=True)
        return NOTHING_DONE
    except (click.Abort, KeyboardInterrupt):
        click.echo("error: interrupted; `release show` says what was begun.", err=True)
        return INTERRUPTED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
