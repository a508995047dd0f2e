"""Checks that the organisation lowers to a warning: its own decision, which no pilot can take for it.

The list comes with the file that the catalog renders into each pilot. A file that is not as the catalog made it lowers
nothing; where the catalog cannot be had, the list counts, and the verdict says that nobody could compare it.
"""

from dataclasses import field
from typing import NamedTuple

from pilotline.documents.section import Location
from pilotline.readiness.view.pilot_view import Repository


class Lowering(NamedTuple):
    """The checks that warn instead of fail, and what is to be said about the list."""

    checks: tuple[str, ...] = ()
    message: str = ""
    location: Location = field(default_factory=Location)


def read_lowering(repo: Repository) -> Lowering:
    """Read which checks the organisation lowered."""
    section = repo.organisation.at("lowered")
    listed, path = repo.organisation.texts("lowered"), repo.organisation.source.path
    as_rendered = repo.is_as_rendered(path)
    if as_rendered is False:
        what = f"{path} is not as the catalog made it"
        lost = f", so {', '.join(listed)} still block" + ("s" if len(listed) == 1 else "") if listed else ""
        return Lowering((), f"{what}: only the organisation lowers checks or changes its own{lost}", section.place())
    if listed and as_rendered is None:
        named = f"{', '.join(listed)} only warn{'s' if len(listed) == 1 else ''}"
        message = f"{named}, by {path}, which cannot be compared with the catalog here; `pilotline diff` fetches it"
        return Lowering(listed, message, section.place())
    return Lowering(listed)
