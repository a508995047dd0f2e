"""What `own-data` does and shows."""

from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from .._platform.screen import Json, Screen, grid
from ..pipelines.own_documents import Looked, look
from .steps import JOB

SHOWN = 10


def own_documents(folder: Path, questions: Path | None, *, apply: bool, as_json: bool) -> None:
    """Read the folder, ask, and say what can be answered."""
    asked = questions.read_text(encoding="utf-8").splitlines() if questions else []
    with JOB.opened("own-data", as_json=as_json) as work:
        work.screen.step("Reading your documents")
        found = look(
            work.parts, folder, [each.strip() for each in asked if each.strip()], work.screen.progress, apply=apply
        )
        work.screen.finish(_show(work.screen, found, work.parts.settings.distribution))


def _show(screen: Screen, found: Looked, command: str) -> Json:
    read = found.ingested
    screen.title(f"Your documents: {read.documents:,} read, {read.passages:,} passages")
    for name in read.left_out[:SHOWN]:
        screen.pair("left out", escape(name))
    known = [each for each in found.tried if each.known]
    screen.title(f"{len(known)} of {len(found.tried)} questions can be answered now")
    table = grid("question", "answered from")
    for each in (*[one for one in found.tried if not one.known][:SHOWN], *known[:SHOWN]):
        table.add_row(escape(each.question), escape(each.place) if each.known else "cannot be answered")
    screen.table(table)
    if found.applied:
        for place in found.applied:
            screen.pair("written", place)
        screen.line(
            f"Put the drafted questions into the words of people who ask, then: {command} freeze, {command} run."
        )
    else:
        screen.line(f"Nothing was changed: --apply puts the documents in place and drafts {found.drafted} questions.")
    return asdict(found) | {"answerable": len(known)}
