"""Says the one command that comes next."""

import shlex
import sys
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from ..settings import PlatformSettings
    from .drafting import Draft

ANSWERS: Final = ".copier-answers.yml"


def next_step(settings: "PlatformSettings", drafted: "Draft", *, use: bool) -> str:
    """Apply it; then bring the shape's code; then measure the baseline; or run."""
    command, shape = settings.distribution, drafted.found.seen.shape
    if not use:
        return f"{command} {' '.join(map(shlex.quote, sys.argv[1:]))} --apply"
    if _shape_of_code(settings) != shape:
        return f"commit this, then `pilotline answers -d shape={shape}` brings the code for {shape}"
    if drafted.kpi is not None:
        return f"{command} baseline {drafted.kpi.kpi}"
    return f"{command} run"


def _shape_of_code(settings: "PlatformSettings") -> str:
    """Return for which shape the pilot has code; pilots before this question have that for events."""
    path = settings.root / ANSWERS
    answers = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return str(answers.get("shape", "events")) if isinstance(answers, dict) else "none"
