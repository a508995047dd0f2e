"""The smoke test: does what was just put there answer, and do its commands end well?"""

import time
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from .. import PilotError
from .environments import Environment
from .image import Image
from .targets import Target

PAUSE: Final = 0.2
SECONDS: Final = 10.0  # that one answer may take


def find_problems(target: Target, environment: Environment, image: Image) -> list[str]:
    """Try everything that the environment names; what is wrong comes back, a line each."""
    found = [text for path in environment.paths if environment.url for text in _ask(target, environment, path)]
    if found:
        return found
    for words in environment.smoke:
        try:
            target.command(image, words, max(environment.patience, 600))
        except PilotError as error:
            found.append(str(error))
    return found


def _ask(target: Target, environment: Environment, path: str) -> list[str]:
    """Ask for a page until it answers, for as long as the environment has patience."""
    address = f"{environment.url.rstrip('/')}{path}"
    until = time.monotonic() + environment.patience
    while True:
        try:
            with urlopen(address, timeout=SECONDS):  # noqa: S310 - the address of the team's own file
                return []
        except (URLError, OSError) as error:
            gone = target.ended()
            if gone:
                return [f"{address} does not answer: {gone}"]
            if time.monotonic() >= until:
                return [f"{address} does not answer well within {environment.patience:g} s: {error}"]
        time.sleep(PAUSE)
