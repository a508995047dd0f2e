"""The questions of a catalog, as its `copier.yml` writes them.

The rules are Copier's (`copier._user_data.Question`, 9.19).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pilotline.errors import CatalogError
from pilotline.template.answer_types import CASTS, Choice
from pilotline.template.snapshot import Snapshot

KNOWN_KEYS: Final = frozenset(
    {
        "ask",
        "choices",
        "default",
        "help",
        "multiline",
        "multiselect",
        "placeholder",
        "qmark",
        "secret",
        "type",
        "validator",
        "when",
    }
)
"""What Copier reads of a question; anything else it leaves aside without a word."""
_RESERVED: Final = frozenset({"now", "make_secret"})


class Question(NamedTuple):
    """One question of `copier.yml`, as it is written; texts may be templates."""

    name: str
    type: str
    has_default: bool
    default: object = None
    help: str = ""
    choices: object = ()
    multiselect: bool = False
    multiline: object = False
    placeholder: str = ""
    secret: bool = False
    validator: str = ""
    when: object = True


class Answered(NamedTuple):
    """One question with its answer at this point of the conversation."""

    question: Question
    value: object
    help: str
    choices: tuple[Choice, ...]
    asked: bool
    given: bool


def parse_questions(snapshot: Snapshot) -> tuple[Question, ...]:
    """Parse a catalog's questions in the order of the file.

    Raises:
        CatalogError: A question is of the wrong shape.
    """
    definition = snapshot.definition
    return tuple(
        _parse_question(name, data, name in definition.secret_questions) for name, data in definition.questions.items()
    )


def _parse_question(name: str, data: Mapping[str, object], secret: bool) -> Question:
    secret = secret or bool(data.get("secret"))
    if name in _RESERVED:
        raise CatalogError(f"copier.yml: a question cannot be called {name}.", "Choose another name.")
    if secret and "default" not in data:
        raise CatalogError(f"copier.yml: the secret question {name} has no default.", "Give it one.")
    default = data.get("default")
    implied = type(default).__name__
    type_name = str(data.get("type") or "") or (implied if implied in CASTS else "yaml")
    return Question(
        name=name,
        type=type_name,
        has_default="default" in data,
        default=default,
        help=str(data.get("help") or ""),
        choices=data.get("choices") or (),
        multiselect=bool(data.get("multiselect")),
        multiline=data.get("multiline", False),
        placeholder=str(data.get("placeholder") or ""),
        secret=secret,
        validator=str(data.get("validator") or ""),
        when=data.get("when", True),
    )


def open_names(snapshot: Snapshot) -> frozenset[str]:
    """Name the questions whose answers are recorded, and so may be shown: neither computed nor secret."""
    return frozenset(
        question.name for question in parse_questions(snapshot) if question.when is not False and not question.secret
    )
