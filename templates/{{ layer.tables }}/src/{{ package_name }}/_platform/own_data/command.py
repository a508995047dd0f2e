"""The command `own-data`: checks what costs nothing first, asks in a terminal, shows, and applies when told to."""

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from .. import DONE, PilotError

if TYPE_CHECKING:
    from ..settings import PlatformSettings
    from .applying import Change
    from .drafting import Draft
    from .finding import Request
    from .findings import Found

Name = TypeVar("Name", bound=str)
PARTS: Final = {
    "case": "the case: customer, machine, claim …",
    "outcome": "what is to be known beforehand",
    "day": "the day",
    "money": "the money that is at stake for a case",
    "group": "a group: region, plant, segment …",
    "decision": "what is decided today",
    "score": "the score that decides today",
    "customer": "the case of events; the same as --case",
    "order": "the order's number (events)",
    "amount": "a line's value (events)",
    "price": "the price of one piece (events)",
    "quantity": "the number of pieces (events)",
}
NO_DAY: Final = "none of them"
SUFFIXES: Final = (".parquet", ".pq", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def own_data_command() -> click.Command:
    """Make the command."""

    @click.command("own-data")
    @click.argument("tables", nargs=-1, required=True, metavar="TABLE…")
    @click.option("--apply", "use", is_flag=True, help="Put the draft in place; without it, it is only shown.")
    @click.option("--shape", type=click.Choice(["events", "snapshots"]), help="Many lines of each case, or one row.")
    @click.option("--positive", metavar="VALUE", help="The value of a yes/no outcome that means yes.")
    @click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="Where the values leave it open.")
    @click.option("--join", metavar="COLUMN", help="The key by which further tables belong to the first.")
    @click.option("--sheet", metavar="NAME", help="The sheet of a workbook.")
    @click.option("--ignore", "ignored", multiple=True, metavar="COLUMN", help="A column that must not be read.")
    @click.option("--sample", type=click.IntRange(min=20), metavar="ROWS", help="Draw a sample for tests as well.")
    @click.option("--yes", is_flag=True, help="Ask nothing.")
    @click.option("--json", "as_json", is_flag=True, help="Print one object instead of tables.")
    def command(tables: tuple[str, ...], **options: object) -> int:
        """Draft what a table of your own needs: contract, settings, KPI, and what is left to decide.

        TABLE is a file (CSV, also .gz, .bz2, .xz; Parquet; a workbook) or INTEGRATION:TABLE.
        """
        return run(tables, options)

    for part, what in reversed(PARTS.items()):
        command = click.option(f"--{part}", metavar="COLUMN", help=f"Column of {what}.")(command)
    return command


def run(tables: tuple[str, ...], options: dict[str, object]) -> int:
    """Find, ask, draft, show, and apply."""
    check_quickly(tables, _named(options))
    from ..progress import heard_by
    from ..settings import PlatformPart
    from .drafting import draft

    settings = PlatformPart.load()
    as_json = bool(options["as_json"])
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not as_json and not options["yes"]
    with heard_by():
        found = _find(settings, _request(tables, options), asking=asking)
    drafted = draft(settings, found)
    change = _plan(settings, drafted, options["sample"])
    if not as_json:
        _show(settings, drafted, change)
    use = bool(options["use"]) or (asking and click.confirm("\nPut this in place now?"))
    if use:
        from .applying import apply

        apply(settings.root, change)
        files = [settings.root / path for path in change.files]
    else:
        files = drafted.write(settings.var / "own_data")
    _end(settings, drafted, change, files, use=use, as_json=as_json)
    return DONE


def check_quickly(tables: tuple[str, ...], named: Collection[str] = ()) -> None:
    """Refuse what is no table, and names of columns that there are not, before anything heavy is loaded."""
    from .dialect import read_dialect, refuse_unknown

    columns, all_text = list[str](), True
    for given in tables:
        path = Path(given)
        if path.is_file() and path.suffix.lower() not in SUFFIXES:
            columns += read_dialect(path).columns
            continue
        all_text = False
        if path.is_file() and path.stat().st_size < len(b"PAR1PAR1"):
            raise PilotError(
                f"{path.name} is no table that can be read: save its table as CSV in UTF-8, and give that."
            )
        if not path.is_file() and ":" not in given:
            raise PilotError(f"There is no table {given}: give the path of a file, or INTEGRATION:TABLE.")
    if all_text:
        refuse_unknown(named, columns)


def _named(options: Mapping[str, object]) -> list[str]:
    """Return the columns that people named."""
    ignored = options["ignored"]
    return [*(str(options[part]) for part in PARTS if options[part]), *(ignored if isinstance(ignored, tuple) else ())]


