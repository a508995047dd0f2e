"""Somebody else's checks, run in a worker: whatever they print, raise or kill stays in there.

It tells `begin` with the card of a check before that runs, and `end` with its result, in plain values.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from pilotline.catalog.catalogs import Catalogs
from pilotline.config import Config
from pilotline.files.worker_process import tell
from pilotline.readiness.base import Check
from pilotline.readiness.engine import Proofs, evaluate
from pilotline.readiness.evidence import Record, read_records
from pilotline.readiness.plugins.found import GROUP
from pilotline.readiness.plugins.messages import dump_card, dump_result
from pilotline.readiness.registry import CheckSelection
from pilotline.readiness.tools import PilotTools
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import open_pilot_view


def load_checks(point: EntryPoint) -> tuple[Check, ...]:
    """Load what an entry point names: checks, or a function that gives them.

    Raises:
        TypeError: It gives something else.
    """
    found = point.load()
    given = found() if callable(found) else found
    checks = tuple(given) if isinstance(given, Iterable) else (given,)
    wrong = [each for each in checks if not isinstance(each, Check)]
    if wrong:
        raise TypeError(f"{point.value} gives {wrong[0]!r}, which is no instance of pilotline.readiness.base.Check")
    return checks


def run_checks(request: dict[str, str]) -> None:
    """Run the checks of a family, and tell each result as soon as it is there."""
    for message in _messages(request):
        tell(json.loads(json.dumps(message)))


def _messages(request: dict[str, str]) -> Iterator[dict[str, object]]:
    family, skipped = request["family"], request["skip"].split(",")
    point = next(point for point in entry_points(group=GROUP) if point.name == family)
    root = Path(request["root"])
    repo = open_pilot_view(
        root, date.fromisoformat(request["today"]), CatalogOrigin(Catalogs(Config(source=request["builtin"])))
    )
    tools = PilotTools(root, request["offline"] == "yes") if request["run"] == "yes" else None
    choice = CheckSelection(_split(request["select"]), _split(request["ignore"]))
    for check in load_checks(point):
        name = check.card.id
        if not name.startswith(family):
            raise ValueError(f"the check {name} is not of the family {family}")
        if name in skipped or not choice.wants(name):
            continue
        yield {"begin": dump_card(check.card)}
        proofs = Proofs(read_records(repo), tools)
        result = evaluate([check], repo, proofs)[0]
        record = next((_dump_record(record) for record in proofs.added.values()), None)
        yield {"end": json.loads(dump_result(result)), "record": record}


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _dump_record(record: Record) -> dict[str, object]:
    return {
        "check": record.check,
        "commit": record.commit,
        "at": record.at,
        "command": record.command,
        "seconds": record.seconds,
        "measured": dict(record.measured),
    }
