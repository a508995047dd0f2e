"""Vectors of texts, from a model that lies in an installed package: nothing is downloaded, ever."""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .section import FUNCTION_WORDS

if TYPE_CHECKING:
    from wordllama import WordLlamaInference

Vectors = NDArray[np.float32]
SIZE: Final = 256
WORD: Final = re.compile(r"\w+", re.UNICODE)


class Encoder(Protocol):
    """Turns texts into vectors of one length whose product says how near they are."""

    @property
    def name(self) -> str:
        """Names the model: an index of another one is built anew."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give a row of length one for each text."""


@runtime_checkable
class WeighingEncoder(Protocol):
    """An encoder that can give the rare words of a question more weight: they tell what it is about."""

    def encode_weighted(self, words: Mapping[str, float]) -> Vectors:
        """Give one row of length one for words with their weights."""


class WordVectors:
    """Averages of word vectors, without words that carry no topic: small, fast, and in the wheel of `wordllama`."""

    name = "wordllama-256-content"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give a row for each text; one without a known word is all zeros."""
        if not texts:
            return np.zeros((0, SIZE), dtype=np.float32)
        said = [" ".join(topic_words(text)) for text in texts]
        return _unit(np.asarray(_model().embed(said, norm=False), dtype=np.float32))

    def encode_weighted(self, words: Mapping[str, float]) -> Vectors:
        """Give one row for words, each with its weight (Arora et al., A simple but tough-to-beat baseline, 2017)."""
        if not words:
            return np.zeros(SIZE, dtype=np.float32)
        each = _unit(np.asarray(_model().embed(list(words), norm=False), dtype=np.float32))
        weights = np.asarray(list(words.values()), dtype=np.float32)
        joined: Vectors = _unit((weights @ each)[None, :])[0]
        return joined


def topic_words(text: str) -> list[str]:
    """Give the words of a text that say what it is about: neither function words nor bare numbers."""
    return [word for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS and not word.isdigit()]


def _unit(found: Vectors) -> Vectors:
    """Make each row one of length one; a row of zeros stays."""
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Vectors = np.divide(found, length, out=np.zeros_like(found), where=length > 0)
    return unit


@cache
def _model() -> "WordLlamaInference":
    """Load the weights and the tokenizer from the wheel: the folder has to be named, else it asks the network."""
    logging.getLogger("wordllama").setLevel(logging.ERROR)
    import wordllama

    place = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=place, disable_download=True)
