"""The record of an adopted repository: at which of the catalog's paths its own file stays.

It is a file of its own beside the answers, because Copier rewrites the answers file from the questions that it knows.
"""

from collections.abc import Iterable
from typing import Final

import yaml

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError
from pilotline.pilot.paths import TEAM_FILES

_KEY: Final = "team_files"
_HEAD: Final = """\
# The catalog has a file at each of these paths, and this repository has one of its own, which stays.
# Upgrades report what they skip. `pilotline adopt --take PATH` hands a path over to the catalog's merges.
"""


class RecordError(PilotlineError):
    """The record cannot be used."""


def parse_record(content: bytes, place: str = TEAM_FILES) -> frozenset[str]:
    """Parse the record into paths.

    Raises:
        RecordError: It is of another shape.
    """
    try:
        data = parse_mapping(content) or {}
    except (YamlError, UnicodeDecodeError):
        data = {}
    paths = data.get(_KEY)
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise RecordError(
            f"{place} cannot be read as a list of {_KEY}.", f"Restore it from an earlier commit: git log -- {place}"
        )
    return frozenset(paths)


def format_record(paths: Iterable[str]) -> bytes:
    """Write the record, one path a line."""
    listed = yaml.safe_dump({_KEY: sorted(paths)}, allow_unicode=True, width=4096)
    return f"{_HEAD}{listed}".encode()
