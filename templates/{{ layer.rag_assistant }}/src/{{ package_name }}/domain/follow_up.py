"""Questions that follow others, whose right place is known, so that it can be judged how they are understood."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FollowUp:
    """A question that follows others, or begins something else after them, with the sections that answer it."""

    id: str
    earlier: tuple[str, ...]
    text: str
    sections: tuple[tuple[str, str], ...]  # document, beginning of the section's heading
    held_back: bool

    def is_right(self, document: str, section: str) -> bool:
        """Tell whether a section is one that answers it: `Article 1` is not `Article 12`."""
        return any(document == wanted and _begins(section, start) for wanted, start in self.sections)


def _begins(section: str, start: str) -> bool:
    return section == start or (section.startswith(start) and not section[len(start)].isalnum())
