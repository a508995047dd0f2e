"""What the door of an HTTP pilot costs, and what is let in when more is asked than it has room for.

    PILOTLINE_PILOT_ENVIRONMENT=build/pilot-environment python benchmarks/serving.py [SECONDS]

The environment is the one that `tests/e2e` installs. Three services answer from one `realtime_scoring` pilot with its
model: the pilot's own `serve`; the same routes, model and storage on the same server without the door, that is without
metrics, log lines, traces, limits of size, time and number; and a bare handler that has no sign-in and remembers no
request either. Each is asked in turn by callers that wait for an answer before they ask again; the median of the rounds
counts.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from pathlib import Path
from urllib.request import urlopen

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.template.answers import accept_answers

ENVIRONMENT = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", "build/pilot-environment")).resolve()
ROUNDS, CALLERS, CROWD = 5, 4, 64
BAR = 0.9
OBJECTIVE = 0.25  # seconds for 99 % of the answers: `operation.answers` of the pilot
COMMON = """
import asyncio, json, sys
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response
from {package}.bootstrap import build
from {package}.domain.served import Origin
from {package}.entrypoints.routes import _models, _read, decisions, told_of
from {package}.pipelines.online import Online
from {package}._platform.serving.scoring_metrics import ScoringMetrics
from {package}._platform.serving.section import ServingSettings
from {package}._platform.web.idempotency import Idempotency
from {package}._platform.web.identity import Doorkeeper
from {package}._platform.web.keys import Keys
from {package}._platform.web.limits import RateLimit
from {package}._platform.web.web_metrics import WebMetrics
from {package}.settings import Settings

parts, settings = build(Settings.load()), ServingSettings.load()
online = Online(parts, settings.serving, print)
online.refresh()
app = FastAPI()

@app.get("/health/ready")
async def ready():
    return {{}}

"""
WITHOUT_DOOR = (
    COMMON
    + """
app.state.doorkeeper = Doorkeeper(Keys(parts.database), None, RateLimit(settings.web.per_minute, settings.web.burst))
app.state.idempotency = Idempotency(parts.database, 24)
app.include_router(decisions(online, ScoringMetrics(WebMetrics("benchmark").registry, "benchmark")))

async def named(scope, receive, send):
    scope["state"] = {{"request_id": "", "trace_id": ""}}
    await app(scope, receive, send)

uvicorn.run(named, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
"""
)
BARE = (
    COMMON
    + """
one, _ = _models(online)

@app.post("/v1/decisions")
async def decide(request: Request):
    asked = _read(one, await request.body())
    def work():
        return online.decide(online.requests.cases([(asked.case, asked.data)]), Origin("", "", ""))
    (made,) = await asyncio.to_thread(work)
    return Response(json.dumps(told_of(online, made), ensure_ascii=False), media_type="application/json")

uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False)
"""
)
OWN = "import sys; from {package}.entrypoints import main; sys.exit(main())"


@dataclass
class Seen:
    """What callers saw: how often each status came, and how long each 200 took, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def of_hundred(self, part: int) -> float:
        """Give a percentile of the seconds."""
        return statistics.quantiles(self.seconds, n=100)[part - 1]


class Pilot:
    """A trained pilot, whose services are started as processes."""

    def __init__(self, folder: Path) -> None:
        catalog = load_builtin(CATALOG_SOURCE)
        plan = plan_pilot(catalog, accept_answers(catalog, {"architecture": "realtime_scoring"}))
        self.folder = create_pilot(plan, folder).destination
        self.package = next(found.parent.name for found in (self.folder / "src").glob("*/entrypoints"))
        self.own("run")
        self.key = self.own("keys", "create", "benchmark", "--scope", "score").strip()

    def around(self) -> dict[str, str]:
        """Give the variables of its commands: limits per caller are off, as one caller stands for all here."""
        limits = {"PILOT_WEB__PER_MINUTE": "100000000", "PILOT_WEB__BURST": "1000000"}
        return {**os.environ, "PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1", **limits}

    def own(self, *arguments: str) -> str:
        """Run its command line."""
        command = [str(ENVIRONMENT / "bin/python"), "-c", OWN.format(package=self.package), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.around(), capture_output=True, text=True, check=False
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    @contextmanager
    def serving(self, port: int, code: str = OWN) -> Iterator[int]:
        """Serve on a port, with the door or without."""
        arguments = ["serve", "--port", str(port)] if code is OWN else [str(port)]
        command = [str(ENVIRONMENT / "bin/python"), "-c", code.format(package=self.package), *arguments]
        with (self.folder / f"var/benchmark-{port}.log").open("w") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=self.around(), stdout=log, stderr=log)
            try:
                _wait_for(port)
                yield port
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


