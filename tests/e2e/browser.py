"""A headless Chromium that does what a person does: spoken to over two pipes, so that it needs no driver.

Its DevTools protocol is JSON with a zero byte after each message (`--remote-debugging-pipe`).
"""

import base64
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

PATIENCE: Final = 30.0
PLACE: Final = """
import os, sys
to, back = (os.dup(int(each)) for each in sys.argv[1:3])
for found, wanted in ((os.dup(to), 3), (os.dup(back), 4)):
    os.dup2(found, wanted)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Puts the pipes to where the browser looks for them, and becomes the browser."""


def find_chromium() -> str:
    """Give the browser; without one a test is skipped, unless services are required."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1":
            pytest.fail("no chromium: apt-get install chromium")
        pytest.skip("no chromium on this machine")
    return found


class Browser:
    """One page."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._rest = to, back, b""
        self._numbers = itertools.count(1)
        self._session = ""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.enable")

    def send(self, method: str, **given: Any) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            found = self._read()
            if found.get("id") == number:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result

    def open(self, address: str) -> None:
        """Open a page, and wait until it is there."""
        self.value("window.isLeft = true")
        self.send("Page.navigate", url=address)
        self.wait("!window.isLeft && document.readyState === 'complete'")

    def value(self, script: str) -> Any:
        """Evaluate JavaScript from outside the page, which needs none itself."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, script: str) -> None:
        """Wait until something holds."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.send("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value"):
                return
            time.sleep(0.02)
        raise AssertionError(f"never: {script}\n{self.text()}")

    def text(self) -> str:
        """Give what a person reads."""
        return str(self.value("document.body.innerText"))

    def press(self, key: str, times: int = 1) -> None:
        """Press a key."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        for _ in range(times):
            given = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": codes[key]}
            self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **given)
            self.send("Input.dispatchKeyEvent", type="keyUp", **given)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", text=text)

    def tab_to(self, script: str) -> None:
        """Go on with the tabulator until what has the focus is it: `focused` in the script."""
        for _ in range(60):
            if self.value(f"(focused => {script})(document.activeElement)"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {script}")

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be a screen of that size."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """Take a picture of the whole page."""
        found = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._back, 1 << 16)
            assert piece, "the browser ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own, and end it."""
    theirs, ours = os.pipe()
    mine, answers = os.pipe()

    placed = [sys.executable, "-c", PLACE, str(theirs), str(answers)]
    command = [find_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    process = subprocess.Popen(
        [*placed, *command, f"--user-data-dir={profile}", "--no-first-run", "about:blank"],
        pass_fds=(theirs, answers), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    os.close(answers)
    try:
        yield Browser(ours, mine)
    finally:
        process.terminate()
        process.wait(20)
        os.close(ours)
        os.close(mine)
