"""Whether the pilots of a catalog can reach the first stage at all: judged on pilots that nobody has touched yet."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.authoring.known_verdicts import keep_verdict, name_content, recall_verdict
from pilotline.errors import PilotlineError
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import LintProblem
from pilotline.linting.run import LintVerdict, Progress, lint_catalog, unseen
from pilotline.pilot.stages import Stage
from pilotline.readiness.declared_checks import declared_checks
from pilotline.readiness.engine import Proofs
from pilotline.readiness.results import Grade, Result
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from pilotline.template.answers import resolve_answers
from pilotline.template.render import render

_NAMES: Final = ("", "ada@example.org", "@acme/analytics", "Head of Sales")
"""What people answer to questions of a free text, besides the defaults: a check may ask for a form of names."""
_FIX: Final = "Ask for it in a question of copier.yml, let a template bring it, or move the check to a later stage."


def examine_catalog(folder: Path, progress: Progress = unseen) -> LintVerdict:
    """Lint a catalog, and where that finds nothing judge fresh pilots of every architecture by its own checks.

    What was examined before, and has not changed since, is not examined again.

    Raises:
        CatalogError: There is no such folder.
    """
    name = name_content(folder)
    return recall_verdict(name) or keep_verdict(name, _examine(folder, progress))


def _examine(folder: Path, progress: Progress) -> LintVerdict:
    found = lint_catalog(folder, progress)
    return found if found.problems else LintVerdict(tuple(find_never_passed(Subject(folder))), found.cases)


def find_never_passed(subject: Subject) -> Iterator[LintProblem]:
    """Find the organisation's checks of the first stage that no fresh pilot of an architecture passes."""
    for architecture in subject.architectures or ("",):
        given = {subject.roles.call("architecture"): architecture} if architecture else {}
        judged = [_failures(subject, _named(subject, given, name)) for name in _NAMES]
        known = [failed for failed in judged if failed is not None]
        for name, message in (known[0] if known else {}).items():
            if all(name in failed for failed in known):
                kind = f"of {architecture} " if architecture else ""
                path, line = _place(subject, name)
                said = f"Every fresh pilot {kind}fails {name}: {message}"
                yield LintProblem(path, line, "fresh-pilot-fails", said, _FIX)


def _named(subject: Subject, given: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Answer with a name each question of a free text that takes it, and that asks for nothing more then."""
    answers = dict(given)
    for item in subject.asked if name else ():
        if isinstance(item.value, str) and not item.choices:
            more = {**answers, item.question.name: name}
            answers = answers if resolve_answers(subject.snapshot, more)[1] else more
    return answers


def _failures(subject: Subject, given: Mapping[str, object]) -> dict[str, str] | None:
    """Name the checks that keep a fresh pilot from the first stage, with why; None where there is no such pilot."""
    answers, problems = resolve_answers(subject.snapshot, given)
    if problems:
        return None
    try:
        files = {path: file.content for path, file in render(subject.snapshot, answers).items()}
    except PilotlineError:
        return None  # the rules about rendering say so
    repo = Repository.of(files, date.today(), CatalogOrigin())  # noqa: DTZ011 - the user's own day
    static = [check for check in declared_checks(repo) if check.card.grade is Grade.STATIC]
    return {result.card.id: result.message for result in run_checks(repo, static, proofs=Proofs()) if _blocks(result)}


def _blocks(result: Result) -> bool:
    return result.blocks() and result.stage is Stage.SANDBOX


def _place(subject: Subject, name: str) -> tuple[str, int]:
    """Find where a catalog declares a check."""
    for path, file in subject.tree.items():
        if path.endswith((".yml", ".yaml", ".jinja")):
            found = re.search(rf"(?m)^.*\bid: *[\"']?{name}\b", text := file.content.decode(errors="replace"))
            if found:
                return path, text.count("\n", 0, found.start()) + 1
    return subject.definition_path, 1
