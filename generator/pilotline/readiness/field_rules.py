"""What is asked of fields, by the organisation and by us: an answer, of a kind, in time, in each item of a list.

A key goes down by dots; `*` stands for each item of a list, or each entry of a mapping, and a number for one item, the
first being 0. What is wrong is named by such a key, or in words of the rule's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from pilotline.documents.section import Section
from pilotline.pilot.paths import MANIFEST
from pilotline.pilot.stages import STAGES, Stage
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.results import Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder

EACH: Final = "*"
PACKAGE: Final = "{package}/"
"""Begins the name of a file that lies in the pilot's package, whatever that is called."""
_DATES: Final = ("past", "ahead")
_NUMBERS: Final = ("number", "amount")
_KINDS: Final = ("text", *_NUMBERS, "yes_or_no", "list")
_HERE: Final = "."
"""Begins a key of `when` that stands beside the field, in the same item."""
_ANSWERS: Final = ("written", "real", "settled")
_BOUNDS: Final = ("at_least", "at_most", "above")


class FieldRule(NamedTuple):
    """One question to a field of a file; `docs/how-to/own-checks.md` says what each word means."""

    key: str
    file: str = MANIFEST
    date: str = ""
    """`past`: a day that has been; `ahead`: today or later; empty: any answer."""
    at_most_days: int | None = None
    """How many days the date may be away."""
    kind: str = ""
    """What it has to be: a text, a number, an amount (a number other than 0), yes or no, a list; empty: anything."""
    answer: str = "real"
    """What counts as an answer: whatever is written, what is no placeholder, what does not call itself open either."""
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    one_of_fields: tuple[str, ...] = ()
    """Other fields of the file, texts or lists of texts, of which one holds the same text."""
    has: tuple[str, ...] = ()
    """What lies below it and is answered too, each by a text."""
    at_least: float | None = None
    """The least number; where no number is asked for, how many answers a list holds at least."""
    at_most: float | None = None
    above: float | None = None
    when: tuple[tuple[str, str | bool], ...] = ()
    """What other fields of the file have to hold, so that this one is asked at all."""
    unless: tuple[str, ...] = ()
    """Other fields of the file of which an answer makes this one needless."""
    named: str = ""
    """The field beside it, or in it where it is an item itself, by which messages call the item."""
    unnamed: str = ""
    """What they call one without a name."""
    missing: str = ""
    wrong: str = ""
    passed: str = ""
    """What is said where there is no such answer, where there is another one, and where time alone made it wrong."""
    stage: Stage | None = None
    """Stage from which it blocks, where that is later than the check's own."""

    @classmethod
    def of(cls, entry: Section) -> "FieldRule":
        """Read a rule that `mistakes_of` finds nothing wrong with."""
        most, when = entry.number("at_most_days"), entry.at("when")
        return cls(
            key=entry.text("key"),
            file=entry.text("file"),
            date=entry.text("date"),
            at_most_days=None if most is None else int(most),
            kind=entry.text("is"),
            answer=entry.text("answer") or "real",
            one_of=entry.texts("one_of"),
            none_of=entry.texts("none_of"),
            one_of_fields=entry.texts("one_of_fields"),
            has=entry.texts("has"),
            at_least=entry.number("at_least"),
            at_most=entry.number("at_most"),
            above=entry.number("above"),
            when=tuple((key, _wanted(when.at(key))) for key in when.names()),
            unless=entry.texts("unless"),
            named=entry.text("named"),
            unnamed=entry.text("unnamed"),
            missing=entry.text("missing"),
            wrong=entry.text("wrong"),
            passed=entry.text("passed"),
            stage=STAGES.get(entry.text("stage")),
        )


def _wanted(value: Section) -> str | bool:
    flag = value.flag()
    return value.text() if flag is None else flag


