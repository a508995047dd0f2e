"""The questions whose answers are tried together, as axes with values: what stands together is found by asking."""

from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.authoring.covering import Row
from pilotline.files.worker_process import tell
from pilotline.template.answers import Answers, resolve_answers
from pilotline.template.question_roles import read_roles
from pilotline.template.questions import Answered
from pilotline.template.snapshot import Snapshot

_ON: Final = "on"
_OFF: Final = "off"
_BOTH: Final[Mapping[str, bool]] = {"true": True, "false": False}


class AnswerAxes:
    """The axes of one catalog; of several choices to tick, each is an axis of its own that is on or off."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.roles = read_roles(snapshot)
        self.defaults = self._resolve({})[0]
        self._ticked: dict[str, tuple[str, str]] = {}
        self.values: Mapping[str, tuple[str, ...]] = dict(self._find())

    def _find(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Find the axes: the questions that the catalog says are paired, else all that have a few answers."""
        named = self.roles.paired or self.roles.combined
        for item in self.defaults.questions:
            name = item.question.name
            if item.question.when is False or (named and name not in named):
                continue
            if item.question.multiselect:
                for choice in self._offered(name):
                    self._ticked[f"{name}: {choice}"] = name, choice
                    yield f"{name}: {choice}", (_OFF, _ON)
            elif isinstance(item.value, bool) and not item.choices:
                yield name, tuple(_BOTH)
            else:
                unoffered = self.roles.unoffered.get(name, ())
                values = tuple(choice for choice in self._offered(name) if choice not in unoffered)
                if values:
                    yield name, values

    def _offered(self, name: str) -> tuple[str, ...]:
        """Name the choices of a question, which may differ between architectures."""
        question = self.roles.call("architecture")
        found = dict.fromkeys(self.defaults.choices(name))
        for architecture in self.defaults.choices(question) if name != question else ():
            found |= dict.fromkeys(self._resolve({question: architecture})[0].choices(name))
        return tuple(found)

    def settle(self, row: Row) -> Row | None:
        """Tell which values hold where those of a row are asked for: a question may refuse one, or not be put."""
        given = self.answers(row)
        answers, refused = self._resolve(given)
        if refused:
            given = self._without(given, refused, answers)
            answers, refused = self._resolve(given)
        return None if refused else dict(self._read(answers))

    def _without(self, given: Mapping[str, object], refused: frozenset[str], answers: Answers) -> dict[str, object]:
        """Leave out what was refused: of several that are ticked, those that are not offered here."""
        kept = {name: value for name, value in given.items() if name not in refused}
        for name in refused & {name for name, _ in self._ticked.values()}:
            ticked = given.get(name)
            if isinstance(ticked, list):
                kept[name] = [choice for choice in ticked if choice in answers.choices(name)]
        return kept

    def _resolve(self, given: Mapping[str, object]) -> tuple[Answers, frozenset[str]]:
        """Answer every question, and name those whose answer was refused."""
        tell(f"answering {given}")
        answers, problems = resolve_answers(self._snapshot, given)
        return answers, frozenset(problem.question for problem in problems)

    def _read(self, answers: Answers) -> Iterator[tuple[str, str]]:
        """Read the values of the axes off a full set of answers."""
        asked = {item.question.name: item for item in answers.questions if item.asked}
        for axis in self.values:
            name, choice = self._ticked.get(axis, (axis, ""))
            if name in asked and (not choice or choice in answers.choices(name)):
                yield axis, _value(asked[name], choice)

    def answers(self, row: Row) -> dict[str, object]:
        """Give the answers of a row."""
        given: dict[str, object] = {}
        for axis, value in row.items():
            name, choice = self._ticked.get(axis, (axis, ""))
            if choice:
                before = given.get(name)
                given[name] = [*(before if isinstance(before, list) else ()), *([choice] if value == _ON else ())]
            else:
                given[name] = _BOTH[value] if self.values[axis] == tuple(_BOTH) else value
        return given

    def read_given(self, given: Mapping[str, object]) -> Row | None:
        """Read the values of the axes that hold with some answers; None where they are refused."""
        answers, refused = self._resolve(given)
        return None if refused else dict(self._read(answers))

    def differing(self, given: Mapping[str, object]) -> dict[str, object]:
        """Choose those of some answers that the others beside the same architecture do not bring by themselves."""
        question = self.roles.call("architecture")
        kept = {question: given[question]} if question in given else {}
        fixed = set(kept)
        for _ in given:  # one that is kept may change the default of another
            values = self._resolve(kept)[0].values
            more = {name: value for name, value in given.items() if value != values.get(name)}
            if not more:
                break
            kept |= more
        return {name: value for name, value in kept.items() if name not in fixed}


def _value(item: Answered, choice: str) -> str:
    """Write an answer as the value of an axis."""
    if choice:
        return _ON if isinstance(item.value, list) and choice in map(str, item.value) else _OFF
    return str(item.value).lower() if isinstance(item.value, bool) else str(item.value)
