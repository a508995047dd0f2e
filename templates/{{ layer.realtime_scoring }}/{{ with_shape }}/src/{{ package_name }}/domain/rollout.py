"""How a new model is taken up: in the shadow, on a share of the cases, on all; or taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zlib import crc32

Stage = Literal["shadow", "canary", "full", "returned"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of one version, with who took it and why; the service itself is a `who`, too."""

    version: int
    stage: Stage
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version answers, and which one is on its way there, how far."""

    champion: int | None
    challenger: int | None = None
    stage: Stage | None = None


def stand(marks: Sequence[Mark], nominated: int | None) -> Standing:
    """Work out where things stand; `nominated` is the champion of the registry, which passed the gate.

    The first one answers at once, because there is nothing to compare it with but the rule, which the gate did.
    """
    if nominated is None:
        return Standing(None)
    last = {mark.version: mark.stage for mark in marks}
    full = [mark.version for mark in marks if mark.stage == "full" and last[mark.version] == "full"]
    if not full or full[-1] == nominated:
        return Standing(nominated)
    stage = last.get(nominated, "shadow")
    return Standing(full[-1]) if stage == "returned" else Standing(full[-1], nominated, stage)


def takes_part(name: str, percent: int) -> bool:
    """Tell whether a case belongs to the share; the same case always does, whichever process is asked."""
    return crc32(name.encode()) % 100 < percent
