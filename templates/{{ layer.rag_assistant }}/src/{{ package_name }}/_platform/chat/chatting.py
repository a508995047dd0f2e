"""A question within a conversation, and what is said of its answer: the same for the page and for the interface."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .. import SqlDatabase
from ..corrections import Corrections, pseudonym_of
from ..monitoring import span
from ..recorded_spans import recording
from ..web.identity import ANYBODY
from ..web.problems import Problem
from .chat_metrics import ChatMetrics
from .replies import Asker, Desk, Turn, Verdict
from .section import ChatSettings
from .traces import Traces
from .turns import Turns, new_conversation, now_utc

LONGEST: Final = 4000
"""Characters of a question; the guards may allow fewer."""
COMMENT: Final = 2000
BATCH: Final = "answers"


@dataclass(frozen=True)
class Chat:
    """Everything that answers and remembers."""

    settings: ChatSettings
    desk: Desk
    turns: Turns
    corrections: Corrections
    traces: Traces
    metrics: ChatMetrics

    def asker(self, name: str) -> Asker:
        """Say who asks, by the name that was signed in with; without a sign-in everybody's rights hold."""
        person = None if name == ANYBODY else name
        return Asker(person, pseudonym_of(self.settings, name))

    def conversation(self, name: str, asker: Asker) -> list[Turn]:
        """Give what was said in a conversation of this person; nothing of one that is over, or somebody else's."""
        return self.turns.conversation(name, asker.pseudonym, self.settings.chat.conversation_hours)

    def ask(self, question: str, asker: Asker, conversation: str | None, trace_id: str) -> Turn:
        """Answer a question; without a conversation it begins one."""
        before = self._before(conversation, asker)
        started = time.perf_counter()
        with span("ask"), recording() as steps:
            kept = self.settings.chat.earlier
            earlier = [turn.question for turn in before[-kept:]] if kept else []
            reply = self.desk.answer(question, asker.person, earlier)
        version = dict(reply.version) | {"prompt": self.traces.prompt_version}
        turn = Turn(
            reply=replace(reply, version={name: text for name, text in version.items() if text}),
            conversation=conversation or new_conversation(),
            question=self.desk.redacted(question),
            asker=asker.pseudonym,
            at=now_utc(),
            trace_id=trace_id,
            seconds=time.perf_counter() - started,
            cost=steps.total("cost"),
        )
        self.turns.keep(turn)
        self.metrics.answer(turn, steps.newest("model"))
        self.traces.answered(turn, steps)
        return turn

    def find(self, number: str, asker: Asker) -> Turn:
        """Find an answer that this person was given."""
        turn = self.turns.find(number)
        if turn is None or turn.asker != asker.pseudonym:
            raise Problem("not-found", "You were given no answer of that id: it is in the answer, as `id`.")
        return turn

    def judge(self, turn: Turn, asker: Asker, name: str, comment: str, *, helpful: bool) -> Verdict:
        """Keep what somebody says of an answer; what is wrong, with words, is a correction that waits for an answer."""
        said = self.desk.redacted(comment.strip())
        verdict = self.turns.judge(turn.reply.number, asker.pseudonym, said, helpful=helpful)
        if said and not helpful:
            self.corrections.give(batch=BATCH, item=turn.reply.number, decision="not helpful", reason=said, user=name)
        self.metrics.judge(helpful=helpful)
        self.traces.judged(turn, verdict)
        return verdict

    def _before(self, conversation: str | None, asker: Asker) -> Sequence[Turn]:
        if conversation is None:
            return ()
        before = self.conversation(conversation, asker)
        if not before:
            raise Problem("not-found", "No conversation of yours has that id, or it is over: leave it out.")
        if len(before) >= self.settings.chat.turns:
            raise Problem("conflict", "This conversation has as many questions as one may have: begin another.")
        return before


def open_chat(settings: ChatSettings, database: SqlDatabase, desk: Desk, traces: Traces, metrics: ChatMetrics) -> Chat:
    """Put it together."""
    return Chat(settings, desk, Turns(database), Corrections(database, settings), traces, metrics)
