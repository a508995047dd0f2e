"""`pilotline answers`, `add`, `remove` and `prepare`: other answers at the same version, by the same merge."""

import json

import click

from pilotline.cli.moving import Options, move_options, open_here, run_move
from pilotline.cli.options import parse_data
from pilotline.errors import PilotlineError
from pilotline.upgrade import Target


@click.command("answers")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="Change an answer; repeatable.")
@move_options
def answers(data: tuple[str, ...], options: Options) -> int:
    """Show the answers of this pilot, or change them."""
    pilot, recorded, _ = open_here()
    if not data:
        if options.as_json:
            click.echo(json.dumps({"format": 1, "answers": dict(pilot.answers)}, ensure_ascii=False, indent=2))
        else:
            width = max(map(len, pilot.answers), default=0)
            click.echo("\n".join(f"{name:<{width}}  {value}" for name, value in pilot.answers.items()))
        return 0
    changes = parse_data(data)
    return run_move(pilot, recorded, Target(recorded, changes), f"Change {', '.join(changes)}\n", options)


@click.command("add")
@click.argument("integrations", nargs=-1, required=True, metavar="INTEGRATION...")
@move_options
def add(integrations: tuple[str, ...], options: Options) -> int:
    """Add integrations to this pilot."""
    present = _present()
    wanted = [*present, *(name for name in integrations if name not in present)]
    return _move(wanted, f"Add {', '.join(integrations)}\n", options)


@click.command("remove")
@click.argument("integrations", nargs=-1, required=True, metavar="INTEGRATION...")
@move_options
def remove(integrations: tuple[str, ...], options: Options) -> int:
    """Remove integrations from this pilot."""
    present = _present()
    absent = [name for name in integrations if name not in present]
    if absent:
        raise PilotlineError(f"This pilot has no {', '.join(absent)}.", f"It has: {', '.join(present) or 'none'}.")
    wanted = [name for name in present if name not in integrations]
    return _move(wanted, f"Remove {', '.join(integrations)}\n", options)


@click.command("prepare")
@click.argument("stage", type=click.Choice(["sandbox", "pilot", "production"]))
@move_options
def prepare(stage: str, options: Options) -> int:
    """Bring the files that a stage needs; the stage itself moves when its proof is there."""
    pilot, recorded, _ = open_here()
    return run_move(pilot, recorded, Target(recorded, {"prepared_for": stage}), f"Prepare for {stage}\n", options)


def _present() -> list[str]:
    pilot, _, _ = open_here()
    recorded = pilot.answers.get("integrations")
    return [str(name) for name in recorded] if isinstance(recorded, list) else []


def _move(wanted: list[str], message: str, options: Options) -> int:
    pilot, recorded, _ = open_here()
    known = _choices(recorded.definition.questions.get("integrations", {}).get("choices"))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise PilotlineError(f"There is no integration {', '.join(unknown)}.", f"This catalog has: {', '.join(known)}.")
    return run_move(pilot, recorded, Target(recorded, {"integrations": wanted}), message, options)


def _choices(choices: object) -> list[str]:
    values = choices.values() if isinstance(choices, dict) else choices if isinstance(choices, list) else []
    return [str(value) for value in values]
