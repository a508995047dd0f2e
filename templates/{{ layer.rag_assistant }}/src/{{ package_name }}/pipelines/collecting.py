"""Makes questions of the evaluation out of what people asked and said: drafted here, completed and accepted by them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .._platform import PilotError
from .._platform.chat.replies import Turn
from .._platform.chat.turns import Turns
from ..bootstrap import Parts
from ..domain.question import Form

DRAFTED: Final = "drafted.jsonl"
ASKED: Final = ("id", "text", "form", "topic", "sections", "held_back", "person")
EVERY: Final = 3  # of three questions one is held back, as the numbers of their answers have it


@dataclass(frozen=True)
class Drafted:
    """What was drafted: how many lines are new, and how many wait for a person."""

    path: Path
    new: int
    waiting: int


@dataclass(frozen=True)
class Accepted:
    """What was accepted: how many questions came to the others, and how many lines still wait."""

    path: Path
    added: int
    waiting: int


def draft(parts: Parts) -> Drafted:
    """Draft a line for each answer that somebody judged; the frozen questions stay as they are."""
    path = _path(parts)
    waiting = _read(path)
    known = {str(line["id"]) for line in (*waiting, *_read(parts.questions.path))}
    new = [line for line in _lines(Turns(parts.database).all()) if line["id"] not in known]
    _write(path, [*waiting, *new])
    return Drafted(path, len(new), len(waiting) + len(new))


def accept(parts: Parts) -> Accepted:
    """Put what a person accepted to the questions; all lines are looked at before any is moved."""
    path, questions = _path(parts), parts.questions.path
    waiting = _read(path)
    accepted = [line for line in waiting if line.get("accepted") is True]
    there = {each.name for each in parts.index.documents()} if parts.library.state else set()
    if problems := [problem for line in accepted for problem in _problems(line, there)]:
        raise PilotError(f"{path}: {' '.join(problems)} Nothing was accepted.")
    before = questions.read_text(encoding="utf-8") if questions.is_file() else ""
    lines = [json.dumps({name: line[name] for name in ASKED if name in line}, ensure_ascii=False) for line in accepted]
    if lines:
        questions.parent.mkdir(parents=True, exist_ok=True)
        joined = before if not before or before.endswith("\n") else f"{before}\n"
        questions.write_text(joined + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        _write(path, [line for line in waiting if line.get("accepted") is not True])
    return Accepted(questions, len(lines), len(waiting) - len(lines))


def _path(parts: Parts) -> Path:
    return parts.questions.path.with_name(DRAFTED)


def _lines(turns: Iterable[Turn]) -> Iterator[dict[str, Any]]:
    """Write each judged answer as a question; of one that helped the cited place is the draft of the right one."""
    for turn in turns:
        if turn.verdict is None:
            continue
        cited = [[each.document, each.section] for each in turn.reply.cited]
        name = f"asked-{turn.reply.number}"
        yield {
            "id": name,
            "text": turn.reply.understood or turn.question,
            "form": Form.PARAPHRASED.value,
            "topic": name,
            "sections": cited[:1] if turn.verdict.helpful else [],
            "held_back": int(turn.reply.number, 16) % EVERY == 0,
            "accepted": False,
            "said": "helpful" if turn.verdict.helpful else "not helpful",
            "comment": turn.verdict.comment,
            "answered": turn.reply.text,
            "cited": cited,
        }


def _problems(line: Mapping[str, Any], documents: set[str]) -> Iterator[str]:
    name, sections, form = line.get("id"), line.get("sections"), line.get("form")
    if not isinstance(sections, list) or any(not isinstance(each, list) or len(each) != 2 for each in sections):  # noqa: PLR2004 - document and section
        yield f"{name}: sections is a list of [document, beginning of the heading]."
        return
    if form not in {each.value for each in Form}:
        yield f"{name}: form is one of {', '.join(each.value for each in Form)}."
    elif not sections and form != Form.UNANSWERABLE:
        yield f"{name}: name the section that answers it, or give it the form {Form.UNANSWERABLE.value}."
    elif sections and form == Form.UNANSWERABLE:
        yield f"{name}: a question of the form {Form.UNANSWERABLE.value} has no sections."
    if missing := sorted({str(document) for document, _ in sections} - documents):
        yield f"{name}: there is no document {missing[0]}."
    if not str(line.get("text", "")).strip() or not isinstance(line.get("held_back"), bool) or not line.get("topic"):
        yield f"{name}: it needs text, topic, and held_back true or false."


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
            found.append(line | {"id": str(line["id"])})
        except (ValueError, KeyError, TypeError) as error:
            raise PilotError(f"{path}, line {number}, is no question: mend the line, or take it out.") from error
    return found


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    if text or path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
