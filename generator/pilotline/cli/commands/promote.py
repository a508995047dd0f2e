"""`pilotline promote`: the next stage, when its proof and a decision are there."""

from pathlib import Path

import click

from pilotline.cli.commands._stand_here import keep_it, path_argument, today
from pilotline.cli.options.common import echo_json, json_option, user_catalogs
from pilotline.cli.views.terminal import say
from pilotline.errors import ExitCode
from pilotline.lifecycle.promote import PromotionOutcome, promote, request_promotion
from pilotline.lifecycle.stand import look_and_judge
from pilotline.pilot.stages import STAGES
from pilotline.readiness.tools import PilotTools

_TARGETS = list(STAGES)[1:]


@click.command("promote")
@path_argument
@click.option("--to", "to", type=click.Choice(_TARGETS), required=True, help="The next stage.")
@click.option("--request", is_flag=True, help="Draft the decision for whoever may approve, and stop.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@json_option
def command(*, path: Path, to: str, request: bool, dry_run: bool, as_json: bool) -> int:
    """Move this pilot to its next stage when the checks, the KPIs and a decision allow it.

    Begin with --request: it drafts the decision. Whoever may approve writes `approved: true` there and commits it;
    then somebody else promotes. Each reason against it stands on a line of its own, with exit code 1, and nothing is
    changed. PATH is a pilot or a folder in it; the current folder when it is left out.
    """
    if request and dry_run:
        raise click.UsageError("--request drafts a file, and --dry-run changes nothing: give one of them")
    stage = STAGES[to]
    stand, verdict = look_and_judge(path, stage, today(), user_catalogs())
    if request:
        _show_request(request_promotion(stand, verdict, stage), as_json=as_json)
        return ExitCode.DONE
    outcome = promote(stand, verdict, stage, PilotTools(stand.root), dry_run=dry_run)
    if as_json:
        echo_json(_as_json(outcome, dry_run=dry_run))
    else:
        say(_as_text(outcome, dry_run=dry_run))
    return outcome.exit_code


def _show_request(path: str, *, as_json: bool) -> None:
    if as_json:
        echo_json({"format": 1, "requested": path})
        return
    say(
        f"Drafted {path}. Commit it; whoever may approve writes `approved: true` there and commits that, signed with a "
        "key that the organisation lists where it is about production."
    )


def _as_json(outcome: PromotionOutcome, *, dry_run: bool) -> dict[str, object]:
    return {
        "format": 1,
        "from": outcome.before.label,
        "to": outcome.to.label,
        "promoted": not outcome.reasons and not dry_run,
        "reasons": list(outcome.reasons),
        "approved_by": outcome.approved_by or None,
        "proof": outcome.proof or None,
        "record": outcome.record or None,
        "written": [] if dry_run else list(outcome.written),
        "alias": outcome.alias or None,
    }


def _as_text(outcome: PromotionOutcome, *, dry_run: bool) -> str:
    if outcome.reasons:
        head = f"Not promoted to {outcome.to.label}, and nothing was changed:"
        return "\n".join([click.style(head, bold=True), *(f"  {reason}" for reason in outcome.reasons)])
    done = "Nothing speaks against it; it would go" if dry_run else "Promoted"
    lines = [
        click.style(f"{done} from {outcome.before.label} to {outcome.to.label}.", bold=True),
        f"Approved by {outcome.approved_by} ({outcome.proof}).",
        *([outcome.alias] if outcome.alias else []),
    ]
    ending = f"It would write {', '.join(outcome.written)}." if dry_run else keep_it(
        outcome.written, f"Promote to {outcome.to.label}"
    )  # fmt: skip
    return "\n".join([*lines, ending])
