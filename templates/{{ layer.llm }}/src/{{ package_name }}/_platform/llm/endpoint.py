"""Asks an OpenAI-compatible endpoint, streamed, so that neither silence nor a drip outlasts the deadline."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from ..monitoring import span
from .meter import Meter
from .port import Completion, DearFailure, LateFailure, Message, ModelFailure, NonsenseFailure, RefusedFailure
from .section import EndpointSection, LlmSection

CHARACTERS_PER_TOKEN: Final = 4  # a rough count before the endpoint gives its own
STREAM_BYTES: Final = 2_000_000
PAUSE: Final = 0.2  # seconds before the first retry; each further one doubles it
AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
MILLION: Final = 1_000_000


@dataclass
class _Heard:
    """What has come of an answer so far."""

    parts: list[str] = field(default_factory=list)
    pieces: int = 0
    usage: tuple[int, int] | None = None
    done: bool = False


class Endpoints:
    """Asks the first endpoint, and the second one when the first does not answer: all within one deadline."""

    def __init__(self, section: LlmSection, meter: Meter) -> None:
        self._section = section
        self._meter = meter

    def complete(self, messages: Sequence[Message]) -> Completion:
        """Ask; raise what went wrong last when no endpoint gave an answer."""
        until = time.monotonic() + self._section.deadline_seconds
        failure: ModelFailure = RefusedFailure("No model is configured: set llm.url and llm.model.", again=False)
        for endpoint in self._section.endpoints:
            for attempt in range(self._section.retries + 1):
                if attempt and not _wait(PAUSE * 2 ** (attempt - 1), until):
                    break
                try:
                    return self._once(endpoint, messages, until)
                except ModelFailure as error:
                    failure = error
                if not (isinstance(failure, RefusedFailure) and failure.again):
                    break
            if isinstance(failure, DearFailure | LateFailure):
                break
        raise failure

    def _once(self, endpoint: EndpointSection, messages: Sequence[Message], until: float) -> Completion:
        started, heard = time.monotonic(), _Heard()
        guess = sum(len(each.text) for each in messages) // CHARACTERS_PER_TOKEN + 1
        outcome = "answered"
        try:
            self._afford(endpoint, guess)
            with span("llm", model=endpoint.model):
                self._listen(endpoint, messages, until, heard)
        except ModelFailure as error:
            outcome = error.kind
            raise
        finally:
            tokens = heard.usage or (guess if heard.pieces else 0, heard.pieces)
            cost = _cost(endpoint, *tokens)
            self._meter.count(endpoint.model, outcome, tokens, cost, time.monotonic() - started)
        text = "".join(heard.parts).strip()
        return Completion(text, endpoint.model, *tokens, cost, time.monotonic() - started)

    def _afford(self, endpoint: EndpointSection, tokens_in: int) -> None:
        """Refuse before it is asked what may cost more than an answer, or the day, may cost."""
        most = _cost(endpoint, tokens_in, self._section.max_tokens)
        limit = self._section.cost_per_answer
        if limit is not None and most > limit:
            raise DearFailure(f"An answer of the model may cost {most:.4f}, more than the {limit:g} that one may cost.")
        self._meter.allow(most)

    def _listen(self, endpoint: EndpointSection, messages: Sequence[Message], until: float, heard: _Heard) -> None:
        asked = {
            "model": endpoint.model,
            "messages": [{"role": each.role, "content": each.text} for each in messages],
            "max_tokens": self._section.max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        headers = {"Authorization": f"Bearer {endpoint.key.get_secret_value()}"} if endpoint.key else {}
        address = f"{endpoint.url.rstrip('/')}/chat/completions"
        try:
            left = _left(until, self._section.deadline_seconds)
            with httpx.stream("POST", address, json=asked, headers=headers, timeout=left) as response:
                _see_status(response, endpoint.model)
                for line in self._lines(response, until):
                    _take(line, heard)
                    if heard.pieces > 2 * self._section.max_tokens:
                        raise DearFailure(
                            f"The model went on after {self._section.max_tokens} tokens, and was stopped."
                        )
                    if heard.done:
                        break
        except httpx.TimeoutException as error:
            raise LateFailure(self._section.deadline_seconds) from error
        except httpx.HTTPError as error:
            raise RefusedFailure(
                f"The model's endpoint does not answer ({type(error).__name__}).", again=True
            ) from error
        if not "".join(heard.parts).strip():
            raise NonsenseFailure("The model's endpoint answered without a text.")

    def _lines(self, response: httpx.Response, until: float) -> Iterator[str]:
        """Give whole lines; the clock is looked at for each piece, also for one that ends no line."""
        size, rest = 0, b""
        for piece in response.iter_raw():
            _left(until, self._section.deadline_seconds)
            size += len(piece)
            if size > STREAM_BYTES:
                raise NonsenseFailure("The model's endpoint sent more than an answer can hold.")
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line.decode("utf-8", "replace").strip() for line in lines)
        if rest:
            yield rest.decode("utf-8", "replace").strip()


def _see_status(response: httpx.Response, model: str) -> None:
    if response.status_code == HTTPStatus.OK:
        return
    again = response.status_code in AGAIN
    raise RefusedFailure(f"The model's endpoint refused {model} with status {response.status_code}.", again=again)


def _take(line: str, heard: _Heard) -> None:
    """Read one event: `data: {...}`; a line that is none is passed over, as comments keep connections alive."""
    if not line.startswith("data:"):
        return
    said = line.removeprefix("data:").strip()
    if said == "[DONE]":
        heard.done = True
        return
    try:
        event = json.loads(said)
        for choice in event.get("choices") or ():
            piece = (choice.get("delta") or {}).get("content")
            if piece:
                heard.parts.append(str(piece))
                heard.pieces += 1
        if usage := event.get("usage"):
            heard.usage = (int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NonsenseFailure("The model's endpoint sent something that is no answer.") from error


def _cost(endpoint: EndpointSection, tokens_in: int, tokens_out: int) -> float:
    return (tokens_in * endpoint.price_in + tokens_out * endpoint.price_out) / MILLION


def _left(until: float, whole: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise LateFailure(whole)
    return left


def _wait(seconds: float, until: float) -> bool:
    """Wait before another try, when there is time for one."""
    if time.monotonic() + seconds >= until:
        return False
    time.sleep(seconds)
    return True
