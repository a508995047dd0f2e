"""Turning what a user typed into the type that a question asks for, by Copier's rules.

Source of the rules: `copier._tools.cast_to_bool`, `cast_to_str` and `copier._user_data` of Copier 9.19.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import yaml

from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_known_yaml

_TRUE: Final = frozenset({"y", "yes", "t", "true", "on"})
_FALSE: Final = frozenset({"n", "no", "f", "false", "off", "~", "null", "none"})
_SHOWN: Final = 80


def cast_bool(value: object) -> bool:
    """Cast by numbers first, then by YAML's words, then by Python's truth."""
    try:
        return bool(float(value))  # type: ignore[arg-type]  # anything may come in; the error is the answer
    except (TypeError, ValueError):
        pass
    if isinstance(value, str):
        word = value.strip().lower()
        if not word or word in _FALSE:
            return False
        if word in _TRUE:
            return True
    return bool(value)


def cast_text(value: object) -> str:
    """Cast plain values to text.

    Raises:
        ValueError: The value is a list or a mapping.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise ValueError(f"{value!r} is not a text")


def _cast_float(value: object) -> float:
    return float(value)  # type: ignore[arg-type]  # float itself says what it cannot take


def _cast_int(value: object) -> int:
    return int(value)  # type: ignore[call-overload, no-any-return]  # int itself says what it cannot take


def _cast_yaml(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_known_yaml(value)
    except YamlError as error:
        raise ValueError(explain_yaml_error(error)) from error


def _cast_json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


CASTS: Final[Mapping[str, Callable[[object], object]]] = {
    "bool": cast_bool,
    "float": _cast_float,
    "int": _cast_int,
    "json": _cast_json,
    "path": str,
    "str": cast_text,
    "yaml": _cast_yaml,
}

TYPE_NAMES: Final[Mapping[str, str]] = {
    "bool": "yes or no",
    "float": "a number such as 12.5",
    "int": "a whole number",
    "json": "JSON",
    "path": "a path",
    "str": "a text",
    "yaml": "YAML",
}


def cast_answer(value: object, type_name: str) -> object:
    """Cast one answer.

    Raises:
        ValueError: The value has another type.
    """
    if value is None and type_name not in {"json", "yaml"}:
        raise ValueError("it is empty")
    try:
        return CASTS[type_name](value)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f" ({error})" if type_name in {"json", "yaml"} else ""
        raise ValueError(f"{_show(value)} is not {TYPE_NAMES[type_name]}{reason}") from error


def check_bool(value: object) -> None:
    """Refuse a text that a person cannot have meant as yes or no; Copier would take any text as yes.

    Raises:
        ValueError: It is neither a number nor one of YAML's words.
    """
    if isinstance(value, str) and value.strip().lower() not in _TRUE | _FALSE:
        try:
            float(value)
        except ValueError as error:
            raise ValueError(f"{_show(value)} is not {TYPE_NAMES['bool']}") from error


def _show(value: object) -> str:
    """Quote a value in a message, the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def split_yaml_list(text: str) -> list[str]:
    """Split the outermost list of a YAML text into raw items, so that each is cast by itself.

    Raises:
        ValueError: The text is no YAML list.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except YamlError as error:
        raise ValueError(f"{text!r} is not a list") from error
    if not isinstance(node, yaml.nodes.SequenceNode):
        raise ValueError(f"{text!r} is not a list such as [one, two]")
    return [_raw_item(text, item) for item in node.value]


def _raw_item(text: str, item: yaml.Node) -> str:
    raw: str = text[item.start_mark.index : item.end_mark.index].strip()
    quoted = len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'"
    is_text = isinstance(item, yaml.nodes.ScalarNode) and item.tag == "tag:yaml.org,2002:str"
    return raw[1:-1] if is_text and quoted else raw


class Choice(NamedTuple):
    """One selectable answer; a reason in `disabled` says why it cannot be chosen now."""

    label: str
    value: object
    disabled: str = ""


def cast_to_choices(value: object, type_name: str, choices: tuple[Choice, ...], *, several: bool) -> object:
    """Cast a value and hold it against the choices; where several may be chosen, keep the choices' own order.

    Raises:
        ValueError: It has another type, or is none of the choices.
    """
    if not several:
        return _cast_one(value, type_name, choices)
    items = _split_list(value) if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise ValueError(f"{value!r} is not a list such as [one, two]")
    chosen = [_cast_one(item, type_name, choices) for item in items]
    return [value for choice in choices if (value := cast_answer(choice.value, type_name)) in chosen]


def _split_list(text: str) -> list[str]:
    """Split a list as YAML writes it, or as people type it on a command line: `one,two`."""
    if text.strip() and text.strip()[0] not in "[-":
        return [part.strip() for part in text.split(",") if part.strip()]
    return split_yaml_list(text)


def _cast_one(value: object, type_name: str, choices: tuple[Choice, ...]) -> object:
    answer = cast_answer(value, type_name)
    if not choices:
        return answer
    allowed = [(choice, cast_answer(choice.value, type_name)) for choice in choices]
    for choice, candidate in allowed:
        if candidate == answer:
            if choice.disabled:
                raise ValueError(choice.disabled)
            return answer
    names = ", ".join(str(candidate) for choice, candidate in allowed if not choice.disabled)
    raise ValueError(f"{value!r} is none of the choices: {names}")
