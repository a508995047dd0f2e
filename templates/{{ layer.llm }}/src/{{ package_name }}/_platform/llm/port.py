"""What a language model is to the pilot, whoever serves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Message:
    """A part of what a model is told."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Completion:
    """What a model said, which one it was, and what it took."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float
    seconds: float


class ChatModel(Protocol):
    """Completes a conversation."""

    def complete(self, messages: Sequence[Message]) -> Completion:
        """Say what comes next, within deadline and budget; raise ModelFailure when it cannot."""


class ModelFailure(Exception):
    """A model gave no answer that can be used; `kind` is counted, the text is for people."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class LateFailure(ModelFailure):
    """The deadline passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__("late", f"The model did not answer within {seconds:g} seconds.")


class DearFailure(ModelFailure):
    """It would cost, or has cost, more than agreed."""

    def __init__(self, text: str) -> None:
        super().__init__("dear", text)


class RefusedFailure(ModelFailure):
    """The endpoint refused, or could not be reached."""

    def __init__(self, text: str, *, again: bool) -> None:
        super().__init__("refused", text)
        self.again = again


class NonsenseFailure(ModelFailure):
    """The endpoint answered something that is no completion."""

    def __init__(self, text: str) -> None:
        super().__init__("nonsense", text)
