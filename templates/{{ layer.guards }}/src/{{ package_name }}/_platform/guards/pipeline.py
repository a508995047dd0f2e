"""All guards in one place: what a person asks, what a document says, what is about to be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from .. import Column, Row, SqlDatabase, Table
from ..monitoring import Metrics, logger, span
from ..settings import PlatformSettings
from .injection import find_injection
from .output import find_breach
from .personal import redact
from .section import GuardsSection, Mode

FINDINGS: Final = Table(
    "guard_findings",
    (
        Column("id", "text", nullable=False),
        Column("found_at", "timestamp", nullable=False),
        Column("guard", "text", nullable=False),
        Column("kind", "text", nullable=False),
        Column("action", "text", nullable=False),
    ),
    key=("id",),
)
LONG: Final = "The question is longer than {size:,} characters: ask it in fewer words."
INJECTED: Final = (
    "The question holds an instruction to the assistant, which it does not follow: ask about the documents."
)
KEPT_BACK: Final = "The answer held something that may not be said, so it was kept back."


@dataclass(frozen=True)
class Guarded:
    """A text as it may go on; `refusal` says why it may not."""

    text: str
    refusal: str = ""


class Guards:
    """Looks at each text once, and counts what it finds; the text itself is not kept."""

    def __init__(
        self, section: GuardsSection, settings: PlatformSettings, database: SqlDatabase, hidden: str = ""
    ) -> None:
        self._section = section
        self._settings = settings
        self._database = database
        self._hidden = hidden
        database.ensure(FINDINGS)

    def question(self, text: str) -> Guarded:
        """Check what a person asks: its length, instructions in it; personal data goes no further."""
        with span("guard.question"):
            if len(text) > self._section.question_characters:
                self._count("length", "question", "block")
                return Guarded("", LONG.format(size=self._section.question_characters))
            mode = self._section.injection_in_questions
            if self._found(mode, "injection_in_questions", find_injection(text) if mode != "off" else None):
                return Guarded("", INJECTED)
            return Guarded(self.redacted(text))

    def passage(self, text: str) -> Guarded:
        """Check what a document says: one that gives the assistant instructions is left out."""
        mode = self._section.injection_in_documents
        stopped = self._found(
            mode, "injection_in_documents", find_injection(text, of_document=True) if mode != "off" else None
        )
        return Guarded("", "It holds an instruction to the assistant.") if stopped else Guarded(text)

    def answer(self, text: str, quotes: Sequence[str]) -> Guarded:
        """Check what is about to be said, beside the passages that it rests on."""
        with span("guard.answer"):
            section = self._section
            breach = None
            if section.output != "off":
                breach = find_breach(text, quotes, self._hidden, section.allowed_hosts, section.answer_characters)
            return Guarded("", KEPT_BACK) if self._found(section.output, "output", breach) else Guarded(text)

    def redacted(self, text: str) -> str:
        """Take personal data out, as far as it can be told by its form."""
        if self._section.personal_data == "off":
            return text
        found = redact(text)
        for kind in found.kinds:
            self._count("personal_data", kind, self._section.personal_data)
        return found.text if self._section.personal_data == "block" else text

    def _found(self, mode: Mode, guard: str, kind: str | None) -> bool:
        """Count a finding, and tell whether it stops the text."""
        if kind is None:
            return False
        self._count(guard, kind, mode)
        return mode == "block"

    def _count(self, guard: str, kind: str, action: str) -> None:
        logger("guards").warning("guard found something", guard=guard, kind=kind, action=action)
        now = datetime.now(UTC).replace(tzinfo=None)
        row: Row = {"id": uuid4().hex, "found_at": now, "guard": guard, "kind": kind, "action": action}
        self._database.insert_once(FINDINGS, [row])
        metrics = Metrics(self._settings, "guards")
        for each in self._database.tally(FINDINGS, ["guard", "action"]):
            labels = {"guard": str(each["guard"]), "action": str(each["action"])}
            metrics.set("pilot_guard_findings", float(str(each["rows"])), **labels)
        metrics.write()
