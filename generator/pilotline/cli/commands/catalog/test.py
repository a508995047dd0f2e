"""`pilotline catalog test`: pilots of every kind, each with its own checks, before teams get them."""

from pathlib import Path
from typing import TypedDict, Unpack

import click

from pilotline.authoring.catalog_trial import Selection, TrialPlan, plan_trial, run_trial
from pilotline.authoring.pilot_runs import Depth
from pilotline.cli.options.common import echo_json, json_option
from pilotline.cli.views.catalog_trial import LiveTrial, plan_as_text, results_as_text, trial_as_json
from pilotline.cli.views.terminal import say, show_status
from pilotline.errors import ExitCode
from pilotline.files.supervised import count_cores


class _AskedTrial(TypedDict):
    """What the user gave."""

    folder: Path
    texts: tuple[str, ...]
    changed: bool
    since: str
    seed: int
    quick: bool
    fail_fast: bool
    jobs: int | None
    timeout: float
    only_list: bool
    as_json: bool


@click.command("test")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[PATH]")
@click.option(
    "-k", "texts", multiple=True, metavar="TEXT", help="Only those with this in their name or answers; repeatable."
)
@click.option("--changed", is_flag=True, help="Only those that a change since the newest released version touches.")
@click.option("--since", default="", metavar="REVISION", help="Compare with this version or commit; means --changed.")
@click.option(
    "--seed", default=0, show_default=True, help="Choose other pairs of answers; the same seed, the same ones."
)
@click.option("--quick", is_flag=True, help="Leave out the pilots' tests: style, types and layers only.")
@click.option("--fail-fast", is_flag=True, help="End with the first pilot that fails.")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Pilots beside each other. Default: one for each core."
)
@click.option(
    "--timeout", default=1800.0, show_default=True, type=click.FloatRange(1), help="Seconds that one check may take."
)
@click.option("--list", "only_list", is_flag=True, help="Show the combinations; make no pilot.")
@json_option
def command(**asked: Unpack[_AskedTrial]) -> int:
    """Make pilots of the catalog in PATH (default: the current folder) and run each pilot's own checks.

    Each architecture alone, with everything, and enough combinations that every two answers of the questions that the
    catalog pairs meet in one; changes that are not committed included. All run in one environment, without a network
    where that can be had. A pilot that fails is kept in build/failed-pilots. Exit code 1 means that one failed.
    """
    selection = Selection(asked["seed"], asked["texts"], asked["changed"], asked["since"])
    try:
        plan = plan_trial(asked["folder"].absolute(), selection, lambda text: show_status(f"{text} …"))
    finally:
        show_status("")
    if not plan.chosen and asked["texts"] and plan.touched is None:
        message = f"no combination has {' or '.join(asked['texts'])} in its name or answers; --list shows them"
        raise click.UsageError(message)
    if asked["only_list"]:
        if asked["as_json"]:
            echo_json(trial_as_json(plan, asked["seed"]))
        else:
            say(plan_as_text(plan, listed=True))
        return ExitCode.DONE
    return _run(plan, asked)


def _run(plan: TrialPlan, asked: _AskedTrial) -> ExitCode:
    as_json, jobs = asked["as_json"], asked["jobs"] or count_cores()
    depth = Depth(min(jobs, max(1, len(plan.chosen))), asked["quick"], asked["fail_fast"], asked["timeout"])
    live = LiveTrial(len(plan.chosen), as_json=as_json)
    if not as_json:
        say(plan_as_text(plan, listed=False))
    try:
        results = run_trial(plan, depth, live, live.installing) if plan.chosen else ()
    finally:
        show_status("")
    if as_json:
        echo_json(trial_as_json(plan, asked["seed"], results))
    elif plan.chosen:
        say(results_as_text(plan, results, live.seconds))
    return ExitCode.DONE if all(result.passed for result in results) else ExitCode.FOUND
