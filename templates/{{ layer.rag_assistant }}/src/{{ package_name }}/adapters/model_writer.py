"""The port Writer on a language model: it words the answer, from the passages that it is given and nothing else."""

from collections.abc import Callable, Sequence
from typing import Final

from .._platform.llm.port import ChatModel, Message, ModelFailure
from .._platform.monitoring import logger, span
from ..domain.question import Asked
from ..domain.quoting import Quote
from ..ports import Draft

EARLIER: Final = 3


class ModelWriter:
    """Asks a model; whatever goes wrong with it ends in a note, and the passages are quoted instead."""

    def __init__(self, model: ChatModel, prompt: str, redacted: Callable[[str], str]) -> None:
        self._model = model
        self._prompt = prompt
        self._redacted = redacted

    def write(self, asked: Asked, quotes: Sequence[Quote]) -> Draft:
        """Word an answer, with the numbers of passages in it."""
        messages = [Message("system", self._prompt), Message("user", self._told(asked, quotes))]
        try:
            with span("model") as note:
                said = self._model.complete(messages)
                note(model=said.model, tokens_in=said.tokens_in, tokens_out=said.tokens_out, cost=said.cost)
            return Draft(said.text)
        except ModelFailure as failure:
            logger("answer").warning("model gave no answer", kind=failure.kind, reason=str(failure))
            return Draft(None, f"{failure} The passages are quoted instead.")

    def _told(self, asked: Asked, quotes: Sequence[Quote]) -> str:
        """Put passages and question between marks, as material; personal data goes no further than this machine."""
        passages = "\n\n".join(_passage(number, each) for number, each in enumerate(quotes, start=1))
        earlier = "\n".join(f"<asked-before>{_material(each)}</asked-before>" for each in asked.earlier[-EARLIER:])
        return self._redacted(f"{passages}\n\n{earlier}\n<question>{_material(asked.text)}</question>")


def _material(text: str) -> str:
    """Leave nothing in a text that could end the mark around it."""
    return text.replace("<", "(").replace(">", ")")


def _passage(number: int, quote: Quote) -> str:
    place, text = _attribute(quote.passage.place), _material(quote.passage.text)
    return f"<passage number={number} place={place}>\n{text}\n</passage>"


def _attribute(text: str) -> str:
    return '"' + _material(text).replace('"', "'") + '"'
