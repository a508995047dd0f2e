"""Texts of a description that was drafted: what a manifest says taken for what it should be, and written as YAML.

A catalog includes descriptions in its questions, so nothing that a pilot says may be taken for template syntax there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import yaml

TO_FILL: Final = "To fill in"

_MARK: Final = re.compile(r"\{(?=[{%#])")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")


class _Writer(yaml.SafeDumper):
    """Writes every text that looks like template syntax between double quotes, where its marks can be escaped."""

    def ignore_aliases(self, data: object) -> bool:
        """Write what stands in two places twice, as people would."""
        del data
        return True


def _represent_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _MARK.search(text) else None)


_Writer.add_representer(str, _represent_text)


def write_yaml(data: Mapping[str, object]) -> str:
    """Write YAML in which nothing is template syntax."""
    text: str = yaml.dump(dict(data), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10**6)
    return _MARK.sub(r"\\x7b", text)


def write_description(data: Mapping[str, object]) -> str:
    """Write a description as YAML in which nothing is template syntax."""
    return "# Drafted from a pilot: look at each line, and fill in what is to be filled in.\n" + write_yaml(data)


def find_unfilled(value: object, place: str = "") -> Iterator[str]:
    """Name the places of a description that a person has to fill in."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from find_unfilled(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from find_unfilled(inner, f"{place}[{index}]")
    elif (value is None and place.startswith("kpi.")) or (isinstance(value, str) and TO_FILL in value):
        yield place


def text(value: object) -> str:
    """Take a text of a manifest; anything else is an empty one."""
    return value if isinstance(value, str) else ""


def word(value: object) -> str:
    """Take an id or a word of a manifest, which becomes a path or stands in a template as it is."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def number(value: object) -> float | None:
    """Take a number of a manifest as it is written; anything else is none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
