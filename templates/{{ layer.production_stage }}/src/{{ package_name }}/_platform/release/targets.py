"""What a place has to offer so that a release can go there and come back; one module for each kind of place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .environments import Environment
from .image import Image


class Target(Protocol):
    """A place that runs one image at a time."""

    def read(self) -> str:
        """Read the ledger that lies there; empty before the first release."""

    def write(self, text: str) -> None:
        """Write the ledger, all of it or nothing."""

    def fetch(self, image: Image) -> None:
        """Bring the bytes there and see that they are those of the digest; what runs is left alone."""

    def switch(self, image: Image) -> None:
        """Let the image run in the place of what runs, and return when it is ready."""

    def ended(self) -> str:
        """Say how what was started here has ended already; empty while it runs, or where others watch that."""

    def command(self, image: Image, words: Sequence[str], seconds: float) -> None:
        """Run a command of the pilot there, by that image."""


def open_target(root: Path, distribution: str, environment: Environment) -> Target:
    """Open a place by its kind."""
    match environment.target:
        case "compose":
            from .compose import ComposeTarget

            return ComposeTarget(root, distribution, environment)
        case "kubernetes":
            from .kubernetes import KubernetesTarget

            return KubernetesTarget(root, distribution, environment)
        case _:
            from .process import ProcessTarget

            return ProcessTarget(root, distribution, environment)
