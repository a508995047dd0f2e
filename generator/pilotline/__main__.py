"""Where both `pilotline` and `python -m pilotline` begin."""

import signal
import sys


def main() -> None:
    """Load the command line; until it listens, Ctrl-C ends the process without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pilotline.cli.main import main as run  # noqa: PLC0415 - what takes time comes after the line above

    run()


if __name__ == "__main__":
    # `python -m` looks for modules in the working directory first, which may be a repository that is only to be read.
    if not sys.flags.safe_path and sys.path:
        del sys.path[0]
    main()
