"""JSON as every parser reads it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite


def json_text(data: object) -> str:
    """Write JSON for machines: what is no number in JSON, such as NaN in somebody's manifest, is null."""
    return json.dumps(_finite(data), ensure_ascii=False, indent=2, allow_nan=False)


def json_pieces(head: Mapping[str, object], name: str, rows: Iterable[object]) -> Iterator[str]:
    """Write the same with a long list at its end, piece by piece, so that it need not be held as a whole.

    Args:
        head: The object without the list.
        name: The list's name.
        rows: What it holds.

    Yields:
        Text that is, put together, what `json_text` writes of the object with the list as its last field.
    """
    before, _, after = json_text({**head, name: []}).rpartition("[]")
    yield f"{before}["
    number = -1
    for number, row in enumerate(rows):
        text = json_text(row).replace("\n", "\n    ")
        yield f"{',' if number else ''}\n    {text}"
    yield f"{']' if number < 0 else f'{chr(10)}  ]'}{after}"


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value
