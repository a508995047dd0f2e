"""The port Live on the platform's live sources: each row becomes a passage that can be cited, with its time."""

from hashlib import sha256

from .._platform.live.port import Fact
from .._platform.live.sources import LiveSources
from ..domain.passage import Candidate, Passage
from ..ports import Told


class LiveRows:
    """Rows of other systems, as they are at the moment of the question."""

    def __init__(self, sources: LiveSources) -> None:
        self._sources = sources

    def ask(self, question: str, person: str | None) -> Told:
        """Ask those that the question names something of."""
        said = self._sources.ask(question, person)
        candidates = (_candidate(number, fact) for number, fact in enumerate(said.facts, start=1))
        return Told(tuple(candidates), said.failures)


def _candidate(number: int, fact: Fact) -> Candidate:
    digest = sha256(fact.text.encode()).hexdigest()[:16]
    place = f"live/{fact.source}"
    passage = Passage(
        id=f"{place}#{digest}",
        source=place,
        document=fact.source,
        title=fact.title,
        section=f"as of {fact.at:%Y-%m-%d %H:%M} UTC",
        number=number,
        text=fact.text,
        changed=fact.at.date(),
    )
    return Candidate(passage, 1.0, None)
