"""Reading YAML fast and safely: libyaml where it is there, plain values only."""

import pickle
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import yaml

YamlError: Final = yaml.YAMLError

_LONGEST_TOLD: Final = 80
_Loader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SafeLoader(_Loader):  # type: ignore[misc, valid-type]  # which class it is depends on the installation
    """Plain values only, read by the C library where it is there; a value that is none of its kind names its place."""


def _told(
    construct: Callable[[yaml.SafeLoader, yaml.Node], object], kind: str
) -> Callable[[yaml.SafeLoader, yaml.Node], object]:
    """Make a constructor of a library say in its own way what Python says of a value, such as of 30 February."""

    def construct_or_tell(loader: yaml.SafeLoader, node: yaml.Node) -> object:
        try:
            return construct(loader, node)
        except (ValueError, KeyError, OverflowError, TypeError, AttributeError) as error:
            why = "" if isinstance(error, KeyError) else f": {_shortened(str(error))}"
            told = f"{_shortened(repr(node.value))} is no {kind}{why}"
            raise yaml.constructor.ConstructorError(None, None, told, node.start_mark) from error

    return construct_or_tell


def _shortened(text: str) -> str:
    """Keep a sentence readable, whatever a file holds."""
    return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1]}…"


for _tag, _kind in {"bool": "truth", "int": "whole number", "float": "number", "timestamp": "date or time"}.items():
    SafeLoader.add_constructor(
        f"tag:yaml.org,2002:{_tag}", _told(_Loader.yaml_constructors[f"tag:yaml.org,2002:{_tag}"], _kind)
    )

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


def parse_documents(text: str | bytes) -> tuple[object, ...]:
    """Parse a stream of YAML documents, as manifests of clusters are, into plain values.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    try:
        documents = tuple(yaml.load_all(text, Loader=SafeLoader))  # a safe loader, whatever its name
        for document in documents:
            _count_values(document, {})
    except RecursionError as error:
        raise YamlError("it is nested too deeply") from error
    return documents


def parse_known_yaml(text: str) -> object:
    """Parse a text that comes again and again; whoever asks gets values of its own.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    try:
        return pickle.loads(_parse_once(text))  # noqa: S301 - our own
    except RecursionError:  # what is written down may be nested less deeply than what is parsed
        return parse_yaml(text)


@lru_cache(maxsize=256)
def _parse_once(text: str) -> bytes:
    return pickle.dumps(parse_yaml(text), protocol=pickle.HIGHEST_PROTOCOL)


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
