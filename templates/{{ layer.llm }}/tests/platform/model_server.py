"""A server that behaves as told: a process of its own that speaks as OpenAI's endpoints do, or misbehaves."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STATE: dict[str, Any] = {"calls": 0}


class Handler(BaseHTTPRequestHandler):
    """Answers by the name of the model that is asked for."""

    def log_message(self, *_: object) -> None:
        """Be silent."""

    def do_POST(self) -> None:
        STATE["calls"] += 1
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        getattr(self, str(asked["model"]).replace("-", "_"))(asked)

    def good(self, asked: dict[str, Any]) -> None:
        self._begin()
        for word in ("Within ", "72 hours ", "[1]."):
            self._say({"choices": [{"delta": {"content": word}}]})
        self._say({"choices": [], "usage": {"prompt_tokens": 120, "completion_tokens": 7}})
        self.wfile.write(b"data: [DONE]\n\n")
        sys.stdout.write(json.dumps(asked) + "\n")
        sys.stdout.flush()

    def hangs(self, _: dict[str, Any]) -> None:
        time.sleep(30)

    def drips(self, _: dict[str, Any]) -> None:
        self._begin()
        for _i in range(300):
            self.wfile.write(b":")
            self.wfile.flush()
            time.sleep(0.1)

    def endless(self, _: dict[str, Any]) -> None:
        self._begin()
        while True:
            self._say({"choices": [{"delta": {"content": "more "}}]})

    def nonsense(self, _: dict[str, Any]) -> None:
        self._begin()
        self.wfile.write(b"data: <html>{not json\n\n")

    def empty(self, _: dict[str, Any]) -> None:
        self._begin()
        self.wfile.write(b"data: [DONE]\n\n")

    def busy_once(self, asked: dict[str, Any]) -> None:
        if STATE["calls"] == 1:
            self.send_response(503)
            self.end_headers()
        else:
            self.good(asked)

    def forbids(self, _: dict[str, Any]) -> None:
        self.send_response(401)
        self.end_headers()

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def _say(self, event: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()


def main() -> None:
    """Serve on a free port, and say which."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
