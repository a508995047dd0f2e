"""Limits: how often one caller may ask, and how much is worked on at once."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from .problems import Problem

CALLERS: Final = 10_000  # that are remembered; the one that was quiet longest is forgotten


class RateLimit:
    """A token bucket for each caller: `burst` at once, refilled by `per_minute`."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = per_minute / 60, float(burst), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, count: int = 1) -> None:
        """Take one for each thing that is asked for, or refuse, and say when to come again."""
        now = self._clock()
        left, since = self._buckets.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        granted = left >= min(count, self._burst)
        self._buckets[caller] = (left - count if granted else left, now)
        while len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        if not granted:
            seconds = max(1, math.ceil((min(count, self._burst) - left) / self._rate))
            raise Problem(
                "too-many-requests",
                f"Ask again in {seconds} s; {self._rate * 60:g} a minute are allowed.",
                headers={"Retry-After": str(seconds)},
            )


class Room:
    """Room for so many requests at once; a few more wait a moment, and whatever is beyond that is refused at once.

    Refusing early keeps the latency of what is let in: a queue that grows makes everybody late.
    """

    def __init__(self, at_once: int, waiting: int, wait_seconds: float) -> None:
        self._free, self._most, self._seconds = asyncio.Semaphore(at_once), waiting, wait_seconds
        self._waiting = 0

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a place."""
        await self._enter()
        try:
            yield
        finally:
            self._free.release()

    async def _enter(self) -> None:
        if self._free.locked() and self._waiting >= self._most:
            raise _overloaded()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._free.acquire()
        except TimeoutError:
            raise _overloaded() from None
        finally:
            self._waiting -= 1


def _overloaded() -> Problem:
    return Problem("overloaded", "Ask again in 1 s, and less at once.", headers={"Retry-After": "1"})
