"""Turning a pilot's lines back into the template that they came from: each change alone, and proven by rendering it.

A line that a template holds as it is rendered is an anchor. A change between anchors goes to the same place of the
template, with names and answers turned back into the expressions that gave them; whatever does not render to exactly
the pilot's bytes is left, and said.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, NamedTuple

from pilotline.template.escaping import escape_line, is_marked

Evaluate = Callable[[str], str | None]
"""Renders a text as the template at hand would; None where that fails."""

_EXPRESSION: Final = re.compile(r"\{\{-?.*?-?\}\}")
_SHORTEST_WORD: Final = 4


class LeftLine(NamedTuple):
    """A line of the pilot's file that stays behind."""

    number: int
    """Where it stands in the pilot's file; where lines were taken away, the one that follows."""
    text: str
    why: str


class Carried(NamedTuple):
    """A template with what could be carried into it."""

    text: str
    gives: str
    """What it renders to for the pilot."""
    changes: int
    """How many changes the pilot made."""
    carried: int
    left: tuple[LeftLine, ...]
    turned: tuple[str, ...]
    """The expressions that took the place of names and answers."""


class _Hunk(NamedTuple):
    """Lines of the pristine file, and what the pilot has in their place."""

    start: int
    end: int
    new: tuple[str, ...]
    at: int
    """Line of the pilot's file, from 0."""


class _Edit(NamedTuple):
    """Lines of the template, and what comes in their place."""

    start: int
    end: int
    new: tuple[str, ...]


def carry_back(
    template: str, pristine: str, edited: str, evaluate: Evaluate, words: Mapping[str, str], own: str = ""
) -> Carried:
    """Carry what a pilot changed in a file into the template of the file.

    Args:
        template: The template's text.
        pristine: What it renders to for the pilot.
        edited: What the pilot has.
        evaluate: Renders a text with the pilot's answers.
        words: Names and answers that may stand in the pilot's lines, with the expressions that give them.
        own: A name that no other pilot has, so that no template may hold it.
    """
    lines, old, new = (text.splitlines(keepends=True) for text in (template, pristine, edited))
    # What comes before the first line or after the last one has its place, whatever a template makes these of.
    places = {**_anchors(lines, old, evaluate), -1: -1, len(old): len(lines)}
    hunks = [hunk for found in _hunks(old, new) for hunk in _halved(found, places)]
    done: list[tuple[_Hunk, _Edit]] = []
    left: list[LeftLine] = []
    for hunk in hunks:
        edit = _find_edit(hunk, (lines, old), done, places, evaluate, words)
        if edit is None or (own and any(names(line, own) for line in edit.new)):
            left += _left(hunk, old, _explain(hunk, places, own))
        else:
            done.append((hunk, edit))
    text = _applied(lines, [edit for _, edit in done])
    turned = {found for _, edit in done for line in edit.new for found in _EXPRESSION.findall(line)}
    known = {found for line in lines for found in _EXPRESSION.findall(line)}
    gives = _applied(old, [_Edit(hunk.start, hunk.end, hunk.new) for hunk, _ in done])
    return Carried(text, gives, len(hunks), len(done), tuple(left), tuple(sorted(turned & {*known, *words.values()})))


def choose_words(template: str, values: Mapping[str, object], always: str) -> dict[str, str]:
    """Choose which answers are turned back in a file: those that its template names, and the package's name."""
    known = {*re.findall(r"\{\{-? *([a-z_]\w*) *-?\}\}", template), always}
    found = {name: value for name in sorted(known) if isinstance(value := values.get(name), str)}
    return {value: f"{{{{ {name} }}}}" for name, value in found.items() if len(value) >= _SHORTEST_WORD}


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Hunk]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Hunk(i1, i2, tuple(new[j1:j2]), j1)


def _halved(hunk: _Hunk, places: Mapping[int, int]) -> Iterator[_Hunk]:
    """Take a change apart line by line where as many lines came as went and not all of them can be reached."""
    count = hunk.end - hunk.start
    if count == len(hunk.new) and count > 1 and not _places_of(hunk, places):
        for offset, line in enumerate(hunk.new):
            yield _Hunk(hunk.start + offset, hunk.start + offset + 1, (line,), hunk.at + offset)
    else:
        yield hunk


