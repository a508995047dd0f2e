"""What people ask, and questions whose right answer is known, so that answers can be judged."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Asked:
    """A question of a person, with what the person asked before in the same conversation."""

    text: str
    person: str | None = None
    earlier: tuple[str, ...] = ()


class Form(StrEnum):
    """How a question of the evaluation is put."""

    PLAIN = "plain"  # in the words of the documents
    PARAPHRASED = "paraphrased"  # in other words
    SITUATION = "situation"  # about a detail, or out of a situation
    UNANSWERABLE = "unanswerable"


@dataclass(frozen=True)
class Case:
    """A question of the evaluation: what answers it stands in these sections; none where nothing does."""

    id: str
    text: str
    form: Form
    topic: str
    sections: tuple[tuple[str, str], ...]  # document, beginning of the section's heading
    held_back: bool
    person: str | None = None

    @property
    def answerable(self) -> bool:
        """Tell whether the documents answer it."""
        return bool(self.sections)

    def is_right(self, document: str, section: str) -> bool:
        """Tell whether a section is one that answers it: `Article 1` is not `Article 12`."""
        return any(document == wanted and _begins(section, start) for wanted, start in self.sections)


def _begins(section: str, start: str) -> bool:
    return section == start or (section.startswith(start) and not section[len(start)].isalnum())
