"""Reading YAML fast and safely: libyaml where it is there, plain values only."""

from typing import Final

import yaml

YamlError: Final = yaml.YAMLError

SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Plain values only; the C one where it is there."""

_MOST_VALUES: Final = 1_000_000


def parse_yaml(text: str | bytes) -> object:
    """Parse one YAML document into plain values.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    try:
        data = yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a safe loader, whatever its name
        _count_values(data, {})
    except RecursionError as error:
        raise YamlError("it is nested too deeply") from error
    return data


def _count_values(value: object, known: dict[int, int]) -> int:
    """Count the values that a document stands for once its aliases are written out.

    Raises:
        yaml.YAMLError: They are too many, or never end.
    """
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = _MOST_VALUES + 1  # what it counts for inside itself
        items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count_values(item, known) for item in items)
    if known[id(value)] > _MOST_VALUES:
        raise YamlError("its aliases stand for too much")
    return known[id(value)]


def explain_yaml_error(error: yaml.YAMLError) -> str:
    """Say in one line where a text stops being YAML, and why."""
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    return place + str(getattr(error, "problem", None) or str(error).splitlines()[0])


def parse_mapping(text: str | bytes) -> dict[str, object] | None:
    """Parse a YAML mapping with text keys; None when the document is something else.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    data = parse_yaml(text)
    if not isinstance(data, dict):
        return None
    return {str(key): value for key, value in data.items()}
