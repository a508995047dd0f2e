"""Asks a reranker which passages answer a question, where one is configured: a model that reads both together.

The form is the one that Cohere and Jina publish and that vLLM and LiteLLM serve: `query`, `documents` and `top_n` go
there, `results` with `index` and `relevance_score` come back. Whatever goes wrong costs the better order, never the
answer.
"""

import math
import time
from collections.abc import Sequence
from typing import Final

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from ..monitoring import logger, span
from .section import RerankerSection

MOST_BYTES: Final = 1_000_000


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Results(BaseModel):
    results: list[_Result]


ANSWER: Final = TypeAdapter(_Results)


class Reranker:
    """A reranker behind an endpoint."""

    def __init__(self, section: RerankerSection) -> None:
        self._section = section

    @property
    def name(self) -> str:
        """Names the model."""
        return self._section.model

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """Give the places of the texts, the best first; as they are where nothing usable comes in time."""
        most = self._section.passages
        first, rest = texts[:most], range(min(most, len(texts)), len(texts))
        as_they_are = list(range(len(texts)))
        if len(first) <= 1:
            return as_they_are
        try:
            with span("reranker", model=self._section.model, passages=len(first)):
                scores = self._ask(question, first)
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            logger("retrieval").warning("the reranker is of no use now", reason=type(error).__name__)
            return as_they_are
        return [*sorted(range(len(first)), key=lambda place: (-scores[place], place)), *rest]

    def _ask(self, question: str, texts: Sequence[str]) -> list[float]:
        section = self._section
        headers = {"Authorization": f"Bearer {section.key.get_secret_value()}"} if section.key else {}
        until = time.monotonic() + section.seconds
        asked = {"model": section.model, "query": question, "documents": list(texts), "top_n": len(texts)}
        with httpx.stream("POST", section.url, json=asked, headers=headers, timeout=section.seconds) as response:
            response.raise_for_status()
            content = b""
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES or time.monotonic() > until:
                    raise ValueError("it sends more than scores, or too slowly")
        return _scores(ANSWER.validate_json(content).results, len(texts))


def _scores(results: Sequence[_Result], count: int) -> list[float]:
    """Put scores in the order of the texts; each text has to have one, and one only."""
    scores = {each.index: each.relevance_score for each in results}
    if sorted(scores) != list(range(count)) or len(results) != count or not all(map(math.isfinite, scores.values())):
        raise ValueError("its scores are not one for each passage")
    return [scores[place] for place in range(count)]
