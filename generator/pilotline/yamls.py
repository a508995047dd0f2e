"""Reading YAML fast and safely: libyaml where it is there, plain values only."""

from typing import Final

import yaml

YamlError: Final = yaml.YAMLError

SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Plain values only; the C one where it is there."""


def parse_yaml(text: str | bytes) -> object:
    """Parse one YAML document into plain values.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    return yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a safe loader, whatever its name


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
