"""This machine, without containers: a bundle is unpacked and its pilot started, for a staging of one's own."""

import hashlib
import json
import os
import shutil
import signal
import sys
import tarfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from .. import PilotError
from .environments import Environment
from .image import Image
from .ledger import write_whole
from .running import run

LEDGER: Final = "release.json"
STARTED: Final = "process.json"
PAUSE: Final = 0.1
TO_END: Final = 30.0  # seconds in which what runs answers what it has begun
PACKAGE: Final = __name__.partition(".")[0]
START: Final = f"import sys; from {PACKAGE}.entrypoints import main; sys.exit(main())"


class ProcessTarget:
    """One folder: a folder for each bundle, one `var/` for all of them, and the ledger."""

    def __init__(self, root: Path, distribution: str, environment: Environment) -> None:
        del distribution  # of other kinds of places
        self._root = root
        self._environment = environment
        self._folder = (root / Path(environment.folder).expanduser()).resolve()

    def read(self) -> str:
        """Read the ledger in the folder."""
        path = self._folder / LEDGER
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def write(self, text: str) -> None:
        """Write it there."""
        write_whole(self._folder / LEDGER, text)

    def fetch(self, image: Image) -> None:
        """Unpack the bundle beside the others, once its bytes are those of the digest."""
        place = self._place(image)
        if place.is_dir():
            return
        bundle = self._root / image.name
        if not bundle.is_file():
            raise PilotError(f"There is no bundle {bundle}: make one with `release pack`.")
        found = f"sha256:{hashlib.sha256(bundle.read_bytes()).hexdigest()}"
        if found != image.digest:
            raise PilotError(f"{image.name} has other bytes than it is asked for: {found}, not {image.digest}.")
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        with tarfile.open(bundle) as packed:
            packed.extractall(draft, filter="data")
        (self._folder / "var").mkdir(parents=True, exist_ok=True)
        (draft / "var").symlink_to(self._folder / "var")
        try:
            draft.rename(place)
        except OSError:  # another command was first
            shutil.rmtree(draft)

    def switch(self, image: Image) -> None:
        """End what runs, start this one, and wait until it listens; jobs have nothing to start."""
        if not self._environment.url:
            return
        self.stop()
        where = urlsplit(self._environment.url)
        command = [sys.executable, "-c", START, "serve", "--host", str(where.hostname), "--port", str(where.port)]
        (self._folder / "logs").mkdir(exist_ok=True)
        log = self._folder / "logs" / f"{image.short}.txt"
        pid = self._start(command, image, log)
        write_whole(self._folder / STARTED, json.dumps({"pid": pid, "image": str(image)}) + "\n")
        time.sleep(PAUSE)
        if os.waitpid(pid, os.WNOHANG)[0]:
            raise PilotError(f"The pilot ended at once: see {log}.")

    def _start(self, command: Sequence[str], image: Image, log: Path) -> int:
        """Start a process that outlives this one; the shell steps into the folder, as nothing else can here."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", 'cd "$0" && exec "$@"', str(self._place(image)), *command],
            self._variables(image),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def ended(self) -> str:
        """Say so where the process is gone: nobody has to wait for its answer then."""
        path = self._folder / STARTED
        if not path.is_file():
            return ""
        pid = int(json.loads(path.read_text(encoding="utf-8"))["pid"])
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # as below
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return f"the process has ended: see {self._folder / 'logs'}"
        return ""

    def command(self, image: Image, words: Sequence[str], seconds: float) -> None:
        """Run it in the bundle's folder."""
        command = [sys.executable, "-c", START, *words]
        run(command, cwd=self._place(image), variables=self._variables(image), seconds=seconds)

    def stop(self) -> None:
        """End what runs, so that it answers what it has begun; nothing runs is no mistake."""
        path = self._folder / STARTED
        if not path.is_file():
            return
        pid = int(json.loads(path.read_text(encoding="utf-8"))["pid"])
        if self._is_ours(pid):
            os.kill(pid, signal.SIGTERM)
            self._wait_for_the_end(pid)
        path.unlink()

    def _wait_for_the_end(self, pid: int) -> None:
        until = time.monotonic() + TO_END
        while self._is_ours(pid):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(PAUSE)

    def _is_ours(self, pid: int) -> bool:
        """Tell whether a process still runs and is one that was started here: numbers are given out again."""
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of this very process would stay as a zombie
        try:
            return Path(f"/proc/{pid}/cwd").readlink().is_relative_to(self._folder)
        except OSError:
            return False

    def _place(self, image: Image) -> Path:
        return self._folder / "bundles" / image.short

    def _variables(self, image: Image) -> dict[str, str]:
        place = self._place(image)
        own = {"PILOT_ROOT": str(place), "PYTHONPATH": str(place / "src"), "PILOT_EVIDENCE__TO": "var"}
        return {**os.environ, **own, **dict(self._environment.variables)}
