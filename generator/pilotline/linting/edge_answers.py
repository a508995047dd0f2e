"""Answers at the edge of what a catalog accepts, because a template meets them sooner or later."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pilotline.template.questions import Answered

_TEXTS: Final[Mapping[str, str]] = {
    "quotes": 'It\'s "x": {y} # z',
    "template syntax": "{{ 1 }} {% raw %} {# x #}",
    "other scripts": "Größe 顧客 😀",
    "YAML words": "yes: [no, null] & *",
    "two lines": "one\n# two",
    "backslash": "a\\b\\",
    "long": "Abc " * 19 + "x",
}
_NUMBERS: Final = (0, 1, -1, 0.001, 1e15)


def awkward_answers(questions: Sequence[Answered]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give sets of answers that differ from the defaults in one question each; what a catalog refuses is its right."""
    for item in questions:
        if item.asked:
            for label, value in _values(item):
                yield f"{item.question.name}: {label}", {item.question.name: value}


def _values(item: Answered) -> Iterator[tuple[str, object]]:
    if item.choices:
        if not item.question.multiselect:
            yield from ((str(choice.value), choice.value) for choice in item.choices if not choice.disabled)
    elif isinstance(item.value, bool):
        yield from ((str(value), value) for value in (True, False))
    elif isinstance(item.value, (int, float)):
        yield from ((str(value), value) for value in _NUMBERS)
    elif isinstance(item.value, str):
        yield from _TEXTS.items()
