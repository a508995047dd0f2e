"""Advice on architectures, as people read it and as programs do."""

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import click

from pilotline.catalog.advice import Advice, Fit, Need, Ranked, Turn

_WIDEST: Final = 100


def advice_as_data(advice: Advice, given: Mapping[str, str]) -> dict[str, object]:
    """Give the advice as one object for programs."""
    best = advice.best
    return {
        "format": 1,
        "needs": dict(given),
        "recommended": best.id if best else None,
        "ranked": [
            {
                "id": item.id,
                "title": item.title,
                "points": item.points,
                "fits": item.fits,
                "ruled_out": item.is_ruled_out,
                "reasons": [_fit_as_data(fit) for fit in item.reasons],
                "objections": [_fit_as_data(fit) for fit in item.objections],
            }
            for item in advice.ranked
        ],
        "would_change_it": [
            {"need": turn.need, "answer": turn.answer, "then": turn.then or None} for turn in advice.turns
        ],
    }


def _fit_as_data(fit: Fit) -> dict[str, object]:
    return {"need": fit.need, "answer": fit.answer, "points": fit.points, "because": fit.because}


def reasons_as_text(advice: Advice) -> str:
    """Say which architecture to take and why, or that none fits and why not."""
    best = advice.best
    if best:
        return "\n".join([click.style(f"Take {best.title} ({best.id})", fg="green", bold=True), *_lines_of(best)])
    headline = click.style("None of these architectures fits.", fg="yellow", bold=True)
    return "\n".join([headline, *(line for item in advice.ranked for line in _entry(item))])


def advice_as_text(advice: Advice, needs: Sequence[Need], given: Mapping[str, str]) -> str:
    """Lay the advice out: what fits, what else could, what does not, what would change it, and the next step."""
    best = advice.best
    others = [item for item in advice.ranked if item.fits and item is not best]
    unfit = [item for item in advice.ranked if not item.fits]
    if best:
        sections = [[reasons_as_text(advice)]]
    else:
        headline = "None of these architectures fits." if given else "Nothing speaks for any of them yet."
        sections = [[click.style(headline, fg="yellow", bold=True)]]
    sections.append(_titled("It would also do", [line for item in others for line in _entry(item)]))
    sections.append(_titled("These do not fit", [line for item in unfit for line in _entry(item)]))
    sections.append(_titled("What would change the advice", list(_turns(advice.turns, needs, given))))
    if best:
        steps = [f"  pilotline architectures show {best.id}", f"  pilotline new -d architecture={best.id}"]
    else:
        steps = [_wrap("Tell your centre of excellence what you need: it may have a pilot that learned from it.")]
    sections.append(_titled("Next", steps))
    return "\n\n".join("\n".join(section) for section in sections if section)


def _titled(title: str, lines: list[str]) -> list[str]:
    return [click.style(title, fg="cyan"), *lines] if lines else []


def _entry(item: Ranked) -> list[str]:
    return [click.style(f"  {item.title} ({item.id})", bold=True), *_lines_of(item)]


def _lines_of(item: Ranked) -> list[str]:
    said = [("+", fit) for fit in item.reasons if fit.points] + [("-", fit) for fit in item.objections]
    silent = [_wrap("Nothing that you said speaks for it.")] if not said else []
    return [_wrap(f"{mark} {fit.because}", 4) for mark, fit in said] + silent


def _turns(turns: Sequence[Turn], needs: Sequence[Need], given: Mapping[str, str]) -> Iterator[str]:
    """Say for each question which other answers lead elsewhere."""
    for need in needs:
        led = [turn for turn in turns if turn.need == need.id]
        if led:
            known = need.answers.get(given.get(need.id, ""), "not said")
            yield _wrap(f"{need.asks} ({known})", 4)
            yield from (_wrap(f"  {need.answers[turn.answer]}: {turn.then or 'none would fit'}", 6) for turn in led)


def _wrap(text: str, hang: int = 2) -> str:
    return textwrap.fill(
        text, min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST), initial_indent="  ",
        subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
