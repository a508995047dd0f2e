"""The commands that every pilot has, and the one place where errors become a sentence and an exit code.

A command imports what it works with when it runs, so that help, a wrong option and the kill switch answer at once.
"""

import errno
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click

from . import DONE, FAULT, FOUND, INTERRUPTED, NOTHING_DONE, PilotError

if TYPE_CHECKING:
    from . import SqlDatabase
    from .control import Corrections, Switch
    from .odcs import Contract, Rule
    from .settings import PlatformSettings

WIDTH: Final = 118
AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")


SYSTEM: Final = {
    errno.ENOSPC: "Make room and run the same command again.",
    errno.EDQUOT: "Make room and run the same command again.",
    errno.EACCES: "Give this account the right to write there, and run it again.",
    errno.EPERM: "Give this account the right to write there, and run it again.",
    errno.EROFS: "Run it on a copy of the repository that can be written.",
}


class Parts(Protocol):
    """What the commands need of the pilot."""

    @property
    def settings(self) -> "PlatformSettings":
        """The settings."""

    @property
    def database(self) -> "SqlDatabase":
        """The database that the pilot writes to."""

    def suggested(self, item: str, batch: str | None) -> str:
        """Name the batch in which an item was suggested, the newest where none is given, or say that it was not."""


def run_cli(group: click.Command, args: Sequence[str] | None = None) -> int:
    """Run a command line: 0 done, 1 a check or gate said no, 2 nothing done, 3 a fault of ours, 130 interrupted."""
    try:
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
    from .settings import find_root

    try:
        path = find_root() / "var" / "logs" / "fault.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (PilotError, OSError):
        traceback.print_exception(error)
        return _refuse("this is a fault of the pilot, not yours; its trace stands above.", FAULT)
    name = type(error).__name__
    return _refuse(f"this is a fault of the pilot, not yours ({name}): send {path} to its technical owner.", FAULT)


def platform_commands(build: Callable[[], Parts]) -> list[click.Command]:
    """Return the commands; `build` is called only by those that need the database, so the switch works without one."""
    alone = [_derive_command(), _switch_command(), _contract_command(), _kpis_command(), _gate_command()]
    return [*alone, _feedback_command(build)]


def _refuse(text: str, code: int) -> int:
    click.echo(f"error: {text}", err=True)
    return code


def _show(rows: Sequence[dict[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, default=str))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(escape(_cell(row.get(column))) for column in columns))
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _account() -> str:
    """Return the name of this account; in a container it may have none."""
    try:
        return getuser()
    except (KeyError, OSError):
        raise PilotError("This account has no name: say who it is with --by NAME.") from None


def _derive_command() -> click.Command:
    @click.command("derive")
    @click.option("--check", is_flag=True, help="Write nothing; exit 1 when a derived file is stale.")
    def derive(*, check: bool) -> int:
        """Rebuild what is made from kpis.yml and pilot.yml."""
        from . import derive as derived_files
        from .settings import find_root

        root = find_root()
        stale = [each for each in derived_files.derive(root) if not each.fresh]
        for each in stale:
            place = each.path.relative_to(root)
            if check:
                click.echo(f"stale: {place}; `derive` rebuilds it", err=True)
            else:
                each.write()
                click.echo(f"wrote {place}")
        if not stale:
            click.echo("all derived files are fresh")
        return FOUND if stale and check else DONE

    return derive


def _state(switch: "Switch") -> str:
    who = f", by {switch.who}" if switch.at else ""
    at = f", {switch.at}" if switch.at else ""
    decides = "the model decides" if switch.on else "the rule decides in the model's place"
    return f"{'on' if switch.on else 'off'}: {decides} ({switch.why}{who}{at})"


def _switch_command() -> click.Command:
    @click.group("switch", invoke_without_command=True)
    @click.pass_context
    def switch(context: click.Context) -> None:
        """Show or turn the kill switch: off lets the rule decide."""
        from .control import model_switch
        from .settings import PlatformPart

        if context.invoked_subcommand is None:
            click.echo(_state(model_switch(PlatformPart.load())))

    for word in ("on", "off"):
        switch.add_command(_turn_command(word))
    return switch


def _turn_command(word: str) -> click.Command:
    @click.command(word, help=f"Turn the model {word}, from the next run on.")
    @click.option("--by", "who", default=_account, show_default="your account", help="Who decides it.")
    @click.option("--why", required=True, help="The reason, for those who read it later.")
    def command(*, who: str, why: str) -> None:
        from .control import turn
        from .settings import PlatformPart

        click.echo(_state(turn(PlatformPart.load(), on=word == "on", who=who, why=why)))

    return command


