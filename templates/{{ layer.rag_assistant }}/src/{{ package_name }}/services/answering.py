"""Answers a question from passages that the asker may read, or says that it does not know."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Final

from ..domain.answer import Answer, Citation, Written
from ..domain.passage import Candidate
from ..domain.question import Asked
from ..domain.quoting import Quote, quote, terms
from ..domain.ranking import rank
from ..ports import Checked, Guard, Library, Live, Reranker, Told, Writer

FEW_TERMS: Final = 2
REFERS_BACK: Final = re.compile(
    r"\b(it|its|this|they|them|those|these|there|he|she)\b|\b(about|of|for) that\b|\bthat\W*$"
    r"|^(and|or|but|what about|how about)\b",
    re.IGNORECASE,
)
Watch = Callable[[str], AbstractContextManager[Callable[..., None]]]
"""Looks at how long a step takes, by its name, and takes notes of what it gave."""
NUMBER: Final = re.compile(r"\[(\d+)\]")
STOPPED: Final = "The assistant is switched off: these are the first hits of the full-text search."
NOT_EARNED: Final = "The assistant has not passed its evaluation: these are the first hits of the full-text search."


@dataclass(frozen=True)
class Manner:
    """How answers are given now: by the assistant, or by plain search in its place, and from which fit on."""

    threshold: float
    looked_at: int
    considered: int
    cited: int
    plain: bool = False
    note: str = ""


class Assistant:
    """Answers questions."""

    def __init__(
        self,
        library: Library,
        writer: Writer | None,
        guard: Guard,
        live: Live | None = None,
        watch: Watch | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._library = library
        self._writer = writer
        self._live = live
        self._reranker = reranker
        self.guard = guard
        self._watch: Watch = watch or (lambda _: nullcontext(_unheard))

    def answer(self, asked: Asked, manner: Manner) -> Answer:
        """Answer, with citations; a question or a text that a guard stops ends in a sentence that says so."""
        checked = self.guard.check_question(asked.text)
        if checked.refusal:
            return Answer.unknown(0.0, text=checked.refusal)
        question = Asked(checked.text, asked.person, asked.earlier)
        if manner.plain:
            return self._hits(question, manner)
        told = self._ask_live(question)
        found = self._found(question, manner, told)
        return replace(found, notes=(*found.notes, *told.notes))

    def _found(self, asked: Asked, manner: Manner, told: Told) -> Answer:
        """Answer from what live systems say now, and from documents that fit well enough."""
        now = [self._now(asked, each) for each in self._allowed(told.candidates)]
        quotes = self.quotes(asked, manner)
        fit = quotes[0].fit if quotes else 0.0
        fitting = quotes if fit >= manner.threshold else []
        if not now and not fitting:
            return Answer.unknown(fit)
        with self._watch("answer"):
            return self._word(asked, [*now, *fitting[: max(0, manner.cited - len(now))]])

    def _ask_live(self, asked: Asked) -> Told:
        if self._live is None:
            return Told()
        with self._watch("live") as note:
            told = self._live.ask(asked.text, asked.person)
            note(rows=len(told.candidates))
        return told

    def _now(self, asked: Asked, each: Candidate) -> Quote:
        """Quote a live row: it was asked for by what the question names, so it fits."""
        return replace(quote(asked.text, each, self._library.weights), fit=1.0)

    def quotes(self, asked: Asked, manner: Manner) -> list[Quote]:
        """Find what may answer, the best first."""
        question = in_full(asked)
        with self._watch("retrieve") as note:
            candidates = self._library.find(question, asked.person, manner.looked_at)
            note(passages=len(candidates))
        with self._watch("guard.passages") as note:
            found = self._allowed(candidates)
            note(left_out=len(candidates) - len(found))
        with self._watch("rank") as note:
            best = self._reranked(question, rank(question, found, self._library.weights))[: manner.considered]
            quotes = [quote(question, each, self._library.weights) for each in best]
            note(first=quotes[0].passage.place if quotes else "", fit=quotes[0].fit if quotes else 0.0)
        return quotes

    def _reranked(self, question: str, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
        """Let a model that reads question and passage together order them, where there is one."""
        if self._reranker is None:
            return ranked
        texts = [f"{each.passage.place}\n{each.passage.text}" for each in ranked]
        return [ranked[place] for place in self._reranker.order(question, texts)]

    def _allowed(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Leave out passages that a guard stops: their words reach neither a model nor a reader."""
        return [each for each in found if not self.guard.check_passage(each.passage.text).refusal]

    def _hits(self, asked: Asked, manner: Manner) -> Answer:
        with self._watch("retrieve"):
            found = self._allowed(self._library.find_plain(in_full(asked), asked.person, manner.cited))
        if not found:
            return Answer.unknown(0.0, manner.note)
        quotes = [quote(asked.text, each, self._library.weights) for each in found]
        return self._quoted(quotes, manner.note)

    def _word(self, asked: Asked, quotes: Sequence[Quote]) -> Answer:
        note = ""
        if self._writer is not None:
            draft = self._writer.write(asked, quotes)
            note = draft.note
            if draft.text is not None:
                return self._worded(draft.text, quotes)
        return self._quoted(quotes, note)

    def _worded(self, text: str, quotes: Sequence[Quote]) -> Answer:
        """Take a model's words only where they rest on passages that it was given."""
        checked = self.guard.check_answer(text, [each.passage.text for each in quotes])
        named = {int(found) for found in NUMBER.findall(checked.text)}
        if checked.refusal:
            return self._quoted(quotes, checked.refusal)
        if not named:
            return Answer.unknown(quotes[0].fit, "The model found no answer in the passages.")
        if not named <= set(range(1, len(quotes) + 1)):
            return self._quoted(quotes, "The model cited a passage that it was not given, so its words were left out.")
        cited = _citations(quotes, named)
        return Answer(checked.text, cited, quotes[0].fit, Written.MODEL)

    def _quoted(self, quotes: Sequence[Quote], note: str) -> Answer:
        checked: Checked = self.guard.check_answer(quotes[0].sentence, [each.passage.text for each in quotes])
        if checked.refusal:
            return Answer.unknown(quotes[0].fit, text=checked.refusal)
        notes = (note,) if note else ()
        cited = _citations(quotes, range(1, len(quotes) + 1))
        return Answer(f"{checked.text} [1]", cited, quotes[0].fit, Written.QUOTED, notes)


def in_full(asked: Asked) -> str:
    """Put the newest question that names what it is about in front of one that does not stand for itself."""
    if not asked.earlier or stands_alone(asked.text):
        return asked.text
    topics = [each for each in reversed(asked.earlier) if not REFERS_BACK.search(each)]
    return f"{(topics or asked.earlier)[0]} {asked.text}"


def stands_alone(question: str) -> bool:
    """Tell whether a question says what it is about: by how many words carry a topic, and whether one points back."""
    return len(terms(question)) > FEW_TERMS and not REFERS_BACK.search(question)


def _citations(quotes: Sequence[Quote], numbers: Sequence[int] | set[int] | range) -> tuple[Citation, ...]:
    return tuple(
        Citation(number, each.passage, each.sentence)
        for number, each in enumerate(quotes, start=1)
        if number in numbers
    )


def _unheard(**_: object) -> None:
    return None
