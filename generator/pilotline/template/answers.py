"""A full set of answers for a catalog: resolved, and accepted only without problems; all without a screen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pilotline.errors import AnswerProblem, AnswersError, UnsupportedTemplateError
from pilotline.files.tree import Tree
from pilotline.template.confinement import confined
from pilotline.template.questions import Answered, Question, open_names, parse_questions
from pilotline.template.snapshot import Snapshot

_RECORDABLE: Final = (dict, list, str, int, float, bool, type(None))
"""What Copier writes into an answers file; a date, say, is computed anew each time."""
UNASKED_HINT: Final = "Leave it out, or change the answers that turn its question off."
_SET_HINT: Final = "Set them with -d KEY=VALUE, or in a file with --answers FILE."
_EXAMPLE_HINT: Final = "Or look at the complete example first: --defaults."


@dataclass(frozen=True)
class Answers:
    """A full set of answers: what is recorded in the pilot, and what templates see besides."""

    recorded: Mapping[str, object]
    values: Mapping[str, object]
    questions: tuple[Answered, ...] = field(default=(), repr=False)
    given: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What they were resolved from."""
    rendered: Tree | None = field(default=None, repr=False)
    """The files, where Copier itself had to answer and so rendered too."""

    def choices(self, name: str) -> tuple[str, ...]:
        """Name what a question offers beside these answers; nothing where it has no choices."""
        found = next((item for item in self.questions if item.question.name == name), None)
        return tuple(str(choice.value) for choice in found.choices if not choice.disabled) if found else ()


def resolve_answers(
    snapshot: Snapshot,
    given: Mapping[str, object],
    *,
    required: Iterable[str] = (),
    recorded: Mapping[str, object] | None = None,
) -> tuple[Answers, tuple[AnswerProblem, ...]]:
    """Answer every question from what is given and from the defaults.

    Args:
        snapshot: The catalog whose questions are answered.
        given: Answers by name, as text or already typed.
        required: Questions whose default is no answer.
        recorded: What the pilot recorded before this; nothing for a new one.

    Returns:
        The answers, with the default in the place of one with a problem, and every problem found.

    Raises:
        CatalogError: The catalog's own questions are wrong.
    """
    what, known = "Answering the catalog's questions", dict(recorded or {})
    try:
        return confined(what, _answer_all, snapshot, dict(given), frozenset(required), known)
    except UnsupportedTemplateError:
        return _resolve_with_copier(snapshot, given, _unknown_names(given, parse_questions(snapshot)))


def _answer_all(
    snapshot: Snapshot, given: dict[str, object], required: frozenset[str], recorded: dict[str, object]
) -> tuple[Answers, tuple[AnswerProblem, ...]]:
    """Answer one question after the other; a problem is told before what only Copier could go on with."""
    from pilotline.template.conversation import Round  # noqa: PLC0415 - where a worker answers, only it needs Jinja

    questions = parse_questions(snapshot)
    unknown = _unknown_names(given, questions)
    round_ = Round(snapshot, given, required, recorded)
    try:
        answered = [round_.answer(question) for question in questions]
    except UnsupportedTemplateError:
        if round_.problems:
            return Answers({}, {}, given=dict(given)), (*unknown, *round_.problems)
        raise
    kept = tuple(item for item in answered if item is not None)
    return Answers(_to_record(kept), dict(round_.values), kept, dict(given)), (*unknown, *round_.problems)


def _to_record(answered: Iterable[Answered]) -> dict[str, object]:
    """Choose what a pilot keeps: what was asked, is no secret, and can be written down."""
    return {
        item.question.name: item.value
        for item in answered
        if item.asked and not item.question.secret and isinstance(item.value, _RECORDABLE)
    }


def _resolve_with_copier(
    snapshot: Snapshot, given: Mapping[str, object], unknown: Sequence[AnswerProblem]
) -> tuple[Answers, tuple[AnswerProblem, ...]]:
    """Let Copier answer what only Copier can, and keep the files that it rendered on the way."""
    from pilotline.template.copier_fallback import render_with_copier  # noqa: PLC0415 - few catalogs need it

    try:
        outcome = render_with_copier(snapshot, given)
    except AnswersError as error:
        return Answers({}, {}, given=dict(given)), (*unknown, *error.problems)
    return Answers(outcome.recorded, outcome.values, (), dict(given), outcome.tree), tuple(unknown)


def find_unasked(snapshot: Snapshot, answers: Answers, names: Iterable[str]) -> tuple[AnswerProblem, ...]:
    """Find the answers that nothing would come of: a value that is not recorded would be lost at the next upgrade."""
    asked = {item.question.name for item in answers.questions if item.asked}
    used = asked or {name for name, value in answers.values.items() if not isinstance(value, _RECORDABLE)}
    return tuple(
        AnswerProblem(name, "it is not asked beside these answers, so it cannot be set")
        for name in names
        if name not in used and name not in answers.recorded and name in open_names(snapshot)
    )


def accept_answers(snapshot: Snapshot, given: Mapping[str, object], *, required: Iterable[str] = ()) -> Answers:
    """Resolve answers and refuse them all together when any has a problem.

    Raises:
        AnswersError: Answers are missing, unknown, of a wrong type, or refused by the catalog.
    """
    answers, problems = resolve_answers(snapshot, given, required=required)
    if problems:
        raise AnswersError(problems, f"{_SET_HINT} {_EXAMPLE_HINT}" if required else _SET_HINT)
    return answers


def _unknown_names(given: Mapping[str, object], questions: tuple[Question, ...]) -> list[AnswerProblem]:
    known = [question.name for question in questions if question.when is not False]
    problems = []
    for name in given:
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

            near = get_close_matches(name, known, n=1)
            guess = f"did you mean {near[0]}?" if near else f"the questions are {', '.join(known)}"
            problems.append(AnswerProblem(name, f"there is no such question; {guess}"))
    return problems
