"""How the impact of a catalog looks: a table for people, fields for machines, a summary for a pull request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import click

from pilotline.cli.views.foresight import foresight_as_json
from pilotline.cli.views.plan import list_lines, plan_as_json
from pilotline.fleet.impact import OUTCOMES, Outcome, PilotImpact, count_outcomes
from pilotline.pilot.stages import Stage

_COLOURS: Final[dict[Outcome, str]] = {
    "unchanged": "white",
    "clean": "green",
    "merged": "blue",
    "conflict": "red",
    "refused": "red",
    "error": "red",
}
_MOST_COMMITS: Final = 3


def impact_as_text(version: str, found: Sequence[PilotImpact], over: Sequence[str]) -> str:
    """Lay the impact out for people: a line for each pilot, what somebody has to decide, the sums."""
    width = max((len(str(each.folder)) for each in found), default=0)
    lines = [click.style(f"What {version} would do", bold=True), *(_row(each, width) for each in found)]
    for each in found:
        lines += list_lines(str(each.folder), list(_details(each)))
    lines += ["", *(_sum_line(outcome, count) for outcome, count in count_outcomes(found).items() if count)]
    lines += list_lines("Too much", over)
    return "\n".join(lines)


def _row(each: PilotImpact, width: int) -> str:
    outcome = click.style(f"{each.outcome:<9}", fg=_COLOURS[each.outcome])
    return f"  {each.folder!s:<{width}}  {outcome}  {_short(each)}".rstrip()


def _short(each: PilotImpact) -> str:
    """Say in a few words what would come, and what becomes of the pilot's level."""
    if each.plan is None:
        return each.message
    files = len(each.plan.changes)
    parts = [f"from {each.plan.old.version}", f"{files} file{'' if files == 1 else 's'}"]
    if each.plan.conflicts:
        parts.append(f"{len(each.plan.conflicts)} to decide")
    if merged := set(each.plan.merged) - set(each.plan.conflicts):
        parts.append(f"{len(merged)} merged with edits")
    if level := _level(each):
        parts.append(level)
    return ", ".join(parts)


def _level(each: PilotImpact) -> str:
    if each.foresight is None or each.foresight.before == each.foresight.after:
        return ""
    return f"level {_label(each.foresight.before)} -> {_label(each.foresight.after)}"


def _label(stage: Stage | None) -> str:
    return stage.label if stage else "none"


def _details(each: PilotImpact) -> Iterator[str]:
    """Tell what somebody has to decide in a pilot: lines, the catalog's commits behind them, answers, checks."""
    if each.plan is None:
        return
    yield from (f"answer {problem}" for problem in each.plan.problems)
    causes = {cause.path: cause for cause in each.plan.causes}
    for path in each.plan.conflicts:
        yield f"{path}{_lines(each, path)}"
        if path in causes:
            shown = causes[path].commits[:_MOST_COMMITS]
            yield from (f"  {commit.short_id} {commit.date} {commit.subject}" for commit in shown)
    if each.foresight is not None and each.foresight.before != each.foresight.after:
        yield from (f"{result.card.id} {result.message}" for result in each.foresight.blocking)


def _lines(each: PilotImpact, path: str) -> str:
    found = each.plan.lines.get(path, ()) if each.plan else ()
    return f", line {', '.join(map(str, found))}" if found else ""


def _sum_line(outcome: Outcome, count: int) -> str:
    return f"{count:>5} {click.style(f'{outcome:<9}', fg=_COLOURS[outcome])} {OUTCOMES[outcome]}"


def impact_as_json(version: str, found: Sequence[PilotImpact], over: Sequence[str]) -> Mapping[str, object]:
    """Lay the sums out for machines; its pilots, which may be many, are `pilot_as_json`."""
    return {"format": 1, "version": version, "counts": count_outcomes(found), "exceeded": list(over)}


def pilot_as_json(each: PilotImpact) -> dict[str, object]:
    """Lay the impact on one pilot out for machines."""
    shown: dict[str, object] = {"pilot": str(each.folder), "outcome": each.outcome, "message": each.message}
    if each.plan is not None:
        shown["plan"] = plan_as_json(each.plan, written=False, commit=None)
    if each.foresight is not None:
        shown["readiness"] = foresight_as_json(each.foresight)
    return shown


def impact_as_markdown(version: str, found: Sequence[PilotImpact], over: Sequence[str]) -> str:
    """Lay the impact out for a pull request."""
    counts = count_outcomes(found)
    lines = [f"### What {_code(version)} would do to {len(found)} pilots", "", "| outcome | pilots | meaning |"]
    lines += ["|---|---|---|", *(f"| {name} | {count} | {OUTCOMES[name]} |" for name, count in counts.items() if count)]
    lines += ["", *(f"**Too much:** {_plain(text)}  " for text in over)] if over else []
    told = [each for each in found if each.outcome in {"conflict", "refused", "error"} or _level(each)]
    if told:
        lines += ["", "| pilot | outcome | what somebody has to do |", "|---|---|---|"]
        lines += [f"| {_code(str(each.folder))} | {each.outcome} | {_cell(each)} |" for each in told]
    return "\n".join(lines)


def _cell(each: PilotImpact) -> str:
    said = [each.message] if each.message else []
    said += [_level(each)] if _level(each) else []
    said += [text.strip() for text in _details(each)]
    return "<br>".join(map(_plain, said))


def _plain(text: str) -> str:
    """Keep a text of a repository from being read as Markdown or HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return "".join(f"\\{mark}" if mark in "\\`*_[]#!@" else mark for mark in escaped.replace("\n", " "))


def _code(text: str) -> str:
    return f"`{text.replace('`', '').replace('|', '/')}`"
