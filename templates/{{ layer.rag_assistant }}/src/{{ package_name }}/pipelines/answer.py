"""Answer one question, by whoever may answer now, and keep what was said."""

import time
from dataclasses import dataclass

from .._platform.monitoring import Metrics, span
from .._platform.switch import model_switch
from ..bootstrap import Parts
from ..domain.answer import Answer
from ..domain.question import Asked
from ..services.answering import NOT_EARNED, STOPPED, Manner

OTHER_DOCUMENTS = "The documents changed since the assistant was evaluated."


@dataclass(frozen=True)
class Given:
    """An answer with its number."""

    number: str
    answer: Answer
    seconds: float


def manner(parts: Parts) -> Manner:
    """Say how answers are given now: the kill switch and the evaluation decide."""
    section, standing = parts.settings.answering, parts.standing.read()
    threshold = standing.threshold if standing else section.threshold
    numbers = (threshold, section.looked_at, section.considered, section.cited)
    if not model_switch(parts.settings).on:
        return Manner(*numbers, plain=True, note=STOPPED)
    if standing is not None and not standing.passed:
        return Manner(*numbers, plain=True, note=NOT_EARNED)
    return Manner(*numbers)


def answer(parts: Parts, asked: Asked) -> Given:
    """Answer a question."""
    started = time.perf_counter()
    with span("answer"):
        found = parts.assistant.answer(asked, manner(parts))
    seconds = time.perf_counter() - started
    number = parts.memory.keep(asked, found, seconds)
    _tell(parts)
    return Given(number, found, seconds)


def notes(parts: Parts) -> tuple[str, ...]:
    """Say what a reader of answers has to know about them now."""
    standing = parts.standing.read()
    if standing is None:
        return ("The assistant has not been evaluated on these documents.",)
    return () if standing.state == parts.library.state else (OTHER_DOCUMENTS,)


def _tell(parts: Parts) -> None:
    asked, known = parts.memory.counts()
    metrics = Metrics(parts.settings, "answers")
    metrics.set("pilot_questions", asked)
    metrics.set("pilot_questions_unanswered", asked - known)
    metrics.write()
