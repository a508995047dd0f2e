"""JSON as every parser reads it."""

import json
from collections.abc import Mapping
from math import isfinite


def json_text(data: object) -> str:
    """Write JSON for machines: what is no number in JSON, such as NaN in somebody's manifest, is null."""
    return json.dumps(_finite(data), ensure_ascii=False, indent=2, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value
