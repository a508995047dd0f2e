"""How a plan looks: lines for people, fields for machines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import click

from pilotline.catalog.upgrade_notes import Note
from pilotline.git.diff import Change
from pilotline.upgrade.answer_changes import AnswerChange
from pilotline.upgrade.conflict_history import Cause
from pilotline.upgrade.summary import PlanSummary

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "renamed": ">", "mode": "~"}
_COLOURS: Final = {"added": "green", "removed": "red", "changed": "blue", "renamed": "cyan", "mode": "blue"}


def trailer(plan: PlanSummary) -> str:
    """Name the answers that a commit changes on purpose; a pilot's CI refuses changes that no commit names."""
    return f"Answers: {', '.join(answer.name for answer in plan.answers)}"


def plan_as_json(plan: PlanSummary, *, written: bool, commit: str | None) -> Mapping[str, object]:
    """Lay a plan out for machines."""
    return {
        "format": 1,
        "from": plan.old.version,
        "to": plan.new.version,
        "catalog": {"from": plan.old.source, "to": plan.new.source},
        "up_to_date": plan.is_empty,
        "changes": [_change_fields(change) for change in plan.changes],
        "merged": list(plan.merged),
        "conflicts": list(plan.conflicts),
        "messages": list(plan.messages),
        "lines": {path: [each._asdict() for each in found] for path, found in plan.lines.items()},
        "causes": [cause_fields(cause) for cause in plan.causes],
        "answers": [{"name": a.name, "kind": a.kind, "old": a.old, "new": a.new} for a in plan.answers],
        "invalid_answers": [str(problem) for problem in plan.problems],
        "notes": [{"version": n.version, "text": n.text, "manual_steps": n.manual_steps} for n in plan.notes],
        "seeds_delivered": list(plan.delivered),
        "seeds_improved": list(plan.improved),
        "team_files": list(plan.team_files),
        "kept_deleted": list(plan.kept_deleted),
        "left_untracked": list(plan.untracked),
        "derived_rebuilt": list(plan.derived),
        "unignored": list(plan.unignored),
        "not_recorded": list(plan.unrecorded),
        "written": written,
        "commit": commit,
    }


def _change_fields(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "path": change.path,
        **({"from": change.old_path} if change.old_path else {}),
        **({"added": change.lines[0], "removed": change.lines[1]} if change.lines else {}),
    }


def cause_fields(cause: Cause) -> dict[str, object]:
    """Lay the commits behind a conflict out for machines."""
    return {
        "path": cause.path,
        "commits": [{"commit": c.short_id, "date": c.date, "subject": c.subject} for c in cause.commits],
        "more": cause.more,
    }


def plan_as_text(plan: PlanSummary, more: tuple[str, ...], ending: str, title: str = "") -> str:
    """Lay a plan out for people, with what comes last; a title takes the place of both versions."""
    if plan.is_empty and not plan.problems:
        nothing = f"{title}: nothing to do." if title else f"Already at {plan.new.version}; nothing to do."
        return "\n".join([nothing, *_left_lines(plan), *(more if title else ())])
    lines = [click.style(title, bold=True) if title else _headline(plan), *_change_lines(plan)]
    lines += list_lines("Answers", [_answer_line(answer) for answer in plan.answers])
    lines += list_lines("Answers that are no longer valid", [str(problem) for problem in plan.problems])
    lines += _left_lines(plan)
    lines += list_lines("Ignored by git now, and no longer then: look before the next `git add`", plan.unignored)
    lines += more
    lines += [line for note in plan.notes for line in list_lines(f"Notes on {note.version}", _note_lines(note))]
    lines += list_lines("Conflicts to decide", plan.messages or plan.conflicts)
    lines += list_lines("The catalog's commits behind them", [line for c in plan.causes for line in cause_lines(c)])
    return "\n".join([*lines, "", ending])


def _left_lines(plan: PlanSummary) -> list[str]:
    """Say what stays as it is although another render has it otherwise, and which answers are kept nowhere."""
    return [
        *list_lines("Stay deleted, as you left them", plan.kept_deleted),
        *list_lines("Not in git here, so left as they lie; the catalog has changed them", plan.untracked),
        *list_lines("Yours, and improved in the catalog since; left alone", plan.improved),
        *list_lines("Answered now and recorded nowhere: it holds only in what changes above", plan.unrecorded),
    ]


def _note_lines(note: Note) -> list[str]:
    """Leave out the note's own headline, which says the version once more."""
    first, _, rest = note.text.strip().partition("\n")
    return (rest if first.lstrip("# ").lstrip("v") == note.version.lstrip("v") else note.text).strip().splitlines()


def cause_lines(cause: Cause) -> Iterator[str]:
    """Lay them out for people."""
    yield cause.path
    yield from (f"  {commit.short_id} {commit.date} {commit.subject}" for commit in cause.commits)
    if cause.more:
        yield f"  and {cause.more} more"


def _headline(plan: PlanSummary) -> str:
    old, new = plan.old.version, plan.new.version
    if old is None:
        return click.style(f"Under {plan.new.source} {new}", bold=True)
    if plan.old.source != plan.new.source:
        return click.style(f"{plan.old.source} {old} -> {plan.new.source} {new}", bold=True)
    other = ", with other answers" if plan.answers else ""
    return click.style(f"{old} -> {new}" if old != new else f"At {new}{other}", bold=True)


def _answer_line(answer: AnswerChange) -> str:
    """Say what happens to an answer: it changes, it is new, or this catalog does not ask for it."""
    match answer.kind:
        case "added":
            return f"{answer.name}: {answer.new!r} (new)"
        case "dropped":
            return f"{answer.name}: {answer.old!r} (dropped: it is not asked any more)"
    return f"{answer.name}: {answer.old!r} -> {answer.new!r}"


def _change_lines(plan: PlanSummary) -> list[str]:
    notes = dict.fromkeys(plan.delivered, " (seed: yours from now on)") | dict.fromkeys(plan.derived, " (rebuilt)")
    notes |= dict.fromkeys(plan.merged, " (merged with your edits)")
    conflicted = set(plan.conflicts)
    notes |= dict.fromkeys(conflicted, " (conflict)")
    return [
        change_line(change, conflicted=change.path in conflicted)
        + ("" if change.path in conflicted else _counts(change))
        + notes.get(change.path, "")
        for change in plan.changes
    ]


def _counts(change: Change) -> str:
    shown = change.lines and any(change.lines) and change.kind in {"changed", "renamed"}
    return f"  +{change.lines[0]} -{change.lines[1]}" if change.lines and shown else ""


def change_line(change: Change, *, conflicted: bool = False) -> str:
    """Show one change as a line: a sign, and where a renamed file came from."""
    sign = click.style("!" if conflicted else _SIGNS[change.kind], fg=_COLOURS[change.kind])
    return f"  {sign} {f'{change.old_path} -> ' if change.old_path else ''}{change.path}"


def list_lines(title: str, items: Sequence[str]) -> list[str]:
    """Show a titled list; nothing where it is empty."""
    return ["", click.style(title, fg="cyan"), *(f"  {item}".rstrip() for item in items)] if items else []
