"""Values of a parsed manifest taken for what they should be; whatever is something else counts as not there."""

import datetime as dt
from collections.abc import Mapping


def as_mapping(value: object) -> Mapping[str, object]:
    """Take a mapping as one; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_mappings(value: object) -> tuple[Mapping[str, object], ...]:
    """Take the mappings of a list."""
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def as_number(value: object) -> float | None:
    """Take a number as one; anything else is none."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def as_text(value: object) -> str | None:
    """Take a text as one; anything else is none."""
    return value if isinstance(value, str) else None


def as_texts(value: object) -> tuple[str, ...]:
    """Take the items of a list as texts."""
    return tuple(map(str, value)) if isinstance(value, list) else ()


def with_dates_as_text(value: object) -> object:
    """Write dates as text, which they are to editors (YAML 1.2), quoted or not."""
    if isinstance(value, Mapping):
        return {key: with_dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value
