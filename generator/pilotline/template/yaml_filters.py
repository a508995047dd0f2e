"""The filters of templates that write and read YAML."""

import marshal
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from pilotline.documents.yaml_text import SafeLoader, YamlError, explain_yaml_error


def to_yaml(value: object, **options: object) -> str:
    """Write YAML, what is short on one line."""
    return _dump(value, {"default_flow_style": None, **options})


def to_nice_yaml(value: object, indent: int = 4, **options: object) -> str:
    """Write YAML for people, an entry a line."""
    return _dump(value, {"indent": indent, "default_flow_style": False, **options})


def _dump(value: object, options: Mapping[str, Any]) -> str:
    try:
        return _dump_plain(marshal.dumps(value), tuple(options.items()))  # type: ignore[arg-type]  # it refuses others
    except (TypeError, ValueError):  # it holds what is no plain value
        return _dump_anew(value, options)


@lru_cache(maxsize=256)
def _dump_plain(value: bytes, options: tuple[tuple[str, Any], ...]) -> str:
    """Write plain values once: most of what a catalog computes is the same for all of its pilots."""
    return _dump_anew(marshal.loads(value), dict(options))  # noqa: S302 - our own


def _dump_anew(value: object, options: Mapping[str, Any]) -> str:
    text: str = yaml.dump(value, Dumper=yaml.Dumper, allow_unicode=True, **options)
    return text


def from_yaml_all(text: object) -> object:
    """Read every document of a YAML text."""
    try:
        return list(yaml.load_all(text, Loader=SafeLoader)) if isinstance(text, str) else text
    except YamlError as error:
        raise ValueError(f"it is no YAML: {explain_yaml_error(error)}") from error