def _request(tables: tuple[str, ...], options: dict[str, object]) -> "Request":
    from .finding import Request

    told = {part: str(options[part]) for part in PARTS if options[part]}
    if "customer" in told:
        told.setdefault("case", told["customer"])
    ignored = options["ignored"]
    return Request(
        tables=tables,
        told=told,
        shape=_choice(options["shape"], ("events", "snapshots")),
        positive=_text(options["positive"]),
        order=_choice(options["dates"], ("day-first", "month-first")),
        join=_text(options["join"]),
        sheet=_text(options["sheet"]),
        ignored=tuple(map(str, ignored)) if isinstance(ignored, tuple) else (),
    )


def _choice(value: object, names: tuple[Name, ...]) -> Name | None:
    return next((name for name in names if name == value), None)


def _text(value: object) -> str | None:
    return str(value) if value else None


def _find(settings: "PlatformSettings", request: "Request", *, asking: bool) -> "Found":
    """Find; in a terminal ask about what is not sure, and look again with the answers."""
    from .finding import find

    found = find(settings, request)
    told = _ask(found, request) if asking else request
    return found if told == request else find(settings, told)


def _ask(found: "Found", request: "Request") -> "Request":
    """Ask about parts for which several columns could be meant, about yes, the day, and its day and month."""
    answered = _ask_for_day(found, request)
    for guess in found.guesses:
        if guess.others:
            choice = click.Choice([guess.column, *guess.others])
            said = click.prompt(f"Which column is the {guess.shown}?", type=choice, default=guess.column)
            answered = replace(answered, told={**answered.told, guess.part: said})
    outcome = found.seen.outcome
    if outcome and outcome.why_positive and outcome.why_positive.startswith("being"):
        values = [value for value, _ in found.profiles[outcome.guess.column].frequent]
        said = click.prompt(
            f"Which value of {outcome.guess.column} means yes?", type=click.Choice(values), default=outcome.positive
        )
        answered = replace(answered, positive=said)
    day = found.profiles[answered.told["day"]] if "day" in answered.told else found.part("day")
    if day is not None and day.format is not None and day.format.ambiguous:
        said = click.prompt(
            f"{day.name}: which comes first?", type=click.Choice(["day-first", "month-first"]), default="day-first"
        )
        answered = replace(answered, order=_choice(said, ("day-first", "month-first")))
    return answered


def _ask_for_day(found: "Found", request: "Request") -> "Request":
    """Ask which column is a snapshot's day, where none is by its name and several or none are by their content."""
    from .day_columns import possible_days

    days = possible_days(found.profiles.values())
    if found.seen.shape == "events" or found.column("day") or not days:
        return request
    said = click.prompt("Which column is the day of a case?", type=click.Choice([*days, NO_DAY]), default=NO_DAY)
    return request if said == NO_DAY else replace(request, told={**request.told, "day": said})


def _plan(settings: "PlatformSettings", drafted: "Draft", sample: object) -> "Change":
    from .applying import plan_change

    if sample is None:
        return plan_change(settings, drafted, {})
    from .sample import draw_sample

    return plan_change(settings, drafted, draw_sample(settings, drafted.found, int(str(sample))))


def _show(settings: "PlatformSettings", drafted: "Draft", change: "Change") -> None:
    from . import screen

    screen.show_found(drafted.found)
    screen.show_draft(drafted)
    screen.title("What --apply does, for one commit")
    for what, path in change.lines(settings.root):
        screen.pair(what, path, indent=8)


def _end(
    settings: "PlatformSettings",
    drafted: "Draft",
    change: "Change",
    files: list[Path],
    *,
    use: bool,
    as_json: bool,
) -> None:
    from .next_step import next_step

    step = next_step(settings, drafted, use=use)
    if as_json:
        click.echo(json.dumps(_object(drafted, change, files, step, use=use), ensure_ascii=False, default=str))
        return
    from . import screen

    if use:
        screen.title("In place; read it with git diff, then commit it")
    else:
        screen.title(f"Drafted, to be read, in {files[0].parent.relative_to(settings.root)}")
    screen.title(f"Next: {step}")


def _object(drafted: "Draft", change: "Change", files: list[Path], step: str, *, use: bool) -> dict[str, object]:
    found = drafted.found
    outcome = found.seen.outcome
    return {
        "shape": found.seen.shape,
        "why": found.seen.why,
        "rows": found.table.rows,
        "columns": {guess.part: guess.column for guess in found.guesses},
        "outcome": {"kind": outcome.kind, "positive": outcome.positive} if outcome else None,
        "features": list(found.features),
        "left_out": dict(found.left_out),
        "personal": dict(found.personal),
        "rule": found.rule.model_dump(exclude_defaults=True) if found.rule else None,
        "words": found.words.model_dump(),
        "kpi": {"id": drafted.kpi.kpi, "sql": drafted.kpi.sql, "form": drafted.kpi.form} if drafted.kpi else None,
        "decisions": list(drafted.decisions),
        "files": [str(path) for path in files],
        "gone": list(change.gone),
        "applied": use,
        "next": step,
    }
