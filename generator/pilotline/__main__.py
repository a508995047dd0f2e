"""Where both `pilotline` and `python -m pilotline` begin."""

import gc
import signal
import sys

_SELDOM = 100_000
"""New objects after which Python looks for rubbish; left alone it does so some fifty times until the command begins."""


def main() -> None:
    """Load the command line; until it listens, Ctrl-C ends the process without a traceback."""
    gc.set_threshold(_SELDOM)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pilotline.cli.exit import leave  # noqa: PLC0415 - what takes time comes after the line above
    from pilotline.cli.main import main as run  # noqa: PLC0415 - the same

    try:
        run()
    except SystemExit as ending:
        leave(ending)


if __name__ == "__main__":
    # `python -m` looks for modules in the working directory first, which may be a repository that is only to be read.
    if not sys.flags.safe_path and sys.path:
        del sys.path[0]
    main()
