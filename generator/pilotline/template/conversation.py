"""One pass over the questions of a catalog: casting, validating and computing.

The rules are Copier's (`copier._user_data.Question`, 9.19), with one difference in manners: every problem is
collected, so that a user mends all answers in one go.
"""

from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateError, UndefinedError

from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_known_yaml
from pilotline.errors import AnswerProblem, CatalogError
from pilotline.template.answer_types import CASTS, Choice, cast_bool, cast_to_choices, check_bool
from pilotline.template.copier_variables import own_answers, surroundings
from pilotline.template.environment import explain_template_error
from pilotline.template.questions import Answered, Question
from pilotline.template.snapshot import Snapshot


class _UnsetError(UndefinedError):
    """A default says by `UNSET` that there is none."""


class Round:
    """One pass over the questions: each sees the answers before it, as in Copier."""

    def __init__(
        self,
        snapshot: Snapshot,
        given: Mapping[str, object],
        required: frozenset[str],
        recorded: Mapping[str, object] | None = None,
    ) -> None:
        self._templating = snapshot.templating
        self._seen = {**surroundings(snapshot, "prompt"), "_external_data": own_answers(snapshot, recorded or {})}
        self._given = given
        self._required = required
        self.values: dict[str, object] = {}
        self.problems: list[AnswerProblem] = []

    def answer(self, question: Question) -> Answered | None:
        """Answer one question; None when it is off and has nothing to compute."""
        asked = cast_bool(self._render(question, question.when))
        if not asked and not self._has_default(question):
            return None
        given = asked and question.name in self._given
        choices = self._choices(question)
        type_name = str(self._render(question, question.type))
        if type_name not in CASTS:
            raise CatalogError(f"copier.yml: question {question.name} has the type {type_name!r}.", "Use a known one.")
        value = self._value(question, type_name, choices, given=given, asked=asked)
        self._seen[question.name] = self.values[question.name] = value
        help_text = str(self._render(question, question.help)).strip()
        return Answered(question, value, help_text, choices, asked, given)

    def _value(
        self, question: Question, type_name: str, choices: tuple[Choice, ...], *, given: bool, asked: bool
    ) -> object:
        if given:
            try:
                if type_name == "bool":
                    check_bool(self._given[question.name])
                value = cast_to_choices(self._given[question.name], type_name, choices, several=question.multiselect)
                self._validate(question, value)
            except ValueError as error:
                self.problems.append(AnswerProblem(question.name, str(error)))
            else:
                return value
        elif question.name in self._required:
            self.problems.append(AnswerProblem(question.name, self._describe(question, choices), missing=True))
        return self._default(question, type_name, choices, asked=asked, blamed=given)

    def _describe(self, question: Question, choices: tuple[Choice, ...]) -> str:
        """Say what a question asks, and what may be answered."""
        text = str(self._render(question, question.help)).strip() or "it has no default"
        allowed = ", ".join(str(choice.value) for choice in choices if not choice.disabled)
        return f"{text} ({allowed})" if allowed else text

    def _default(
        self, question: Question, type_name: str, choices: tuple[Choice, ...], *, asked: bool, blamed: bool
    ) -> object:
        if not self._has_default(question):
            if not blamed and question.name not in self._required:
                self.problems.append(AnswerProblem(question.name, "it has no default", missing=True))
            return None
        try:
            rendered = self._render(question, question.default)
            value = cast_to_choices(rendered, type_name, choices, several=question.multiselect)
            if asked and not question.secret:
                self._validate(question, value)
        except ValueError as error:
            if not asked and not self.problems:
                raise CatalogError(
                    f"copier.yml: {question.name} cannot be computed: {error}.", "Mend it, or the file that it reads."
                ) from error
            if not blamed:
                self.problems.append(AnswerProblem(question.name, str(error)))
            return None
        return value

    def _has_default(self, question: Question) -> bool:
        """Tell whether a question has a default now; a default that reads `UNSET` is none."""
        if not (question.has_default and isinstance(question.default, str) and "UNSET" in question.default):
            return question.has_default
        try:
            unset = StrictUndefined(name="UNSET", exc=_UnsetError)
            self._templating.render_text(question.default, {**self._seen, "UNSET": unset})
        except _UnsetError:
            return False
        return True

    def _validate(self, question: Question, value: object) -> None:
        """Run the catalog's own rule over a value.

        Raises:
            ValueError: The rule says what is wrong.
        """
        if not question.validator:
            return
        try:
            message = self._templating.render_text(question.validator, {**self._seen, question.name: value})
        except (TemplateError, TypeError, ValueError) as error:
            message = explain_template_error(error)
        if message.strip():
            raise ValueError(message.strip())

    def _choices(self, question: Question) -> tuple[Choice, ...]:
        choices = question.choices
        if isinstance(choices, str):
            choices = self._parse_choices(question, choices)
        pairs = list(choices.items()) if isinstance(choices, dict) else list(choices or ())  # type: ignore[call-overload]
        return tuple(self._choice(question, pair) for pair in pairs)

    def _parse_choices(self, question: Question, text: str) -> object:
        try:
            return parse_known_yaml(str(self._render(question, text)))
        except YamlError as error:
            reason = explain_yaml_error(error)
            raise CatalogError(
                f"copier.yml: the choices of {question.name} are no YAML ({reason}).",
                "Mend them, or the file that they are read from.",
            ) from error

    def _choice(self, question: Question, pair: object) -> Choice:
        if isinstance(pair, (tuple, list)) and len(pair) != 2:  # noqa: PLR2004 - a label and a value
            raise CatalogError(f"copier.yml: {question.name} has the choice {pair!r}.", "Write it as [label, value].")
        label, value = pair if isinstance(pair, (tuple, list)) else (pair, pair)
        disabled = ""
        if isinstance(pair, (tuple, list)) and isinstance(value, dict):
            if "value" not in value:
                raise CatalogError(f"copier.yml: {question.name} has the choice {label!r} without a value.", "Add it.")
            disabled = str(self._render(question, value.get("validator", "")))
            value = value["value"]
        return Choice(str(self._render(question, label)), self._render(question, value), disabled)

    def _render(self, question: Question, value: object) -> object:
        """Render a value of `copier.yml`, lists item by item; what is no text stays as it is."""
        if isinstance(value, list):
            return [self._render(question, item) for item in value]
        if not isinstance(value, str):
            return value
        try:
            return self._templating.render_text(value, self._seen)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            if self.problems:
                return ""
            reason = explain_template_error(error)
            raise CatalogError(f"copier.yml: question {question.name}: {reason}.", "Mend the question.") from error
