"""Judges how well questions are understood that follow others: with the conversation before them, and without it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.follow_up import FollowUp
from ..domain.question import Asked
from .answering import Assistant, Manner


@dataclass(frozen=True)
class Followed:
    """Of so many follow-ups the right place came first: in the conversation, and asked by themselves."""

    asked: int
    understood: int
    alone: int


def judge_follow_ups(
    cases: Sequence[FollowUp], assistant: Assistant, manner: Manner, *, held_back: bool = True
) -> Followed:
    """Ask each in both ways; what is said is about those that were held back."""
    chosen = [case for case in cases if case.held_back is held_back]
    return Followed(
        asked=len(chosen),
        understood=sum(_is_right(case, case.earlier, assistant, manner) for case in chosen),
        alone=sum(_is_right(case, (), assistant, manner) for case in chosen),
    )


def _is_right(case: FollowUp, earlier: tuple[str, ...], assistant: Assistant, manner: Manner) -> bool:
    found = assistant.quotes(Asked(case.text, None, earlier), manner)
    return bool(found) and case.is_right(found[0].passage.document, found[0].passage.section)
