"""How a run ends: every error becomes one clear text and an exit code, never a traceback."""

import atexit
import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Final, NamedTuple, NoReturn

import click

from pilotline.about import __version__
from pilotline.documents.harmless import harmless
from pilotline.errors import AnswersError, ExitCode, PilotlineError

_SOON: Final = 0.02
"""Seconds after which that place is left."""


class _Ending(NamedTuple):
    """How a run ends that did not do what it was asked."""

    message: str
    hint: str
    code: ExitCode
    problems: tuple[str, ...] = ()


def run_guarded(group: click.Command, arguments: Sequence[str]) -> NoReturn:
    """Run the command line and leave the process with the right exit code."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    sys.unraisablehook = _hear_again
    try:
        code = _run(group, arguments)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - the reader is gone
        code = ExitCode.DONE
    stop_listening()  # all is said and done; what Python does at its end is not to be interrupted
    raise SystemExit(int(code))


def stop_listening() -> None:
    """Let the last milliseconds of a command finish, whatever the user presses."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def leave(ending: SystemExit) -> NoReturn:
    """End the process at once: to take down every object one by one would last as long as a part of the start.

    What was asked to run at the end does. Whoever still works in a thread, or reads no more, is left to Python.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.current_thread())
    if not isinstance(ending.code, int) or any(not thread.daemon for thread in others):
        raise ending
    atexit._run_exitfuncs()  # noqa: SLF001 - what Python itself calls
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # where the caller closed it
                stream.flush()
    except (OSError, ValueError):
        raise ending from None
    os._exit(ending.code)


def _interrupt(signum: int, frame: FrameType | None) -> NoReturn:
    """Let a polite kill clean up as Ctrl-C does."""
    del signum, frame
    raise KeyboardInterrupt


def _hear_again(ignored: "sys.UnraisableHookArgs") -> None:
    """Let an interrupt come once more that met a place where Python ignores every error, as the end of an object."""
    if not issubclass(ignored.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
        return
    threading.Timer(_SOON, _interrupt_main).start()


def _interrupt_main() -> None:
    """Interrupt the main thread, also where it waits for the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


def _run(group: click.Command, arguments: Sequence[str]) -> int:
    try:
        result = group.main(list(arguments), standalone_mode=False)
        if sys.stdout is not None:  # where the caller closed it
            sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitCode.REFUSED
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last door: nothing ends in a traceback
        return _tell(_explain(_beginning_of(error), arguments), as_json="--json" in arguments)
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _beginning_of(error: BaseException) -> BaseException:
    """Give the interrupt that an error is made of, else the error: Python 3.11 wraps one in the making of a class."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__
    return cause or error


def _explain(error: BaseException, arguments: Sequence[str]) -> _Ending:
    """Give each kind of error its text and its exit code; what was not foreseen is our fault, and is said so."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            exec("")  # noqa: S102 - Python forgets an interrupt inside exec (a class being made) only at the next one
            return _Ending("Interrupted; nothing was left half done.", "", ExitCode.INTERRUPTED)
        case click.ClickException():
            return _Ending(_usage_text(error), "", ExitCode.REFUSED)
        case PilotlineError():
            problems = tuple(map(str, error.problems)) if isinstance(error, AnswersError) else ()
            return _Ending(error.message, error.hint, error.exit_code, problems)
        case FileNotFoundError() if not _stands_somewhere():
            return _Ending("The current folder is gone.", "Change into a folder that exists.", ExitCode.REFUSED)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT, filename=None):
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - nor can the rest be written
            message = "The output could not be written: the disk is full."
            return _Ending(message, "Free some space, and look.", ExitCode.REFUSED)
    return _explain_fault(error, arguments)


def _usage_text(error: click.ClickException) -> str:
    """Say what was wrong with the command, and how to see how it is meant."""
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "pilotline"
    message = error.format_message().rstrip(".")
    return f"{message}{'' if message.endswith('?') else '.'} `{command} --help` shows how it is meant."


def _tell(ending: _Ending, *, as_json: bool) -> ExitCode:
    """Show an error to whoever reads: people on standard error, a machine that asked for JSON on standard output."""
    from pilotline.git.credentials import without_user  # noqa: PLC0415 - needed only when something went wrong

    message, hint = without_user(ending.message), without_user(ending.hint)
    if as_json:
        import json  # noqa: PLC0415 - only a machine needs it

        error = {"message": message, "hint": hint, "exit_code": int(ending.code)}
        details = {"problems": [*map(without_user, ending.problems)]} if ending.problems else {}
        click.echo(json.dumps({"format": 1, "error": error | details}, ensure_ascii=False))
    first, _, rest = message.partition("\n")
    _say(click.style("pilotline: ", fg="red", bold=True) + first)
    if rest:
        _say(rest)
    if hint:
        _say(click.style(hint, dim=True))
    return ending.code


def _stands_somewhere() -> bool:
    """Tell whether the current folder is still there."""
    try:
        os.getcwd()  # noqa: PTH109 - asked for nothing but its error
    except FileNotFoundError:
        return False
    return True


def _say(text: str) -> None:
    """Write to standard error, without colour where the user wants none."""
    click.echo(harmless(text), err=True, color=False if os.environ.get("NO_COLOR") else None)


def _explain_fault(error: BaseException, arguments: Sequence[str]) -> _Ending:
    """Keep the details in a file that is ready for an issue, and say where it lies."""
    import tempfile  # noqa: PLC0415 - needed only when something broke
    import traceback  # noqa: PLC0415 - the same

    from pilotline.git.credentials import without_user  # noqa: PLC0415 - the same

    report = "".join(traceback.format_exception(error))
    about = f"pilotline {__version__}, Python {sys.version}, {sys.platform}"
    text = without_user(f"{about}\npilotline {' '.join(arguments)}\n\n{report}")
    try:
        handle, path = tempfile.mkstemp(prefix="pilotline-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        kept = f"The details are in {path}; please paste them into an issue."
    except OSError:
        kept = f"The details could not be kept: {text.splitlines()[-1]}"
    return _Ending(f"This is a fault of pilotline ({type(error).__name__}), not of yours.", kept, ExitCode.FAULT)