def _anchors(template: Sequence[str], pristine: Sequence[str], evaluate: Evaluate) -> dict[int, int]:
    """Pair the lines of a rendered file with those of its template: equal ones, and those with expressions alone."""
    found: dict[int, int] = {}
    for tag, t1, t2, p1, p2 in SequenceMatcher(None, template, pristine, autojunk=False).get_opcodes():
        if tag == "equal":
            found.update(zip(range(p1, p2), range(t1, t2), strict=True))
            continue
        free = p1
        for line in range(t1, t2):
            gives = evaluate(template[line]) if "{{" in template[line] and "{%" not in template[line] else None
            at = next((place for place in range(free, p2) if pristine[place] == gives), None)
            if at is not None:
                found[at], free = line, at + 1
    return found


def _places_of(hunk: _Hunk, places: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Give the ranges of the template that a change may mean; none where a line is not the template's own."""
    if hunk.start < hunk.end:
        found = [places.get(line) for line in range(hunk.start, hunk.end)]
        known = [line for line in found if line is not None]
        whole = len(known) == len(found) and all(b == a + 1 for a, b in pairwise(known))
        return ((known[0], known[-1] + 1),) if whole else ()
    before, after = places.get(hunk.start - 1), places.get(hunk.start)
    spots = [*([] if before is None else [before + 1]), *([] if after is None else [after])]
    return tuple((spot, spot) for spot in dict.fromkeys(spots))


def _find_edit(
    hunk: _Hunk,
    sides: tuple[Sequence[str], Sequence[str]],
    done: Sequence[tuple[_Hunk, _Edit]],
    places: Mapping[int, int],
    evaluate: Evaluate,
    words: Mapping[str, str],
) -> _Edit | None:
    """Find the edit of the template that renders to exactly what the pilot has, after the edits before it."""
    lines, old = sides
    before = [edit for _, edit in done]
    hunks = [*(known for known, _ in done), hunk]
    expected = _applied(old, [_Edit(known.start, known.end, known.new) for known in hunks])
    for start, end in _places_of(hunk, places):
        for new in _writings(hunk.new, lines[start:end], evaluate, words):
            edit = _Edit(start, end, new)
            if evaluate(_applied(lines, [*before, edit])) == expected:
                return edit
    return None


def _writings(
    new: tuple[str, ...], replaced: Sequence[str], evaluate: Evaluate, words: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """Write lines as a template would: with names turned back and its own marks made harmless, or as they are."""
    local = {value: text for line in replaced for text in _EXPRESSION.findall(line) if (value := evaluate(text))}
    yield tuple(escape_line(line) if is_marked(line) else _turned(line, {**words, **local}) for line in new)
    yield tuple(map(escape_line, new))
    yield new


def _turned(line: str, words: Mapping[str, str]) -> str:
    """Put expressions where their values stand as whole words, the longest first."""
    known = sorted((value for value in words if value.strip()), key=len, reverse=True)
    if not known:
        return line
    pattern = "|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in known)
    return re.sub(pattern, lambda found: words[found[0]], line)


def _applied(lines: Sequence[str], edits: Sequence[_Edit]) -> str:
    """Apply edits that do not overlap; of two at one place the earlier comes first."""
    result = list(lines)
    numbered = sorted(((edit.start, edit.end, number) for number, edit in enumerate(edits)), reverse=True)
    for edit in (edits[number] for _, _, number in numbered):
        result[edit.start : edit.end] = edit.new
    return "".join(result)


def names(text: str, word: str) -> bool:
    """Tell whether a text holds a word as a whole."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _explain(hunk: _Hunk, places: Mapping[int, int], own: str) -> str:
    """Say why a change stays behind."""
    if own and any(names(line, own) for line in hunk.new):
        return f"it names {own}, which is this pilot's"
    if _places_of(hunk, places):
        return "the template would not give this line"
    return "the template computes what stands here"


def _left(hunk: _Hunk, old: Sequence[str], why: str) -> Iterator[LeftLine]:
    texts = hunk.new or tuple(old[hunk.start : hunk.end])
    for offset, text in enumerate(texts):
        yield LeftLine(hunk.at + 1 + (offset if hunk.new else 0), text.rstrip("\r\n"), why)
