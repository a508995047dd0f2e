"""The clock of what a catalog does: it stops the work, and never what puts the clock away."""

import contextlib
import inspect
import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from pilotline.errors import CatalogError
from pilotline.template.limits import bounded


def test_work_that_takes_too_long_is_stopped_and_the_clock_put_away():
    with pytest.raises(CatalogError, match=r"It takes longer than 0\.1 seconds"), bounded("It", 0.1):
        time.sleep(5)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_it_does_not_ring_between_the_frames_that_end_the_work():
    """Under load the second ring fell there: nobody caught it, and a traceback was all that was said."""
    frames: list[FrameType | None] = []

    @contextlib.contextmanager
    def look() -> Iterator[None]:
        here = inspect.currentframe()
        frames.extend([here and here.f_back, here])
        yield

    with look():
        pass
    went_on: list[FrameType | None] = []
    with pytest.raises(CatalogError, match="was stopped"):
        ring(frames, went_on)
    assert went_on == frames[:1]


@bounded("It", 60)
def ring(frames: list[FrameType | None], went_on: list[FrameType | None]) -> None:
    """Let the clock find each frame at work, and note the ones that go on."""
    handler = signal.getsignal(signal.SIGALRM)
    assert callable(handler)
    for frame in frames:
        handler(signal.SIGALRM, frame)
        went_on.append(frame)