def mistakes_of(entry: Section) -> Iterator[str]:
    """Find what keeps an entry from being a rule."""
    if not (entry.text("file") and entry.text("key")):
        yield "field needs file and key"
    for word, known in (("date", _DATES), ("is", _KINDS), ("answer", _ANSWERS), ("stage", STAGES)):
        if entry.has(word) and entry.text(word) not in known:
            yield f"{word} is {entry.text(word)}; it may be {', '.join(known)}"
    most = entry.number("at_most_days")
    if entry.at("at_most_days").data is not None and (most is None or most < 0 or most != int(most)):
        yield "at_most_days is a number of days"
    elif most is not None and not entry.has("date"):
        yield "at_most_days needs date: past or ahead"
    yield from _mistakes_in_values(entry)


def _mistakes_in_values(entry: Section) -> Iterator[str]:
    is_number = entry.text("is") in _NUMBERS
    for word in _BOUNDS:
        if entry.at(word).data is not None and entry.number(word) is None:
            yield f"{word} is a number"
        elif entry.number(word) is not None and not is_number and word != "at_least":
            yield f"{word} needs is: number or amount"
    for word in ("one_of", "none_of", "one_of_fields", "has", "unless"):
        if entry.at(word).data is not None and not entry.texts(word):
            yield f"{word} is a list of texts"
    when = entry.at("when")
    if when.data is not None and not all(_wanted(when.at(key)) != "" for key in when.names() or ("",)):
        yield "when names fields of the file, each with the text, or true or false, that it holds"
    if entry.has("passed") and not entry.has("date"):
        yield "passed needs date: past or ahead"


def find_problems(repo: Repository, rules: Iterable[FieldRule]) -> Iterator[Problem]:
    """Ask each field, or each one that a key stands for; a list without an item has nothing to say.

    What stands at or below a field that has a problem already is not asked: one answer mends one problem.
    """
    failed: list[tuple[str, tuple[str | int, ...]]] = []
    for rule in rules:
        document = repo.document(rule.file.replace(PACKAGE, repo.package_folder, 1))
        answered = any(document.at(*key.split(".")).text() for key in rule.unless)
        for part in () if answered else _parts(document, rule.key.split(".")):
            if any(file == rule.file and part.keys[: len(keys)] == keys for file, keys in failed):
                continue
            item = part if rule.key.endswith(EACH) else document.at(*part.keys[:-1])
            if not all(_holds(item if key.startswith(_HERE) else document, key, wanted) for key, wanted in rule.when):
                continue
            problem = _find_problem(part, rule, document, item, repo.today)
            if problem:
                failed.append((rule.file, part.keys))
                yield problem


def _holds(section: Section, key: str, wanted: str | bool) -> bool:
    part = section.at(*key.removeprefix(_HERE).split("."))
    return part.flag() is wanted if isinstance(wanted, bool) else part.text() == wanted


def _parts(section: Section, keys: list[str]) -> Iterator[Section]:
    if not keys:
        yield section
        return
    first, *rest = keys
    if first == EACH:
        inside = section.items() or tuple(section.at(name) for name in section.names())
        for part in inside:
            yield from _parts(part, rest)
    else:
        yield from _parts(section.at(int(first) if first.isdigit() else first), rest)


def _find_problem(part: Section, rule: FieldRule, document: Section, item: Section, today: date) -> Problem | None:
    """Ask one field; what the rule says in words of its own is said so, anything else by key and file."""
    calendar = False
    own, said = rule.missing, _find_lack(part, rule)
    if not said:
        own, said = rule.wrong or rule.missing, _find_misfit(part, rule, document)
    if not said and rule.date:
        said, calendar = _find_lateness(part, rule, today)
        own = rule.passed if calendar else own
    if not said:
        return None
    name = f"{'.'.join(map(str, part.keys))} in {rule.file}"
    called = item.text(*rule.named.split(".")) or rule.unnamed
    message = _fill_in(own, part, called, _lacking(part, rule), today) if own else f"{name} {said}"
    return Problem(message, part.place(), calendar, rule.stage)


