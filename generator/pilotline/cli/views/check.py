"""What `pilotline check` shows to people: the level, the next three steps, one plain sentence each."""

import itertools
import textwrap
from typing import Final

import click

from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Reason, Result, Status
from pilotline.readiness.verdict import Verdict

_COLOURS: Final = {
    Status.PASS: "green",
    Status.FAIL: "red",
    Status.ERROR: "red",
    Status.WARN: "yellow",
    Status.SKIP: "bright_black",
    Status.WAIVED: "magenta",
}
_WIDTH: Final = 110


def show_verdict(verdict: Verdict, *, show_all: bool) -> str:
    """Show a verdict as text."""
    sections = [
        _head(verdict),
        _everything(verdict) if show_all else _steps(verdict),
        _calendar(verdict),
        _foot(verdict),
    ]
    return "\n\n".join(section for section in sections if section)


def _head(verdict: Verdict) -> str:
    if verdict.is_partial:
        return f"{verdict.headline.capitalize()}. {verdict.blocking_words}"
    level = verdict.level.label if verdict.level else "no stage yet"
    colour = "green" if verdict.is_reached else "red"
    asked = "asked" if verdict.asked is not verdict.claimed else "claimed"
    lines = [f"Level: {click.style(level, fg=colour, bold=True)} ({asked}: {verdict.asked.label})"]
    if verdict.stay is not None and verdict.stay.since:
        lines.append(f"Stage: {verdict.stay}.")
    if verdict.left_out:
        lines.append(f"Judged without {len(verdict.left_out)} checks that were left out.")
    if verdict.total is not None:
        weakest = min((s for s in verdict.scores if s.score is not None), key=lambda score: score.score or 0)
        name = FAMILIES.get(weakest.family, weakest.family)
        lines.append(f"Score: {verdict.total:.2f} of 1, that of the weakest family ({name}). {_proofs(verdict)}")
    return "\n".join(lines)


def _proofs(verdict: Verdict) -> str:
    """Set word, file and command side by side, so that nobody takes one for the other."""
    counts = {
        grade: sum(score.passed[grade] for score in verdict.scores) for grade in ("executed", "static", "attested")
    }
    return f"Proven by a command: {counts['executed']}, by a file: {counts['static']}, by word: {counts['attested']}."


def _steps(verdict: Verdict) -> str:
    """List the next steps by what they are for: nothing of a later stage stands among what blocks this one."""
    if not verdict.agenda:
        return "Nothing is left to do."
    sections = [f"{verdict.level.label.capitalize()} is reached."] if verdict.level and verdict.is_reached else []
    numbers = itertools.count(1)
    for part in verdict.agenda:
        lines = [f"{part.title} ({part.count} open), easiest first:"]
        for result in part.steps:
            lines += [f"  {next(numbers)}. {_line(result)}", _wrap(result.advice, "     ")]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def _line(result: Result) -> str:
    place = f" ({result.location})" if result.location.path else ""
    status = click.style(f"{result.card.id}", fg=_COLOURS[result.status], bold=True)
    return f"{status} {result.message}{place}, {result.effort.value}"


def _everything(verdict: Verdict) -> str:
    lines = []
    family = ""
    for result in verdict.results:
        if result.card.family != family:
            family = result.card.family
            lines += ["", click.style(FAMILIES.get(family, family), bold=True)]
        lines += _row(result)
    return "\n".join(lines).lstrip("\n")


def _row(result: Result) -> list[str]:
    word = "n/a" if result.reason is Reason.NOT_APPLICABLE else "unproven" if result.reason else result.status.value
    status = click.style(f"{word:<8}", fg=_COLOURS[result.status])
    text = result.card.title if result.status is Status.PASS else result.message
    place = f" ({result.location})" if result.location.path else ""
    lines = [f"  {result.card.id} {status} {result.stage.label:<10} {result.grade.value:<8} {text}{place}"]
    if result.is_open:
        lines += [_wrap(result.advice, "         ")]
    return lines


def _calendar(verdict: Verdict) -> str:
    lines = [f"  {event.day}  {event.check}  {event.message}" for event in verdict.events]
    notices = [
        f"  {notice.message}{f' ({notice.location})' if notice.location.path else ''}" for notice in verdict.notices
    ]
    parts = ["\n".join(["Turns red in the next twelve months unless it is mended:", *lines])] if lines else []
    return "\n\n".join(parts + (["\n".join(["To know:", *notices])] if notices else []))


def _foot(verdict: Verdict) -> str:
    if not verdict.to_do:
        return ""
    return click.style("Every check: pilotline check --all. One family: --select OWN. For machines: --json.", dim=True)


def _wrap(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
