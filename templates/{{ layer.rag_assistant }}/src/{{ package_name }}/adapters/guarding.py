"""The port Guard on the platform's guards."""

from collections.abc import Sequence

from .._platform.guards.pipeline import Guards
from ..ports import Checked


class PlatformGuard:
    """Looks at texts with all guards that the settings switch on."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards

    def check_question(self, text: str) -> Checked:
        """Look at what a person asks."""
        found = self._guards.question(text)
        return Checked(found.text, found.refusal)

    def check_passage(self, text: str) -> Checked:
        """Look at what a document says."""
        found = self._guards.passage(text)
        return Checked(found.text, found.refusal)

    def check_answer(self, text: str, quotes: Sequence[str]) -> Checked:
        """Look at what is about to be said."""
        found = self._guards.answer(text, quotes)
        return Checked(found.text, found.refusal)
