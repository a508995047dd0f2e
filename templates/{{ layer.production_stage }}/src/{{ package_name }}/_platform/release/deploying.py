"""The use cases: deploy an image to an environment, go back, and try again whether what runs answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import yaml

from .. import FOUND, PilotError
from ..yaml_text import load_yaml
from .environments import Environment, find_environment, read_environments
from .image import Image
from .ledger import RECEIPTS, Event, Ledger, Release, read_receipt, write_whole
from .running import run
from .smoke import find_problems
from .targets import Target, open_target

STAGES: Final = ("sandbox", "pilot", "production")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """An environment, what it has to offer, and the one before it."""

    root: Path
    environment: Environment
    before: Environment | None
    target: Target

    @classmethod
    def open(cls, root: Path, distribution: str, name: str) -> Self:
        """Open the environment of that name."""
        environment, before = find_environment(read_environments(root), name)
        return cls(root, environment, before, open_target(root, distribution, environment))

    def read(self) -> Ledger:
        """Read what runs there."""
        return Ledger.of_text(self.target.read(), self.environment.name)

    def write(self, ledger: Ledger) -> None:
        """Write what runs there, and a receipt for whoever deploys to the next environment."""
        self.target.write(ledger.to_text())
        write_whole(self.root / RECEIPTS / f"{self.environment.name}.json", ledger.to_text())


def deploy(place: Place, image: Image, by: str, say: Say) -> Ledger:
    """Let an image run there once it is tried; where the smoke test fails, what ran before runs again.

    Raises:
        PilotError: It was refused, and nothing was touched; or it failed, and what ran before runs again.
    """
    reasons = list(_reasons_against(place, image))
    if reasons:
        raise PilotError("Not deployed, and nothing was touched:\n  " + "\n  ".join(reasons), exit_code=FOUND)
    ledger = place.read()
    say(f"{place.environment.name}: fetch {image}")
    place.target.fetch(image)
    place.write(ledger.begin(str(image)))
    say(f"{place.environment.name}: switch and try it")
    problems = _switch(place, image)
    if not problems:
        passed = ledger.succeed(Release(str(image), _now(), by))
        place.write(passed)
        return passed
    why = "; ".join(problems)
    raise PilotError(_return(place, ledger, image, by, why), exit_code=FOUND)


def go_back(place: Place, by: str, why: str, say: Say) -> Ledger:
    """Let the release before run again; where a command was killed in the middle, the one that ran last.

    Raises:
        PilotError: There is none, or it does not pass its smoke test any more.
    """
    ledger = place.read()
    wanted = 0 if ledger.begun else 1
    if len(ledger.passed) <= wanted:
        raise PilotError(f"{place.environment.name} knows no earlier release to go back to: deploy one.")
    left = ledger.begun or ledger.passed[0].image
    image = Image.parse(ledger.passed[wanted].image)
    say(f"{place.environment.name}: back to {image}")
    place.target.fetch(image)
    problems = _switch(place, image)
    back = ledger.go_back(Event("returned", left, _now(), by, why))
    place.write(back)
    if problems:
        raise PilotError(f"{image} runs again, and fails its smoke test: {'; '.join(problems)}", exit_code=FOUND)
    return back


def try_again(place: Place) -> Ledger:
    """Try what runs.

    Raises:
        PilotError: Nothing runs there, or it fails its smoke test.
    """
    ledger = place.read()
    if ledger.running is None:
        raise PilotError(f"Nothing was deployed to {place.environment.name} yet.")
    problems = find_problems(place.target, place.environment, Image.parse(ledger.running.image))
    if problems:
        raise PilotError(f"{ledger.running.image} fails: {'; '.join(problems)}", exit_code=FOUND)
    return ledger


def _reasons_against(place: Place, image: Image) -> Iterator[str]:
    environment, before = place.environment, place.before
    stage, retired = _standing(place.root)
    if retired:
        yield "pilot.yml says that the pilot is retired."
    if environment.stage and _rank(stage) < _rank(environment.stage):
        yield f"{environment.name} takes a pilot of the stage {environment.stage}; this one stands in {stage}."
    if before is not None:
        receipt = read_receipt(place.root, before.name)
        running = receipt.running if receipt else None
        if running is None or Image.parse(running.image).digest != image.digest:
            known = f"there it is {running.image}" if running else "nothing is known to run there"
            yield f"{environment.name} takes what passed in {before.name}: {known}."
    if environment.verify:
        words = [word.replace("{image}", str(image)) for word in environment.verify]
        try:
            run(words, cwd=place.root)
        except PilotError as error:
            yield f"It is not verified. {error}"


def _switch(place: Place, image: Image) -> list[str]:
    try:
        place.target.switch(image)
    except PilotError as error:
        return [str(error)]
    return find_problems(place.target, place.environment, image)


def _return(place: Place, ledger: Ledger, image: Image, by: str, why: str) -> str:
    """Go back to what ran before, and say what became of it."""
    failed = ledger.fail(Event("failed", str(image), _now(), by, why))
    said = f"{image} failed in {place.environment.name}: {why}."
    if ledger.running is None:
        place.write(failed)
        return f"{said}\nNothing ran there before, so there is nothing to go back to."
    problems = _switch(place, Image.parse(ledger.running.image))
    place.write(failed if not problems else replace(failed, begun=str(image)))
    again = f"{ledger.running.image} runs there again"
    return f"{said}\n{again}{', and fails too: ' + '; '.join(problems) if problems else ''}."


def _standing(root: Path) -> tuple[str, bool]:
    """Read which stage the pilot has reached, and whether it is retired."""
    try:
        data = load_yaml((root / "pilot.yml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PilotError(f"{root / 'pilot.yml'} cannot be read: {error}. Put it right.") from error
    return str(data.get("stage", "")), isinstance(data.get("retired"), dict)


def _rank(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else -1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
