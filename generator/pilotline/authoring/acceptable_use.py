"""What an organisation says of uses of AI: whether it is its own decision yet, and the page that employees read."""

from pathlib import Path
from typing import Final

from pilotline.catalog.working_copy import load_working_copy
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.pilot.paths import ACCEPTABLE_USE
from pilotline.rules.plain import as_mapping
from pilotline.template.answers import accept_answers
from pilotline.template.render import render

POLICIES: Final = "templates/_organisation/policies.yml"


def are_uses_the_example(folder: Path) -> bool:
    """Tell whether a catalog's acceptable uses are still the example's; what cannot be read is for lint to say."""
    try:
        policies = parse_mapping((folder / POLICIES).read_bytes()) or {}
    except (OSError, YamlError, UnicodeDecodeError):
        return False
    return as_mapping(policies.get("acceptable_use")).get("example") is True


def read_page(folder: Path) -> bytes:
    """Give the page on acceptable uses as every pilot of a catalog gets it.

    Raises:
        CatalogError: There is no catalog, or its policies say nothing of uses.
    """
    snapshot = load_working_copy(folder)
    page = render(snapshot, accept_answers(snapshot, {})).get(ACCEPTABLE_USE)
    if page is None:
        raise CatalogError(
            f"{folder} says nothing of acceptable uses.",
            f"Write `acceptable_use:` into its {POLICIES}.",
        )
    return page.content
