"""Changing one value of a YAML file as a person does: every other byte, comments included, stays as it is.

What came out is read again, so that a file of an unusual form is refused and never spoiled.
"""

import json
from collections.abc import Mapping
from typing import Final

import yaml

from pilotline.documents.positions import Key, compose
from pilotline.documents.yaml_text import YamlError, parse_yaml

_STEP: Final = "  "


class RewritingError(ValueError):
    """A file has a form in which the value cannot be changed without touching anything else."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


def set_scalar(text: str, keys: tuple[Key, ...], value: str) -> str:
    """Put a text in the place of one value.

    Raises:
        RewritingError: There is no such value, or it cannot be changed alone.
    """
    node = _find(text, keys)
    if not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        raise RewritingError(f"{_name(keys)} is no plain value")
    lines, start, end = text.split("\n"), node.start_mark, node.end_mark
    before, after = lines[start.line][: start.column], lines[end.line][end.column :]
    lines[start.line : end.line + 1] = [f"{before}{_scalar(value)}{after}"]
    expected = _parse(text)
    _replace(expected, keys, value)
    return _checked("\n".join(lines), expected, keys)


def append_item(text: str, key: str, item: Mapping[str, object]) -> str:
    """Add an item at the end of a list, which is the last part of its file.

    Raises:
        RewritingError: There is no such list, it is not the last part, or is not written in lines of its own.
    """
    node = _find(text, (key,))
    expected = _parse(text)
    listed = expected.get(key) if isinstance(expected, dict) else None
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not isinstance(listed, list):
        raise RewritingError(f"{key} is no list with a line for each item")
    indent = " " * node.start_mark.column
    listed.append(dict(item))
    return _checked(f"{text.rstrip()}\n{format_item(item, indent)}", expected, (key,))


def add_section(text: str, key: str, content: Mapping[str, object]) -> str:
    """Add a part of its own at the end of a file.

    Raises:
        RewritingError: There is one already, or the file takes none.
    """
    expected = _parse(text)
    if not isinstance(expected, dict) or key in expected:
        raise RewritingError(f"there is a part {key} already" if isinstance(expected, dict) else "it holds no names")
    lines = "".join(f"{_STEP}{name}: {_scalar(value)}\n" for name, value in content.items())
    expected[key] = dict(content)
    return _checked(f"{text.rstrip()}\n\n{key}:\n{lines}", expected, (key,))


def format_item(item: Mapping[str, object], indent: str) -> str:
    """Write an item of a list, a line for each of its values."""
    lines = [f"{name}: {_scalar(value)}\n" for name, value in item.items()]
    return f"{indent}- " + f"{indent}{_STEP}".join(lines)


def _scalar(value: object) -> str:
    """Write a value on one line, plainly where YAML reads it back as the same text."""
    if isinstance(value, str) and value.isidentifier() and parse_yaml(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _find(text: str, keys: tuple[Key, ...]) -> yaml.Node | None:
    node = _compose(text)
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        else:
            return None
    return node


def _compose(text: str) -> yaml.Node | None:
    try:
        return compose(text)
    except YamlError as error:
        raise RewritingError("it is no YAML") from error


def _parse(text: str) -> object:
    try:
        return parse_yaml(text)
    except YamlError as error:
        raise RewritingError("it is no YAML") from error


def _replace(data: object, keys: tuple[Key, ...], value: str) -> None:
    for key in keys[:-1]:
        data = _part(data, key)
    last = keys[-1]
    if isinstance(data, dict):
        data.update({last: value})
    elif isinstance(data, list) and isinstance(last, int):
        data[last] = value


def _part(data: object, key: Key) -> object:
    if isinstance(data, list):
        return data[key] if isinstance(key, int) else None
    return data.get(key) if isinstance(data, dict) else None


def _checked(text: str, expected: object, keys: tuple[Key, ...]) -> str:
    if _parse(text) != expected:
        raise RewritingError(f"{_name(keys)} cannot be changed without touching something else")
    return text


def _name(keys: tuple[Key, ...]) -> str:
    return ".".join(map(str, keys))