async def _caller(port: int, request: bytes, until: float, seen: Seen, pause: float) -> None:
    """Ask again and again on one connection, as most clients do; who is refused waits as long as it is told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        before = time.monotonic()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        status = int(head.split(b" ", 2)[1])
        seen.statuses[status] += 1
        if status == HTTPStatus.OK:
            seen.seconds.append(time.monotonic() - before)
        else:
            await asyncio.sleep(pause)
    writer.close()


def ask(pilot: Pilot, port: int, callers: int, seconds: float, pause: float = 1.0) -> Seen:
    """Let so many callers ask for so long."""
    example = json.loads((pilot.folder / "example.json").read_text())
    body = json.dumps(example).encode()
    head = (
        f"POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {pilot.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    seen = Seen()

    async def all_of_them() -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(*(_caller(port, head.encode() + body, until, seen, pause) for _ in range(callers)))

    asyncio.run(all_of_them())
    return seen


def _keep_example(pilot: Pilot, port: int) -> None:
    with urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5) as answer:
        route = json.load(answer)["paths"]["/v1/decisions"]["post"]
    example = route["requestBody"]["content"]["application/json"]["examples"]["one"]["value"]
    (pilot.folder / "example.json").write_text(json.dumps(example))


def compare(pilot: Pilot, seconds: float, ports: "count[int]") -> list[list[Seen]]:
    """Ask the services in turn, each beside the others, which do nothing then; gives the rounds of each."""
    with (
        pilot.serving(next(ports)) as own,
        pilot.serving(next(ports), WITHOUT_DOOR) as without,
        pilot.serving(next(ports), BARE) as bare,
    ):
        _keep_example(pilot, own)
        services = (own, without, bare)
        for port in services:
            ask(pilot, port, CALLERS, 2)
        rounds = [[ask(pilot, port, CALLERS, seconds) for port in services] for _ in range(ROUNDS)]
    return [list(each) for each in zip(*rounds, strict=True)]


def main() -> int:
    """Print what was measured; the code is 1 where a bar is missed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    ports = count(18_100)
    with tempfile.TemporaryDirectory() as folder:
        pilot = Pilot(Path(folder) / "pilot")
        services = compare(pilot, seconds, ports)
        with pilot.serving(next(ports)) as port:
            ask(pilot, port, CALLERS, 2)
            crowd = ask(pilot, port, CROWD, 2 * seconds)
            obstinate = ask(pilot, port, CROWD, seconds, pause=0.01)
    rates = [[each.statuses[200] / seconds for each in those] for those in services]
    ratio, of_bare = (statistics.median(a / b for a, b in zip(rates[0], other, strict=True)) for other in rates[1:])
    print(f"| service | callers | answers a second | ms, median | ms, 99 of 100 | refused |\n|{'---|' * 6}")
    for name, those in zip(("with the door", "without it", "a bare handler"), services, strict=True):
        whole = Seen(seconds=[second for each in those for second in each.seconds])
        rate = statistics.median(each.statuses[200] / seconds for each in those)
        _show(name, CALLERS, rate, whole, sum(sum(each.statuses.values()) for each in those))
    for name, each, span in (("a crowd", crowd, 2 * seconds), ("a crowd that does not wait", obstinate, seconds)):
        _show(name, CROWD, each.statuses[200] / span, each, sum(each.statuses.values()))
    others = {*crowd.statuses, *obstinate.statuses} - {200, 429}
    print(
        f"\nwith the door / without: {ratio:.2f} (at least {BAR}), / bare: {of_bare:.2f}; "
        f"statuses but 200 and 429: {sorted(others) or 'none'}"
    )
    late = [each.of_hundred(99) for each in (crowd, obstinate) if each.of_hundred(99) > OBJECTIVE]
    return 1 if ratio < BAR or others or late else 0


def _show(name: str, callers: int, rate: float, seen: Seen, asked: int) -> None:
    refused = 1 - len(seen.seconds) / asked
    half, most = 1000 * statistics.median(seen.seconds), 1000 * seen.of_hundred(99)
    print(f"| {name} | {callers} | {rate:.0f} | {half:.1f} | {most:.1f} | {refused:.0%} |")


if __name__ == "__main__":
    sys.exit(main())
