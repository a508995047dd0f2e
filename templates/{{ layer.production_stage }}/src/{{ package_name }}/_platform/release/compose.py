"""A host with docker compose: an env file names the image, and moving it into place is the switch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .environments import Environment
from .image import Image
from .ledger import write_whole
from .registry import sign_in
from .running import run

STACK: Final = "ops/deploy/compose.yaml"
LEDGER: Final = "release.json"
NAMED: Final = "release.env"


class ComposeTarget:
    """One folder of this host, with `release.env` (which image), `release.json` (the ledger) and `secrets.env`."""

    def __init__(self, root: Path, distribution: str, environment: Environment) -> None:
        self._root = root
        self._environment = environment
        self._folder = Path(environment.folder).expanduser()
        self._project = f"{distribution}-{environment.name}"

    def read(self) -> str:
        """Read the ledger beside the env file."""
        path = self._folder / LEDGER
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def write(self, text: str) -> None:
        """Write it there."""
        write_whole(self._folder / LEDGER, text)

    def fetch(self, image: Image) -> None:
        """Pull it; docker itself compares the bytes with the digest."""
        sign_in(self._root, image.name)
        run(["docker", "pull", "--quiet", str(image)], cwd=self._root)

    def switch(self, image: Image) -> None:
        """Name the image in the env file, and let what answers be replaced; jobs read the file at their next start."""
        write_whole(self._folder / NAMED, f"PILOT_IMAGE={image}\nPILOT_FOLDER={self._folder.resolve()}\n")
        if self._environment.url:
            patience = str(int(self._environment.patience))
            self._compose("up", "--detach", "--wait", "--wait-timeout", patience, "--remove-orphans", "pilot")

    def ended(self) -> str:
        """Leave that to whoever waited for it to be ready."""
        return ""

    def command(self, image: Image, words: Sequence[str], seconds: float) -> None:
        """Run it in a container of its own, on the same volume."""
        del image  # the env file names it
        self._compose("run", "--rm", "--no-deps", "-T", "pilot", *words, seconds=seconds)

    def _compose(self, *words: str, seconds: float | None = None) -> None:
        named = ("--project-name", self._project, "--env-file", str(self._folder / NAMED))
        run(["docker", "compose", *named, "--file", STACK, *words], cwd=self._root, seconds=seconds)
