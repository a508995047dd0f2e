"""What repo-review finds, asked in a worker: one plug-in that raises ends a run of it."""

import importlib
import json
from pathlib import Path
from typing import Final

_FIELDS: Final = ("name", "description", "result", "err_msg", "url", "skip_reason")


def review(folder: str) -> list[dict[str, object]]:
    """Run every installed plug-in, and give what it found as plain values."""
    processor = importlib.import_module("repo_review.processor")
    found = processor.process(Path(folder)).results
    rows: list[dict[str, object]] = json.loads(
        json.dumps([{field: getattr(result, field, None) for field in _FIELDS} for result in found])
    )
    return rows
