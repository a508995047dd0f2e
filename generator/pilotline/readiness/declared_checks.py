"""The organisation's own checks, written as data in its catalog and carried by each pilot.

One rule per check: a file exists, a field or several (or each of many) hold what is asked, a text matches or must not
occur, a command succeeds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.stages import STAGES, Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, Tools
from pilotline.readiness.field_checks import CheckOfCard, FieldCheck
from pilotline.readiness.field_rules import FieldRule, mistakes_of
from pilotline.readiness.registry import FAMILIES
from pilotline.readiness.results import Card, Effort, Grade, Problem, Severity
from pilotline.readiness.view.pilot_view import Repository

_SECONDS: Final = 5.0
"""What the pattern of one check may take over all files of a pilot: a pattern can run for longer than anybody lives."""
_ID: Final = re.compile(r"[A-Z]{3}[0-9]{3}")
_RULES: Final = ("file", "field", "fields", "text", "command")
UNNAMED: Final = "ORG000"


def declared_checks(repo: Repository) -> tuple[Check, ...]:
    """Make the checks that the organisation's file declares; one that is wrong becomes a check that says so."""
    return tuple(_declare(entry) for entry in repo.organisation.items("checks"))


def _declare(entry: Section) -> Check:
    problems = list(_mistakes(entry))
    if problems:
        return _Mistaken(_card(entry, Grade.STATIC), "; ".join(problems))
    if entry.has("command"):
        return _DeclaredCommand(_card(entry, Grade.EXECUTED), entry)
    if asked := _asked(entry):
        return FieldCheck(_card(entry, Grade.STATIC), [FieldRule.of(each) for each in asked])
    return _DeclaredRule(_card(entry, Grade.STATIC), entry)


def _asked(entry: Section) -> tuple[Section, ...]:
    """Give what a declaration asks of fields: one thing, or several."""
    return (entry.at("field"),) if entry.has("field") else entry.items("fields")


def _mistakes(entry: Section) -> Iterator[str]:
    """Find what keeps a declaration from being a check, all at once."""
    name = entry.text("id")
    if not _ID.fullmatch(name):
        yield f"id is {name or 'missing'}; it is three capital letters and three digits"
    elif name[:3] in FAMILIES:
        yield f"the family {name[:3]} is built in; choose three other letters"
    yield from (f"{key} is missing" for key in ("title", "advice") if not entry.text(key))
    for key, known in (("stage", STAGES), ("severity", list(Severity)), ("effort", list(Effort))):
        if entry.has(key) and entry.text(key) not in known:
            yield f"{key} is {entry.text(key)}; it may be {', '.join(known)}"
    rules = [rule for rule in _RULES if entry.has(rule)]
    if len(rules) != 1:
        yield f"it needs exactly one rule of {', '.join(_RULES)}"
    else:
        yield from _rule_mistakes(entry, rules[0])


def _rule_mistakes(entry: Section, rule: str) -> Iterator[str]:
    if rule == "fields" and not _asked(entry):
        yield "fields is a list"
    if rule in {"field", "fields"}:
        yield from (mistake for asked in _asked(entry) for mistake in mistakes_of(asked))
    if rule == "command" and not entry.texts("command"):
        yield "command is a list of words"
    if rule == "text":
        patterns = [entry.text("text", kind) for kind in ("matches", "forbids") if entry.has("text", kind)]
        if len(patterns) != 1 or not entry.text("text", "file"):
            yield "text needs file, and either matches or forbids"
        yield from (f"the pattern {pattern} is none" for pattern in patterns if not _compiles(pattern))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _card(entry: Section, grade: Grade) -> Card:
    """Read what is known about a declared check; what is wrong in it has a default here and is told elsewhere."""
    name = entry.text("id")
    severity, effort = entry.text("severity"), entry.text("effort")
    return Card(
        id=name if _ID.fullmatch(name) and name[:3] not in FAMILIES else UNNAMED,
        title=entry.text("title") or "A check of the organisation",
        why=entry.text("why") or "The organisation asks for it.",
        stage=STAGES.get(entry.text("stage"), Stage.SANDBOX),
        severity=Severity(severity) if severity in list(Severity) else Severity.ERROR,
        grade=grade,
        source=entry.text("source") or "The organisation's checks",
        effort=Effort(effort) if effort in list(Effort) else Effort.HOURS,
        advice=entry.text("advice") or "Ask the owner of the catalog.",
        example=entry.text("example"),
        applies_from=entry.date("applies_from"),
    )


