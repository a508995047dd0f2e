"""Serves an application until it is told to end, and then finishes what it has begun."""

import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from .. import PilotError
from .section import WebSection


def serve(app: FastAPI, web: WebSection) -> None:
    """Listen until SIGTERM or SIGINT; what was accepted by then is answered, for `drain_seconds` at most.

    Raises:
        PilotError: Nobody can listen there.
    """
    listening = open_socket(web)
    sys.stderr.write(f"Serving on http://{web.host}:{listening.getsockname()[1]}; Ctrl-C ends it.\n")
    Draining(app, web).run([listening])


def open_socket(web: WebSection) -> socket.socket:
    """Open the socket that requests arrive at.

    What is written to a connection leaves at once: asyncio sees to that only where it made the socket itself, and
    otherwise the body of each answer waits until the caller's system has confirmed its head, for 40 ms on Linux.
    """
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        listening = socket.create_server((web.host, web.port), family=family)
    except OSError as error:
        raise PilotError(
            f"Nothing can listen on {web.host}, port {web.port} ({error.strerror or error}): "
            f"choose another with --port, or end what holds it."
        ) from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class Draining(uvicorn.Server):
    """Says that it is not ready from the first signal on."""

    def __init__(self, app: FastAPI, web: WebSection) -> None:
        self.app = app
        super().__init__(
            uvicorn.Config(
                app,
                host=web.host,
                port=web.port,
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=web.connections,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=web.drain_seconds,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self.app.state.draining = True
        super().handle_exit(sig, frame)

    @property
    def port(self) -> int:
        """The port that it listens on; 0 in the settings lets the system choose one."""
        return int(self.servers[0].sockets[0].getsockname()[1])
