"""Markdown, for a pull request's comment or a job's summary."""

from pilotline.documents.harmless import harmless, without_control
from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import Verdict


def write(verdict: Verdict) -> str:
    """Write a verdict as Markdown."""
    sections = [_head(verdict), _steps(verdict), _families(verdict), _calendar(verdict), _open(verdict)]
    return harmless("\n\n".join(section for section in sections if section))


def _head(verdict: Verdict) -> str:
    name = f"{_cell(verdict.name)}: " if verdict.name else ""
    open_ = f"{len(verdict.to_do)} checks are open."
    if verdict.is_partial:
        return f"## {name}{verdict.headline}\n\n{open_} {verdict.blocking_words}"
    mark = "reached" if verdict.is_reached else "**not reached**"
    return f"## {name}{verdict.headline}\n\nAsked for {verdict.asked.label}: {mark}. {open_}"


def _steps(verdict: Verdict) -> str:
    sections = []
    for part in verdict.agenda:
        lines = [f"1. **{r.card.id}** {_cell(r.message)}{_place(r)} ({r.effort}). {r.advice}" for r in part.steps]
        sections.append("\n".join([f"### {part.title} ({part.count} open)", "", *lines]))
    return "\n\n".join(sections)


def _families(verdict: Verdict) -> str:
    if not verdict.scores:
        return ""
    rows = ["| family | score | by command | by file | by word | of |", "|---|---|---|---|---|---|"]
    for score in verdict.scores:
        value = "-" if score.score is None else f"{score.score:.2f}"
        counts = " | ".join(str(score.passed[grade]) for grade in ("executed", "static", "attested"))
        rows.append(f"| {FAMILIES.get(score.family, score.family)} | {value} | {counts} | {score.applicable} |")
    total = "" if verdict.total is None else f"\n\nThe total is that of the weakest family: **{verdict.total:.2f}**."
    return "\n".join(rows) + total


def _calendar(verdict: Verdict) -> str:
    lines = [f"- {event.day}: {event.check}, {_cell(event.message)}" for event in verdict.events]
    lines += [f"- {_cell(notice.message)}" for notice in verdict.notices]
    return "\n".join(["### The calendar", "", *lines]) if lines else ""


def _open(verdict: Verdict) -> str:
    if not verdict.to_do:
        return ""
    rows = ["| check | from stage | status | what |", "|---|---|---|---|"]
    rows += [
        f"| {r.card.id} | {r.stage.label} | {r.reason or r.status} | {_cell(r.message)}{_place(r)} |"
        for r in verdict.to_do
    ]
    return "\n".join(["<details><summary>Everything that is open</summary>", "", *rows, "", "</details>"])


def _place(result: Result) -> str:
    return f" (`{result.location}`)" if result.location.path else ""


def _cell(text: str) -> str:
    return " ".join(without_control(text).split()).replace("|", "\\|").replace("<", "&lt;")
