"""The one place where errors become a sentence and an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from .. import DONE, FAULT, INTERRUPTED, NOTHING_DONE, PilotError
from ..garbage import look_seldom
from ..journal import finish_begun
from .forget import forget_at_the_end, job_of_this_process

SYSTEM: Final = {
    errno.ENOSPC: "Make room and run the same command again.",
    errno.EDQUOT: "Make room and run the same command again.",
    errno.EACCES: "Give this account the right to write there, and run it again.",
    errno.EPERM: "Give this account the right to write there, and run it again.",
    errno.EROFS: "Run it on a copy of the repository that can be written.",
}


def run_cli(group: click.Command, args: Sequence[str] | None = None) -> int:
    """Run a command line: 0 done, 1 a check or gate said no, 2 nothing done, 3 a fault of ours, 130 interrupted."""
    look_seldom()
    before = job_of_this_process()
    code = _run(group, args)
    try:
        forget_at_the_end(group, before)
    except Exception as error:  # noqa: BLE001 - as below
        return code or _explain(error)
    return code


def _run(group: click.Command, args: Sequence[str] | None) -> int:
    try:
        finish_begun()
        result = group.main(args=None if args is None else list(args), standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the one place where every error becomes a sentence
        return _explain(error)
    except KeyboardInterrupt:
        return _explain(click.Abort())
    return result if isinstance(result, int) else DONE


def _explain(error: Exception) -> int:
    """Say what went wrong in one sentence, and return the exit code."""
    match error:
        case PilotError():
            return _refuse(str(error), error.exit_code)
        case click.ClickException():
            error.show()
            return NOTHING_DONE
        case click.Abort():
            return _refuse("interrupted; what was written is complete, run the command again.", INTERRUPTED)
        case OSError():
            return _explain_system(error)
    return _fault(error)


def _explain_system(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    if error.errno not in SYSTEM:
        return _fault(error)
    return _refuse(f"{error.strerror}: {error.filename or 'the disk'}. {SYSTEM[error.errno]}", NOTHING_DONE)


def _fault(error: Exception) -> int:
    """Keep the trace of a fault in a file, so that the reader gets a sentence and we get the trace."""
    from ..settings import find_root

    try:
        path = find_root() / "var" / "logs" / "fault.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (PilotError, OSError):
        traceback.print_exception(error)
        return _refuse("this is a fault of the pilot, not yours; its trace stands above.", FAULT)
    name = type(error).__name__
    return _refuse(f"this is a fault of the pilot, not yours ({name}): send {path} to its technical owner.", FAULT)


def _refuse(text: str, code: int) -> int:
    click.echo(f"error: {text}", err=True)
    return code