class _Mistaken(CheckOfCard):
    """A declaration that is no check: it ends in an error, so that nobody takes it for passed."""

    def __init__(self, card: Card, problem: str) -> None:
        super().__init__(card)
        self._problem = problem

    def find(self, repo: Repository) -> Iterable[Problem]:
        """Say what is wrong with the declaration.

        Raises:
            ValueError: Always.
        """
        del repo
        raise ValueError(f"{self._problem} (templates/_organisation/checks.yml of the catalog)")


class _DeclaredRule(CheckOfCard):
    """A rule that is read from files."""

    def __init__(self, card: Card, entry: Section) -> None:
        super().__init__(card)
        self._entry = entry

    def find(self, repo: Repository) -> Iterable[Problem]:
        """Apply the one rule of the declaration."""
        if self._entry.has("file"):
            return _file_problems(repo, self._entry.text("file"))
        return _text_problems(repo, self._entry.at("text"), f"Looking for the text of {self.card.id}")


def _file_problems(repo: Repository, pattern: str) -> list[Problem]:
    return [] if any(fnmatch(path, pattern) for path in repo.files) else [Problem(f"There is no {pattern}")]


def _text_problems(repo: Repository, rule: Section, what: str) -> list[Problem]:
    """Look for a text; a worker does it, because the expression is somebody else's and may never end."""
    if not rule:
        return []
    texts = {path: repo.text(path) for path in repo.files if fnmatch(path, rule.text("file"))}
    wanted = rule.text("matches" if rule.has("matches") else "forbids")
    from pilotline.template.limits import limited  # noqa: PLC0415 - few organisations ask for patterns

    found = limited(what, _search, wanted, texts, seconds=_SECONDS)
    if rule.has("matches"):
        return [] if found else [Problem(f"{rule.text('file')} does not say {wanted}")]
    return [Problem(f"{path} holds {text}", Location(path, line)) for path, (text, line) in found.items()]


def _search(expression: str, texts: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Find an expression in some texts: what it found in each first, and in which line."""
    wanted = re.compile(expression, re.MULTILINE)
    matches = ((path, text, wanted.search(text)) for path, text in texts.items())
    return {path: (match[0], text.count("\n", 0, match.start()) + 1) for path, text, match in matches if match}


class _DeclaredCommand(CheckOfCard, ExecutedCheck):
    """A command that succeeds."""

    def __init__(self, card: Card, entry: Section) -> None:
        super().__init__(card)
        self._words = entry.texts("command")
        self._network = entry.flag("needs_network") is True

    @property
    def needs_network(self) -> bool:  # type: ignore[override]
        """Whether it is left out offline."""
        return self._network

    def find(self, repo: Repository) -> Iterable[Problem]:
        """There is nothing to see without running it."""
        del repo
        return ()

    def command(self, repo: Repository) -> str:
        """Name the command."""
        del repo
        return " ".join(self._words)

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        """Run it."""
        del repo
        output = tools.run(self._words)
        lines = [line for line in f"{output.out}\n{output.err}".splitlines() if line.strip()]
        return {"code": output.code, "said": lines[-1][:200] if lines else ""}

    def judge(self, measured: Measured) -> Iterable[Problem]:
        """Only exit code 0 is success."""
        code, said = measured.get("code"), measured.get("said")
        return [] if code == 0 else [Problem(f"`{' '.join(self._words)}` ended with {code}: {said}")]
