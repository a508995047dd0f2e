"""How the test of a catalog looks: what is chosen and why, what runs, and what came of it."""

import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from pilotline.authoring.catalog_trial import TrialPlan
from pilotline.authoring.pilot_runs import CombinationResult, RunningCheck
from pilotline.authoring.touched import cut_list
from pilotline.cli.views.terminal import say, show_status

_LAST_LINES: Final = 15
_OFTEN: Final = 0.2
_MINUTE: Final = 60


class LiveTrial:
    """Shows a test while it runs: a line for each combination, and below it what runs and for how long."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._total = total
        self._as_json = as_json
        self._done = 0
        self._failed = 0
        self._begun = time.monotonic()
        self._shown = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._begun

    def installing(self, environment: Path) -> None:
        """Say what takes minutes the first time."""
        say(f"Installing what the pilots need into {environment} …", err=True)

    def running(self, checks: Sequence[RunningCheck]) -> None:
        """Show what runs, a few times a second."""
        if time.monotonic() - self._shown < _OFTEN:
            return
        self._shown = time.monotonic()
        now = "; ".join(f"{check.name}: {check.command[0]} {check.seconds:.0f} s" for check in checks if check.command)
        failed = f", {self._failed} failed" if self._failed else ""
        show_status(f"[{self._done} of {self._total}{failed}] {now}")

    def finished(self, result: CombinationResult) -> None:
        """Show what came of a combination; a machine reads that at the end, on the other stream."""
        self._done += 1
        self._failed += not result.passed
        show_status("")
        say("\n".join(_result_lines(result)), err=self._as_json)


def _result_lines(result: CombinationResult) -> list[str]:
    mark = click.style("passed", fg="green") if result.passed else click.style("failed", fg="red", bold=True)
    lines = [f"{mark} {result.combination.name} ({result.combination.label}) in {_duration(result.seconds)}"]
    if result.problem:
        lines += [f"    No pilot can be made: {line}" for line in result.problem.splitlines()[:1]]
        lines += [f"    {line}" for line in result.problem.splitlines()[1:]]
    for run in result.failed:
        lines.append(click.style(f"    $ {shlex.join(run.command)}", bold=True) + f"  (exit code {run.code})")
        said = f"{run.out}{run.err}".rstrip().splitlines()
        lines += [f"    {line}" for line in said[-_LAST_LINES:]]
    return [*lines, *([f"    The pilot: {result.kept}"] if result.kept else [])]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def plan_as_text(plan: TrialPlan, *, listed: bool) -> str:
    """Say which combinations are chosen and why; one by one where they are asked for."""
    lines = _change_lines(plan)
    count, total = len(plan.chosen), len(plan.combinations.chosen)
    lines.append(click.style(f"{count if count == total else f'{count} of {total}'} combinations", bold=True))
    width = max((len(each.name) for each in plan.chosen), default=0)
    for each in plan.chosen if listed or plan.touched else ():
        lines.append(f"  {each.name:<{width}}  {each.label}")
        if plan.touched:
            lines.append(f"  {'':<{width}}  {click.style(str(plan.touched[each.name]), dim=True)}")
    if listed and plan.combinations.never_together:
        lines.append(
            "In none of them, as the questions do not allow it: " + "; ".join(plan.combinations.never_together) + "."
        )
    return "\n".join(lines)


def _change_lines(plan: TrialPlan) -> list[str]:
    if plan.touched is None:
        return []
    if not plan.changed_files:
        return [f"Nothing has changed since {plan.since}."]
    count = len(plan.changed_files)
    files = "1 file of the catalog has" if count == 1 else f"{count} files of the catalog have"
    return [f"{files} changed since {plan.since}: {cut_list(plan.changed_files)}."]


def results_as_text(plan: TrialPlan, results: Sequence[CombinationResult], seconds: float) -> str:
    """Sum a test up, and say how the failed ones are looked at and run again."""
    failed = [result for result in results if not result.passed]
    lines = [f"{len(results) - len(failed)} of {len(plan.chosen)} passed in {_duration(seconds)}."]
    if len(results) < len(plan.chosen):
        lines.append(f"{len(plan.chosen) - len(results)} were not run to the end.")
    kept = next((result.kept.parent for result in failed if result.kept), None)
    if kept:
        lines.append(f"The pilots that failed are in {kept}, what their checks said beside them.")
    if failed:
        again = " ".join(f"-k {result.combination.name}" for result in failed[:3])
        lines.append(f"Again: pilotline catalog test {again}")
    return "\n".join(lines)


def trial_as_json(
    plan: TrialPlan, seed: int, results: Sequence[CombinationResult] | None = None
) -> Mapping[str, object]:
    """Give all of it to machines; without results where nothing was run."""
    found = {result.combination.name: result for result in results or ()}
    rows = []
    for each in plan.chosen:
        row: dict[str, object] = {"name": each.name, "kind": each.kind, "answers": dict(each.answers)}
        if plan.touched is not None:
            touched = plan.touched[each.name]
            row["touched"] = {
                "reason": str(touched), "paths": list(touched.paths), "sources": list(touched.sources),
            }  # fmt: skip
        if results is not None:
            row["result"] = _result_fields(found.get(each.name))
        rows.append(row)
    return {
        "format": 1,
        "seed": seed,
        "total": len(plan.combinations.chosen),
        "since": plan.since or None,
        "changed_files": list(plan.changed_files),
        "never_together": list(plan.combinations.never_together),
        "combinations": rows,
    }


def _result_fields(result: CombinationResult | None) -> dict[str, object]:
    if result is None:
        return {"verdict": "not_run"}
    return {
        "verdict": "passed" if result.passed else "failed",
        "seconds": round(result.seconds, 1),
        "problem": result.problem or None,
        "failed": [
            {"command": list(run.command), "exit_code": run.code, "output": f"{run.out}{run.err}"}
            for run in result.failed
        ],
        "pilot": str(result.kept) if result.kept else None,
    }
