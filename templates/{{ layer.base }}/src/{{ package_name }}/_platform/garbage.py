"""How often Python looks for cycles among objects: seldom, as a pilot's libraries hold a million of them for good."""

import atexit
import gc
from typing import Final

SELDOM: Final = 50_000  # new objects between two looks; Python's own number is 700


def look_seldom() -> None:
    """Look seldom, and not once more at the end, when everything goes: a third of a command's time went there.

    A number of the team's own that is larger, or none at all, stays.
    """
    first, *others = gc.get_threshold()
    if 0 < first < SELDOM:
        gc.set_threshold(SELDOM, *others)
        atexit.register(gc.freeze)
