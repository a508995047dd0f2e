"""The combinations of answers that a catalog is tested with: each architecture alone, with everything, and all pairs.

Which questions are paired is data of the catalog (`paired` in its `question_roles`). Values that never stand together,
because a question is not asked beside an answer or refuses it, are found by asking, and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias

from pilotline.authoring.answer_axes import AnswerAxes
from pilotline.authoring.answer_matrix import largest_answers
from pilotline.authoring.covering import Row, ValuePair, cover_pairs
from pilotline.template.limits import limited
from pilotline.template.snapshot import Snapshot

Kind: TypeAlias = Literal["alone", "everything", "pairs"]

_TRIES: Final = 16
"""How many sets of answers are asked for before two values count as ones that never stand together."""


@dataclass(frozen=True)
class Combination:
    """One set of answers that a pilot is made with."""

    name: str
    kind: Kind
    answers: Mapping[str, object]
    label: str
    """Those of them that are not the default, in one line."""

    def is_meant(self, text: str) -> bool:
        """Tell whether its name, or one of its answers, holds a text."""
        return text.casefold() in f"{self.name}, {write_answers(self.answers)}".casefold()


@dataclass(frozen=True)
class Combinations:
    """All that a catalog is tested with."""

    chosen: tuple[Combination, ...]
    never_together: tuple[str, ...]
    """Pairs of values, and values, that no combination holds."""


def find_combinations(snapshot: Snapshot, seed: int) -> Combinations:
    """Choose the combinations for a catalog; the same seed gives the same ones.

    Raises:
        CatalogError: Its questions are wrong, or take too long.
    """
    return limited("Choosing combinations", _find, snapshot, seed)


def write_answers(answers: Mapping[str, object]) -> str:
    """Write answers in one line."""
    return ", ".join(f"{name}={_write(value)}" for name, value in answers.items())


def _write(value: object) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _find(snapshot: Snapshot, seed: int) -> Combinations:
    axes = AnswerAxes(snapshot)
    named = list(_named(snapshot, axes))
    known = [row for row in (axes.read_given(combination.answers) for combination in named) if row is not None]
    found = cover_pairs(axes.values, axes.settle, known, Random(seed), _TRIES)  # noqa: S311 - a choice, no secret
    never = dict.fromkeys(_never((*known, *found.rows), found.missing))
    return Combinations((*named, *_number(axes, found.rows)), tuple(never))


def _never(rows: Sequence[Row], missing: Sequence[ValuePair]) -> Iterator[str]:
    """Name the pairs that no combination holds; a value that none of them holds is named once."""
    held = {item for row in rows for item in row.items()}
    for pair in missing:
        yield " with ".join(f"{axis}={value}" for axis, value in pair if set(pair) <= held or (axis, value) not in held)


def _named(snapshot: Snapshot, axes: AnswerAxes) -> Iterator[Combination]:
    """Give each architecture alone, and with everything where that is more."""
    question = axes.roles.call("architecture")
    for architecture in axes.defaults.choices(question) or (None,):
        alone: dict[str, object] = {} if architecture is None else {question: architecture}
        everything = largest_answers(snapshot, architecture)
        yield _combination(axes, "alone", _stem(architecture, "alone"), alone)
        if axes.differing(everything):
            yield _combination(axes, "everything", _stem(architecture, "everything"), everything)


def _number(axes: AnswerAxes, rows: tuple[Row, ...]) -> Iterator[Combination]:
    """Name rows after their architecture, and count them."""
    count: dict[str, int] = {}
    for answers in map(axes.answers, rows):
        stem = _stem(answers.get(axes.roles.call("architecture")), "pairs")
        count[stem] = count.get(stem, 0) + 1
        yield _combination(axes, "pairs", f"{stem}-{count[stem]:02}", answers)


def _stem(architecture: object, kind: Kind) -> str:
    return kind if architecture is None else f"{architecture}-{kind}"


def _combination(axes: AnswerAxes, kind: Kind, name: str, answers: Mapping[str, object]) -> Combination:
    return Combination(name, kind, answers, write_answers(axes.differing(answers)) or "the defaults")
