"""What the command `cases` does and says."""

from typing import Any

from ..bootstrap import build
from ..pipelines import collecting


def draft() -> dict[str, Any]:
    """Draft lines from what people asked and said."""
    parts = build()
    try:
        found = collecting.draft(parts)
    finally:
        parts.database.close()
    command = parts.settings.distribution
    said = [f"{found.new} drafted, {found.waiting} wait in {found.path}."]
    if found.waiting:
        said.append("In each line that you want: put the right place into sections, or form to unanswerable; look at")
        said.append(f"the words, which people wrote; set accepted to true. Then: {command} cases accept.")
    return {"new": found.new, "waiting": found.waiting, "path": str(found.path), "said": said}


def accept() -> dict[str, Any]:
    """Add what a person accepted to the questions."""
    parts = build()
    try:
        found = collecting.accept(parts)
    finally:
        parts.database.close()
    command = parts.settings.distribution
    said = [f"{found.added} added to {found.path}, {found.waiting} still wait."]
    if found.added:
        said.append(f"Look at the change, then: {command} freeze, {command} run.")
    return {"added": found.added, "waiting": found.waiting, "path": str(found.path), "said": said}