def _fill_in(words: str, part: Section, called: str, lacking: tuple[str, ...], today: date) -> str:
    """Put what the field holds in place of its marks; texts of the file come last, as they may hold anything."""
    day, number = part.date(), part.number()
    away = abs((today - day).days) if day else 0
    known: Mapping[str, str] = {
        "{number}": "" if number is None else f"{number:.0f}",
        "{day}": str(day or ""),
        "{days}": f"{away} day{'' if away == 1 else 's'}",
        "{lacks}": ", ".join(lacking),
        "{name}": called,
        "{value}": part.text() or "missing",
    }
    for mark, text in known.items():
        words = words.replace(mark, text)
    return words


def _find_lack(part: Section, rule: FieldRule) -> str:
    """Say why there is no answer of the kind that is asked for; empty where there is one."""
    if rule.kind in _NUMBERS:
        number = part.number()
        return "" if number or (number is not None and rule.kind == "number") else f"is no {rule.kind}"
    if rule.kind == "yes_or_no":
        return "is neither true nor false" if part.flag() is None else ""
    if rule.kind == "list" or rule.has or rule.at_least is not None:
        return _find_gap(part, rule)
    if silence := _find_silence(part, rule):
        return silence
    return f"is no day, written YYYY-MM-DD ({part.text()})" if rule.date and part.date() is None else ""


def _find_gap(part: Section, rule: FieldRule) -> str:
    """Say what a list, or what stands together, has too little of."""
    if rule.kind == "list":
        return "" if part.items() else "has no item"
    if rule.has:
        lacking = _lacking(part, rule)
        return f"lacks {', '.join(lacking)}" if lacking else ""
    wanted = rule.at_least or 0
    count = sum(not _find_silence(item, rule) for item in part.items())
    return f"has {count} of {wanted:g} answers" if count < wanted else ""


def _lacking(part: Section, rule: FieldRule) -> tuple[str, ...]:
    """Name what lies below a field and has no answer."""
    text = rule._replace(kind="text")
    return tuple(key for key in rule.has if _find_silence(part.at(*key.split(".")), text))


def _find_silence(part: Section, rule: FieldRule) -> str:
    if (not part and part.data not in (False, 0)) or (rule.kind == "text" and not part.text()):
        return "is missing"
    text = part.text() if rule.kind == "text" else part.data
    counts_not = is_unanswered if rule.answer == "settled" else is_placeholder
    unanswered = rule.answer != "written" and isinstance(text, str) and counts_not(text)
    return f"is no answer yet ({text})" if unanswered else ""


def _find_misfit(part: Section, rule: FieldRule, document: Section) -> str:
    """Say what is wrong with an answer whatever the day; empty where nothing is."""
    text, number = part.text(), part.number()
    if (rule.one_of and text not in rule.one_of) or text in rule.none_of:
        known = f"; it may be {', '.join(rule.one_of)}" if rule.one_of else ", which it may not be"
        return f"is {text or 'no text'}{known}"
    if rule.one_of_fields and text not in _texts_at(document, rule.one_of_fields):
        return f"is {text}, which stands in none of {', '.join(rule.one_of_fields)}"
    if rule.kind not in _NUMBERS or number is None:
        return ""
    if rule.at_least is not None and number < rule.at_least:
        return f"is {number:g}, less than {rule.at_least:g}"
    if rule.above is not None and number <= rule.above:
        return f"is {number:g}, not more than {rule.above:g}"
    return f"is {number:g}, more than {rule.at_most:g}" if rule.at_most is not None and number > rule.at_most else ""


def _texts_at(document: Section, keys: Iterable[str]) -> frozenset[str]:
    parts = [document.at(*key.split(".")) for key in keys]
    return frozenset(text for part in parts for text in (part.text(), *part.texts()) if text)


def _find_lateness(part: Section, rule: FieldRule, today: date) -> tuple[str, bool]:
    """Say what is wrong with a day, and whether only time made it so."""
    day, is_past = part.date(), rule.date == "past"
    if day is None:
        return "", False
    away = (today - day).days if is_past else (day - today).days
    if away < 0:
        return f"{'lies ahead' if is_past else 'has passed'} ({day})", not is_past
    if rule.at_most_days is not None and away > rule.at_most_days:
        return f"is {away} days {'ago' if is_past else 'ahead'} ({day}), more than {rule.at_most_days}", is_past
    return "", False
