"""What people have in hand: the kill switch that puts the rule in the model's place, corrections, and reports on both.

Reviewers read `governance/evidence/`: `evaluation.json` says how good what decides is, `feedback.jsonl` has a line per
suggestion: its number and two days, no text and no name. Both are to be committed, and are written only when they have
something new to say.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from openfeature import api
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

from . import Column, PilotError, Scalar, SqlDatabase, Table
from .evidence import FORMAT, commit_of, evidence_file, is_same_code, read_lines, rounded
from .monitoring import Metrics
from .settings import PlatformSettings

FLAG: Final = "model"
SWITCH: Final = "switch.json"
SWITCH_HISTORY: Final = "switch_history.jsonl"
EVALUATION: Final = "evaluation.json"
FEEDBACK: Final = "feedback.jsonl"
STAMPS: Final = ("command", "commit", "at")  # what tells how a report came to be, not what it says
CORRECTIONS: Final = Table(
    "corrections",
    (
        Column("id", "text", nullable=False),
        Column("batch", "text", nullable=False),
        Column("item", "text", nullable=False),
        Column("decision", "text", nullable=False),
        Column("reason", "text", nullable=False),
        Column("user_pseudonym", "text", nullable=False),
        Column("given_at", "timestamp", nullable=False),
        Column("answer", "text"),
        Column("answered_at", "timestamp"),
    ),
    key=("id",),
)


@dataclass(frozen=True)
class Switch:
    """Whether the model decides, who said so, when, and why."""

    on: bool
    why: str
    who: str
    at: str


def model_switch(settings: PlatformSettings) -> Switch:
    """Evaluate the flag; the default in code is the rule."""
    wanted = _configured(settings)
    variants = {"on": True, "off": False}
    flag = InMemoryFlag("on" if wanted.on else "off", variants)
    api.set_provider(InMemoryProvider({FLAG: flag}), domain=settings.distribution)
    on = api.get_client(settings.distribution).get_boolean_value(FLAG, default_value=False)
    return Switch(on, wanted.why, wanted.who, wanted.at)


def turn(settings: PlatformSettings, *, on: bool, who: str, why: str) -> Switch:
    """Turn the model on or off for all that runs in this repository; who, when and why stay in a history."""
    if on and not settings.switch.model:
        raise PilotError(
            "The model stays off, because the settings say switch.model = false: change it there (config/ or PILOT_…)."
        )
    line = (
        json.dumps(asdict(Switch(on, why, who, datetime.now(UTC).isoformat(timespec="seconds"))), ensure_ascii=False)
        + "\n"
    )
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / SWITCH_HISTORY).open("a", encoding="utf-8") as history:
        history.write(line)
    draft = settings.var / f"{SWITCH}.{os.getpid()}"
    draft.write_text(line, encoding="utf-8")
    draft.replace(settings.var / SWITCH)
    return model_switch(settings)


def _configured(settings: PlatformSettings) -> Switch:
    if not settings.switch.model:
        return Switch(on=False, why="switch.model = false", who="configuration", at="")
    path = settings.var / SWITCH
    return _read_switch(path) if path.exists() else Switch(on=True, why="nobody switched it off", who="default", at="")


def _read_switch(path: Path) -> Switch:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Switch(on=found["on"] is True, why=str(found["why"]), who=str(found["who"]), at=str(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Switch(on=False, why=f"{path} cannot be read, so the safe path is taken", who="default", at="")


@dataclass(frozen=True)
class Counts:
    """How many corrections were given, and how many were answered."""

    given: int
    answered: int


class Corrections:
    """What users said about single decisions."""

    def __init__(self, database: SqlDatabase, settings: PlatformSettings) -> None:
        self._database = database
        self._settings = settings
        database.ensure(CORRECTIONS)

    def give(self, *, batch: str, item: str, decision: str, reason: str, user: str) -> str:
        """Record a correction and return its number; saying the same twice is recorded once."""
        if not all(text.strip() for text in (batch, item, decision, user)):
            raise PilotError("A correction has a batch, an item, a decision and a user: name all of them.")
        pseudonym = hmac.new(self._key(), user.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]
        number = hashlib.sha256(json.dumps([batch, item, decision, reason, pseudonym]).encode()).hexdigest()[:12]
        row: dict[str, Scalar] = {
            "id": number,
            "batch": batch,
            "item": item,
            "decision": decision,
            "reason": reason,
            "user_pseudonym": pseudonym,
            "given_at": _now(),
            "answer": None,
            "answered_at": None,
        }
        self._database.insert_once(CORRECTIONS, [row])
        self._count()
        return number

    def answer(self, number: str, text: str) -> None:
        """Tell the user what became of it."""
        found = self._database.query(CORRECTIONS, {"id": number})
        if not found:
            raise PilotError(f"There is no correction {number}: `feedback list` shows them.")
        self._database.upsert(CORRECTIONS, [{**found[0], "answer": text, "answered_at": _now()}])
        self._count()

    def all(self) -> Sequence[dict[str, Scalar]]:
        """Return all corrections, oldest first."""
        return self._database.query(CORRECTIONS, order_by=("given_at", "id"))

    def counts(self) -> Counts:
        """Count them."""
        rows = self.all()
        return Counts(len(rows), sum(row["answer"] is not None for row in rows))

    def _count(self) -> None:
        counts, metrics = self.counts(), Metrics(self._settings, "feedback")
        metrics.set("pilot_corrections", counts.answered, answered="yes")
        metrics.set("pilot_corrections", counts.given - counts.answered, answered="no")
        metrics.write()

    def _key(self) -> bytes:
        """Return the secret of the pseudonyms; only who holds it can tell whether a name fits one."""
        if self._settings.feedback.key:
            return self._settings.feedback.key.get_secret_value().encode()
        path = self._settings.var / "feedback.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32))
            with suppress(FileExistsError):  # another process was first: its key counts
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="utf-8").strip().encode()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Metric:
    """One number of an evaluation, and the least that it has to be."""

    name: str
    value: float
    threshold: float
    passed: bool


@dataclass(frozen=True)
class Report:
    """How good what decides is, beside something simple."""

    subject: str
    metrics: Sequence[Metric]
    baseline: tuple[str, float]
    command: str


def write_evaluation(settings: PlatformSettings, report: Report) -> list[Path]:
    """Keep a report; one that another command wrote is left alone, and so is one that is still true."""
    path = evidence_file(settings).with_name(EVALUATION)
    known = _read(path)
    if known and str(known.get("command", "")).partition(" ")[0] != settings.distribution:
        return []
    commit = commit_of(settings.root)
    said = _said(report)
    if {name: value for name, value in known.items() if name not in STAMPS} == said and (
        commit == known.get("commit") or is_same_code(settings.root, known.get("commit"))
    ):
        return []
    stamps = {"command": report.command, "commit": commit, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said | stamps, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [path]


def _said(report: Report) -> dict[str, object]:
    name, value = report.baseline
    return {
        "format": FORMAT,
        "subject": report.subject,
        "metrics": [
            {
                "name": each.name,
                "value": rounded(each.value),
                "threshold": rounded(each.threshold),
                "passed": each.passed,
            }
            for each in report.metrics
        ],
        "baseline": {"name": name, "value": rounded(value)},
    }


def _read(path: Path) -> Mapping[str, object]:
    """Read what is there; a report that cannot be read is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_feedback(settings: PlatformSettings, corrections: Corrections) -> list[Path]:
    """Keep when each suggestion was given and answered; an empty file says that there is none."""
    path = evidence_file(settings).with_name(FEEDBACK)
    known = {line["id"]: line for line in read_lines(path)}
    lines = [
        {
            "format": FORMAT,
            "id": row["id"],
            "given_on": str(row["given_at"])[:10],
            "answered_on": str(row["answered_at"])[:10] if row["answered_at"] else None,
        }
        for row in corrections.all()
    ]
    new = [line for line in lines if line != known.get(line["id"])]
    if path.exists() and not new:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in new))
    return [path]
