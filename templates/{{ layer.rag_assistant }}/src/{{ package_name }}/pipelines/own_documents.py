"""Look at a team's own documents: what can be read, and which questions they answer now."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree
from typing import Final

from .._platform import PilotError
from .._platform.retrieval.index import PassageIndex
from .._platform.retrieval.ingesting import Ingested, Ingestion
from .._platform.retrieval.search import Search
from .._platform.retrieval.section import SourceSection
from ..adapters.library import IndexedLibrary
from ..adapters.questions import FROZEN, QUESTIONS
from ..bootstrap import Parts
from ..domain.question import Asked
from ..services.answering import Assistant
from ..services.evaluation import Progress
from .answer import manner

DRAFTED: Final = 60
THIRD: Final = 3
SECOND: Final = 2
UNANSWERABLE: Final = (
    "What is the boiling point of tungsten in degrees Celsius?",
    "Who won the cup final of 1987?",
    "Which key signature has the second movement of the sonata?",
    "How deep is the deepest trench of the ocean?",
    "What does a kilogram of saffron cost at the market?",
    "Which bridge in Venice is the oldest?",
)


@dataclass(frozen=True)
class Tried:
    """A question, whether it is answered now, and from where."""

    question: str
    known: bool
    place: str
    confidence: float


@dataclass(frozen=True)
class Looked:
    """What a folder holds, and what it answers."""

    ingested: Ingested
    tried: tuple[Tried, ...]
    drafted: int
    applied: tuple[str, ...]


def look(parts: Parts, folder: Path, asked: Sequence[str], progress: Progress, *, apply: bool) -> Looked:
    """Read a folder into an index of its own, ask the questions, and put all in place when told to."""
    target = parts.settings.root / _source(parts).folder
    inside = folder.resolve()
    if inside == target.resolve() or inside in target.resolve().parents or target.resolve() in inside.parents:
        raise PilotError(f"{folder} is where the pilot keeps its documents: give a folder outside of it.")
    index, search, ingested = _library(parts, folder, progress)
    if not ingested.passages:
        raise PilotError(f"No document in {folder} can be read: {'; '.join(ingested.left_out[:3]) or 'it is empty'}.")
    drafts = _draft(index.sections())
    questions = list(asked) or [text for text, _ in drafts][:DRAFTED]
    library = IndexedLibrary(index, search, parts.settings.distribution)
    assistant = Assistant(library, None, parts.assistant.guard)
    how = replace(manner(parts), plain=False)
    tried = []
    for text in questions:
        answer = assistant.answer(Asked(text), how)
        place = answer.citations[0].passage.place if answer.known else ""
        tried.append(Tried(text, answer.known, place, round(answer.confidence, 3)))
    applied = _apply(parts, folder, target, drafts) if apply else ()
    return Looked(ingested, tuple(tried), len(drafts), applied)


def _source(parts: Parts) -> SourceSection:
    sources = parts.settings.retrieval.sources
    if len(sources) != 1:
        raise PilotError(
            "There are several sources in [retrieval.sources]: put documents into their folders, then run ingest."
        )
    return next(iter(sources.values()))


def _library(parts: Parts, folder: Path, progress: Progress) -> tuple[PassageIndex, Search, Ingested]:
    """Read the folder into an index that is made anew, so that nothing of an earlier look stays in it."""
    path = parts.settings.var / "own_data" / "passages.db"
    path.unlink(missing_ok=True)
    index = PassageIndex(path, parts.encoder)
    name = next(iter(parts.settings.retrieval.sources))
    section = parts.settings.retrieval.model_copy(update={"sources": {name: SourceSection(folder=folder.resolve())}})
    ingested = Ingestion(index, section, parts.encoder, folder.resolve()).run(progress)
    return index, Search(index, section), ingested


def _draft(sections: Sequence[tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
    """Draft a question for each heading; people put them into their own words before they are frozen."""
    drafts = []
    for document, section in sections:
        words = re.sub(r"^[\W\d.]+", "", section).strip(" :.")
        if words:
            text = words if words.endswith("?") else f"{words}?"
            drafts.append((text, (document, section)))
    return drafts


def _apply(parts: Parts, folder: Path, target: Path, drafts: Sequence[tuple[str, tuple[str, str]]]) -> tuple[str, ...]:
    """Put documents and drafted questions in place; what was judged before is about others, and goes."""
    settings = parts.settings
    if target.exists():
        rmtree(target)
    copytree(folder, target)
    evaluation = settings.root / settings.evaluation.folder
    evaluation.mkdir(parents=True, exist_ok=True)
    lines = [_line(number, text, place) for number, (text, place) in enumerate(drafts, start=1)]
    lines += [_line(number, text, None) for number, text in enumerate(UNANSWERABLE, start=1)]
    data = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines)
    (evaluation / QUESTIONS).write_text(data, encoding="utf-8")
    (evaluation / FROZEN).write_text(f"{sha256(data.encode()).hexdigest()}\n", encoding="utf-8")
    parts.standing.forget()
    return (str(target), str(evaluation / QUESTIONS), str(evaluation / FROZEN))


def _line(number: int, text: str, place: tuple[str, str] | None) -> dict[str, object]:
    kind = "drafted" if place else "none"
    return {
        "id": f"{kind}-{number:03}",
        "text": text,
        "form": "plain" if place else "unanswerable",
        "topic": f"{kind}-{number:03}",
        "sections": [list(place)] if place else [],
        "held_back": number % THIRD == SECOND,
    }
