"""The drill of the way back to an earlier version: in an environment, with the releases that ran there."""

import time
from pathlib import Path

from .. import FOUND, PilotError
from ..release.deploying import Place, deploy, go_back
from ..release.image import Image
from .drills import Drilled


def roll_back_and_forth(root: Path, distribution: str, at: str, who: str) -> Drilled:
    """Go back to the release before, try it, and forward again to what ran."""
    place = Place.open(root, distribution, at)
    known = place.read()
    if len(known.passed) < 2:  # noqa: PLR2004 - one to leave and one to go back to
        raise PilotError(f"{at} knows no release before: deploy two there, then drill the way back.")
    newest = Image.parse(known.passed[0].image)
    started = time.perf_counter()
    try:
        back = go_back(place, who, "a drill", _quiet)
        seconds = time.perf_counter() - started
        deploy(place, newest, who, _quiet)
        said, passed = f"from {newest.digest} back to {Image.parse(back.passed[0].image).digest}, and forward", True
    except PilotError as error:
        if error.exit_code != FOUND:
            raise
        seconds = time.perf_counter() - started
        said, passed = str(error), False
    return Drilled("rollback", passed, said, round(seconds, 1), at)


def _quiet(text: str) -> None:
    del text
