"""What a live source gives: rows as they are now, or the reason why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Found = Mapping[str, object]


@dataclass(frozen=True)
class Fact:
    """A row as the system had it at that time."""

    source: str
    title: str
    text: str
    at: datetime


@dataclass(frozen=True)
class LiveAnswer:
    """What all sources said, and a sentence for each that could not be asked."""

    facts: tuple[Fact, ...] = ()
    failures: tuple[str, ...] = ()


class SourceFailure(Exception):
    """A source gave no answer; the text says why, for whoever asked; `detail` is for the log."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail
