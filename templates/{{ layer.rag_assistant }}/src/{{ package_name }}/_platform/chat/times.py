"""How long people are at a question: from asking to a verdict on the answer, or to their next question."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..anytime import Measurement, Sample
from ..integrations import open_database
from ..manifest import PACKAGE
from ..measure_functions import MeasureFunctions
from ..settings import PlatformSettings
from .replies import Turn
from .section import ChatSettings
from .turns import Turns

FUNCTIONS: Final = MeasureFunctions[PlatformSettings]()
WINDOW: Final = "questions on the page and over the interface that something followed"
SEEN: Final = "the time is that from a question to a thumb or to the next question; work elsewhere is not seen"
LEFT: Final = "after a longer pause than [chat] pause_minutes somebody was at something else: not counted"


@FUNCTIONS.register(
    "minutes_per_question",
    unit="minutes per question",
    meaning="Time from a question to a verdict on its answer or to the next question in the conversation",
)
def minutes_per_question(settings: PlatformSettings) -> Measurement:
    """Measure on all conversations; the questions of one depend on each other."""
    database = open_database(settings, f"{PACKAGE}.adapters.integrations")
    try:
        turns = Turns(database).all()
    finally:
        database.close()
    pause = timedelta(minutes=ChatSettings.load(settings.root).chat.pause_minutes)
    return measure_times(turns, pause)


def measure_times(turns: Sequence[Turn], pause: timedelta) -> Measurement:
    """Measure; without a question that something followed there is no number."""
    found = list(times(turns, pause))
    if not found:
        return Measurement.none(WINDOW, "nobody has judged an answer or asked further yet")
    sample = Sample.of_cases("mean", [minutes for _, minutes in found], clusters=[name for name, _ in found])
    measured = Measurement.of(sample, WINDOW, "time to the thumb or the next question")
    return replace(measured, assumptions=(SEEN, LEFT, *measured.assumptions))


def times(turns: Sequence[Turn], pause: timedelta) -> Iterator[tuple[str, float]]:
    """Give conversation and minutes of each question that something followed soon enough."""
    following: dict[str, Turn] = {}
    for turn in reversed(turns):
        asked = began(turn)
        ends = [began(following[turn.conversation])] if turn.conversation in following else []
        if turn.verdict is not None:
            ends.append(turn.verdict.at)
        following[turn.conversation] = turn
        spent = min(ends, default=asked + pause + timedelta(seconds=1)) - asked
        if timedelta(0) < spent <= pause:
            yield turn.conversation, spent.total_seconds() / 60


def began(turn: Turn) -> datetime:
    """Give the moment of the question: what is kept is that of its answer."""
    return turn.at - timedelta(seconds=turn.seconds)
