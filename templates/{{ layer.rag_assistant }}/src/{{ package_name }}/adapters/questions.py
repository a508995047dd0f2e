"""The questions of the evaluation: lines of a file that is frozen before anything is tuned on it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from .._platform import PilotError
from ..domain.question import Case, Form

QUESTIONS: Final = "questions.jsonl"
FROZEN: Final = "questions.sha256"


class QuestionsFile:
    """Reads questions, and holds them to what they were when they were frozen."""

    def __init__(self, folder: Path, command: str) -> None:
        self._folder = folder
        self._command = command

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / QUESTIONS

    def exists(self) -> bool:
        """Tell whether there are questions."""
        return self.path.is_file()

    def read(self) -> list[Case]:
        """Read all; one that was changed since it was frozen stops the evaluation."""
        data = self._bytes()
        frozen = self._folder / FROZEN
        if not frozen.is_file() or frozen.read_text(encoding="utf-8").strip() != sha256(data).hexdigest():
            raise PilotError(
                f"{self.path} is not what was frozen in {frozen.name}: look at what changed, then "
                f"`{self._command} freeze` freezes it anew; what was judged before says nothing about it."
            )
        lines = data.decode("utf-8").splitlines()
        cases = [self._case(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
        if twice := sorted({each.id for each in cases if [one.id for one in cases].count(each.id) > 1}):
            raise PilotError(f"{self.path} has the id {twice[0]} twice: give each question one of its own.")
        return cases

    def freeze(self) -> str:
        """Freeze the questions as they are, after looking that each can be read; return their hash."""
        data = self._bytes()
        for number, line in enumerate(data.decode("utf-8").splitlines(), start=1):
            if line.strip():
                self._case(number, line)
        digest = sha256(data).hexdigest()
        (self._folder / FROZEN).write_text(f"{digest}\n", encoding="utf-8")
        return digest

    def _bytes(self) -> bytes:
        if not self.exists():
            raise PilotError(
                f"There are no questions in {self.path}: `{self._command} own-data FOLDER --apply` drafts some."
            )
        return self.path.read_bytes()

    def _case(self, number: int, line: str) -> Case:
        try:
            return _as_case(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise PilotError(
                f"{self.path}, line {number}, is no question ({error!r}): it needs id, text, form, topic, sections "
                "and held_back, as evaluation/README.md shows."
            ) from error


def _as_case(said: Mapping[str, object]) -> Case:
    sections, held_back = said["sections"], said["held_back"]
    if not isinstance(sections, list) or not isinstance(held_back, bool):
        message = "sections is a list, held_back true or false"
        raise TypeError(message)
    person = said.get("person")
    return Case(
        id=str(said["id"]),
        text=str(said["text"]),
        form=Form(str(said["form"])),
        topic=str(said["topic"]),
        sections=tuple((str(document), str(section)) for document, section in sections),
        held_back=held_back,
        person=str(person) if person else None,
    )
