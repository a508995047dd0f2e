"""What the last evaluation said, beside the documents that it was about: the file that answers go by."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Standing:
    """Whether the assistant has earned its place, from which fit on it answers, and on which documents."""

    passed: bool
    threshold: float
    state: str
    run_id: str
    reasons: tuple[str, ...]


class StandingFile:
    """Keeps it below var/."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Standing | None:
        """Read it; None before the first evaluation, and where it cannot be read."""
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            said["reasons"] = tuple(said["reasons"])
            return Standing(**said)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, standing: Standing) -> None:
        """Replace it at once, so that nobody reads half of it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(standing)), encoding="utf-8")
        draft.replace(self._path)

    def forget(self) -> None:
        """Forget it: it was about other documents."""
        self._path.unlink(missing_ok=True)