def _feedback_command(build: Callable[[], Parts]) -> click.Command:
    @contextmanager
    def corrections() -> Iterator[tuple["Corrections", Parts]]:
        from .control import Corrections

        parts = build()
        try:
            yield Corrections(parts.database, parts.settings), parts
        finally:
            parts.database.close()

    @click.group("feedback")
    def feedback() -> None:
        """Correct single suggestions, answer, list; under pseudonyms."""

    by = click.option("--by", "user", default=_account, show_default="your account", help="Who says it.")

    @feedback.command("give")
    @click.argument("item")
    @click.option("--batch", show_default="the newest", help="The batch, for example the day of the list.")
    @click.option("--decision", required=True, help="What is right instead, for example: do not call.")
    @click.option("--why", required=True, help="The reason.")
    @by
    def give(*, item: str, batch: str | None, decision: str, why: str, user: str) -> None:
        """Say that the suggestion for ITEM is wrong, and why."""
        with corrections() as (kept, parts):
            made = parts.suggested(item, batch)
            number = kept.give(batch=made, item=item, decision=decision, reason=why, user=user)
        click.echo(f"recorded: {number}")

    @feedback.command("answer")
    @click.argument("correction")
    @click.argument("text")
    def answer(*, correction: str, text: str) -> None:
        """Tell the user what became of the correction with the id CORRECTION."""
        with corrections() as (kept, _):
            kept.answer(correction, text)
        click.echo(f"answered: {correction}")

    @feedback.command("list")
    @AS_JSON
    def show(*, as_json: bool) -> None:
        """Show all corrections and their answers."""
        columns = ("id", "batch", "item", "decision", "reason", "user_pseudonym", "answer")
        with corrections() as (kept, _):
            _show([dict(row) for row in kept.all()], columns, as_json=as_json)

    return feedback


def _contract_command() -> click.Command:
    @click.command("contract")
    @click.argument("files", nargs=-1, type=click.Path(path_type=Path))
    @AS_JSON
    def contract(*, files: tuple[Path, ...], as_json: bool) -> None:
        """Show the rules of the data contracts as they are enforced."""
        from .odcs import read_contract
        from .settings import find_root

        for path in files or sorted((find_root() / "data_contracts").glob("*.odcs.yaml")):
            found = read_contract(path)
            if not as_json:
                click.echo(f"\n{found.id} {found.version} ({found.classification}), owner {found.owner}")
                click.echo(f"read by {', '.join(sorted(found.readers)) or 'nobody'}")
            _show([_rule(found, rule) for rule in found.rules], ("rule", "tolerated"), as_json=as_json)

    return contract


def _rule(contract: "Contract", rule: "Rule") -> dict[str, object]:
    return {"contract": contract.id, "rule": rule.name, "tolerated": str(rule.limit)}


def _kpis_command() -> click.Command:
    @click.command("kpis")
    @AS_JSON
    def kpis(*, as_json: bool) -> int:
        """Show the last measured KPIs."""
        from .evidence import read_newest
        from .settings import PlatformPart

        settings = PlatformPart.load()
        found = [dict(line) for line in read_newest(settings)]
        if not found and not as_json:
            click.echo(f"Nothing is measured yet: `{settings.distribution} measure` does it.", err=True)
            return FOUND
        rows = found if as_json else [_measured_row(entry) for entry in found]
        _show(rows, ("kpi", "value", "low", "high", "baseline", "verdict", "measured"), as_json=as_json)
        for entry in [] if as_json else found:
            click.echo(f"{entry['kpi']}: {entry['sentence']}")
        return DONE

    return kpis


def _measured_row(entry: dict[str, object]) -> dict[str, object]:
    """Lay out one measurement; without a case there is no value, whatever the method gives as its widest interval."""
    nothing = dict.fromkeys(("value", "low", "high"), "-") if entry["n"] == 0 else {}
    return {**entry, **nothing, "measured": str(entry["measured_at"])[:10]}


def _gate_command() -> click.Command:
    @click.command("gate")
    def command() -> int:
        """Hold the newest evidence against what kpis.yml asks for: exit code 1 when a KPI does not show it."""
        from .evidence import evidence_file, gate, read_lines
        from .kpi import read_kpis
        from .settings import PlatformPart

        settings = PlatformPart.load()
        kpis = read_kpis(settings.root / "kpis.yml")
        missing = gate(kpis, read_lines(evidence_file(settings)))
        for each in kpis:
            asked = each.kpi.decision.go_on if each.kpi.decision.gate == "shown" else "not worse"
            text = missing.get(each.kpi.id)
            click.echo(f"failed: {each.kpi.id}, asked for: {asked}. {text}" if text else f"passed: {each.kpi.id}")
        return FOUND if missing else DONE

    return command
