"""What runs where, since when, by whom and what ran before: one small JSON document for each environment."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from .. import PilotError

FORMAT: Final = 1
RECEIPTS: Final = Path("var", "releases")
"""What the last command saw, for the job of the next environment."""
KEPT: Final = 10  # releases to go back to, and events to look back on


@dataclass(frozen=True)
class Release:
    """One image that passed its smoke test in an environment."""

    image: str
    at: str
    by: str


@dataclass(frozen=True)
class Event:
    """What was done: deployed, failed, returned."""

    what: str
    image: str
    at: str
    by: str
    why: str = ""


@dataclass(frozen=True)
class Ledger:
    """An environment's releases that passed, the newest first, and what was done there."""

    environment: str
    passed: tuple[Release, ...] = ()
    begun: str | None = None
    """An image that a command was switching to when it was last written: killed, it is still here."""
    events: tuple[Event, ...] = ()

    @property
    def running(self) -> Release | None:
        """What runs there, as far as the last command saw."""
        return self.passed[0] if self.passed else None

    def begin(self, image: str) -> Self:
        """Say that an image is on its way, before anything is touched."""
        return replace(self, begun=image)

    def succeed(self, release: Release) -> Self:
        """Say that it runs and passed."""
        others = tuple(each for each in self.passed if each.image != release.image)
        event = Event("deployed", release.image, release.at, release.by)
        return replace(self, passed=(release, *others)[:KEPT], begun=None, events=self._with(event))

    def fail(self, event: Event) -> Self:
        """Say that it did not pass, and that what ran before runs again."""
        return replace(self, begun=None, events=self._with(event))

    def go_back(self, event: Event) -> Self:
        """Say that the release before runs again."""
        kept = self.passed if self.begun else self.passed[1:]
        return replace(self, passed=kept, begun=None, events=self._with(event))

    def _with(self, event: Event) -> tuple[Event, ...]:
        return (event, *self.events)[:KEPT]

    def to_text(self) -> str:
        """Write it as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def of_text(cls, text: str, environment: str) -> Self:
        """Read it; nothing was written yet where the text is empty.

        Raises:
            PilotError: It is no ledger of this environment.
        """
        if not text.strip():
            return cls(environment)
        try:
            data: dict[str, Any] = json.loads(text)
            known = cls(
                environment=str(data["environment"]),
                passed=tuple(Release(**each) for each in data["passed"]),
                begun=data["begun"],
                events=tuple(Event(**each) for each in data["events"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise PilotError(f"What runs in {environment} cannot be read: {error}. Put it right.") from error
        if data.get("format") != FORMAT or known.environment != environment:
            raise PilotError(f"What was read of {environment} is about {known.environment}, or of another format.")
        return known


def read_receipt(root: Path, environment: str) -> Ledger | None:
    """Read what the last command saw in an environment; None where it left nothing here."""
    path = root / RECEIPTS / f"{environment}.json"
    return Ledger.of_text(path.read_text(encoding="utf-8"), environment) if path.is_file() else None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
