"""What a catalog's questions are for: data of its `copier.yml`, so that no question is known here by its name.

The computed answer `question_roles` says it; a template without one has none, and its questions are all alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from pilotline.template.snapshot import Snapshot

QUESTION: Final = "question_roles"
CALLED: Final = {
    "title": "what people call the pilot",
    "command": "its command, after which its folder is named as well",
    "architecture": "which reference architecture it is built on",
    "integrations": "which systems around it it is connected with",
    "stage": "up to which stage its files are there",
    "ci_provider": "where its continuous integration runs",
    "classification": "how confidential its data is",
    "personal_data": "whether there are people in it",
    "example": "which answers are still the example's, by name",
    "summary": "what it is to reach, in lines for whoever made it",
    "checks": "the commands that a pilot is checked with, quick and thorough ones",
}
"""The answers that pilotline itself reads, by what they say."""
_CUSTOMARY: Final = {
    "architecture": "architecture", "integrations": "integrations", "stage": "prepared_for", "checks": "pilot_checks",
}  # fmt: skip
"""What everybody calls them who says nothing else: the words of the commands."""


@dataclass(frozen=True)
class QuestionRoles:
    """Questions by what they are for."""

    one_by_one: tuple[str, ...] = ()
    """The wizard asks them first, in this order; all others stand on one screen."""
    only_where_open: tuple[str, ...] = ()
    """Of these, asked only where the answers before leave them open."""
    settled_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Not asked where one of these was given."""
    blank_beside: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Offered without their default beside these answers, to which the example's is none."""
    unoffered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Answers that the wizard does not offer: what pilots of before have, and a flag may still say."""
    outcome: tuple[str, ...] = ()
    """What nobody but the pilot's owner can answer: given, or asked for; a default is no answer."""
    named_after_folder: tuple[str, ...] = ()
    """Suggested by the folder that a pilot shall lie in."""
    fixed: tuple[str, ...] = ()
    """What a pilot is built on: never changed afterwards."""
    combined: tuple[str, ...] = ()
    """The catalog is tried out with every combination of their choices; of several to tick none, each and all."""
    paired: tuple[str, ...] = ()
    """Pilots are tested with every two of their choices; of several to tick, each is ticked or not."""
    sibling_own: tuple[str, ...] = ()
    """What a sibling cannot have from its model: with these it would be the same pilot."""
    sibling_new: tuple[str, ...] = ()
    """What a sibling does not take from its model either, and has a default for."""
    sibling_differs: tuple[str, ...] = ()
    """What has to differ between siblings."""
    sibling_begins: Mapping[str, object] = field(default_factory=dict)
    """What a sibling begins with, where its model does not say it."""

    called: Mapping[str, str] = field(default_factory=dict)
    """What this catalog calls the answers, asked or computed, that pilotline reads: see `CALLED`."""

    def names(self) -> Iterator[tuple[str, str]]:
        """Name every question that is asked and has a role, with the role."""
        for role in fields(self):
            if role.name != "called":
                yield from ((role.name, name) for name in getattr(self, role.name))

    def call(self, what: str) -> str:
        """Give the name of an answer in this catalog; empty where it has none of that kind."""
        return self.called.get(what, _CUSTOMARY.get(what, ""))


def role_data(snapshot: Snapshot) -> Mapping[str, object]:
    """Give the roles as the catalog writes them."""
    written = snapshot.definition.questions.get(QUESTION, {}).get("default")
    return {str(key): value for key, value in written.items()} if isinstance(written, dict) else {}


def read_roles(snapshot: Snapshot) -> QuestionRoles:
    """Read what a catalog says that its questions are for; what is of another shape says nothing."""
    data = role_data(snapshot)
    return QuestionRoles(
        one_by_one=_texts(data.get("one_by_one")),
        only_where_open=_texts(data.get("only_where_open")),
        outcome=_texts(data.get("outcome")),
        named_after_folder=_texts(data.get("named_after_folder")),
        fixed=_texts(data.get("fixed")),
        combined=_texts(data.get("combined")),
        paired=_texts(data.get("paired")),
        sibling_own=_texts(data.get("sibling_own")),
        sibling_new=_texts(data.get("sibling_new")),
        sibling_differs=_texts(data.get("sibling_differs")),
        settled_by={name: _texts(value) for name, value in _mapping(data.get("settled_by")).items()},
        unoffered={name: _texts(value) for name, value in _mapping(data.get("unoffered")).items()},
        blank_beside={name: _mapping(value) for name, value in _mapping(data.get("blank_beside")).items()},
        sibling_begins=_mapping(data.get("sibling_begins")),
        called={name: str(value) for name, value in _mapping(data.get("called")).items()},
    )


def said(values: Mapping[str, object], what: str) -> object:
    """Give the answer of a kind (see `CALLED`) among a full set; None where the catalog has none."""
    roles = values.get(QUESTION)
    called = _mapping(_mapping(roles).get("called"))
    name = called.get(what, _CUSTOMARY.get(what, ""))
    return values.get(str(name))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
