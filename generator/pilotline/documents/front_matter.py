"""The data that a Markdown file may begin with, between two lines of dashes."""

import re
from typing import Final, NamedTuple

from pilotline.documents.yaml_text import parse_mapping

_FRONT: Final = re.compile(r"\A---[ \t]*\r?\n(?P<data>.*?)\r?\n---[ \t]*\r?\n(?P<body>.*)\Z", re.DOTALL)


class FrontMatter(NamedTuple):
    """A Markdown file in its two parts."""

    data: dict[str, object]
    body: str


def split_front_matter(text: str) -> FrontMatter | None:
    """Split a Markdown file; None where it begins with no data.

    Raises:
        yaml.YAMLError: What it begins with is no YAML.
    """
    found = _FRONT.match(text)
    return FrontMatter(parse_mapping(found["data"]) or {}, found["body"]) if found else None
