"""Says the one command that comes next."""

import shlex
import sys
from typing import TYPE_CHECKING

from .example import shape_of_code, starts_own

if TYPE_CHECKING:
    from ..settings import PlatformSettings
    from .drafting import Draft


def next_step(settings: "PlatformSettings", drafted: "Draft", *, use: bool) -> str:
    """Apply it; then bring the shape's code; then measure the baseline; or run."""
    command, shape = settings.distribution, drafted.found.seen.shape
    if not use:
        return f"{command} {' '.join(map(shlex.quote, sys.argv[1:]))} --apply"
    code = shape_of_code(settings)
    if code != shape:
        return _bring(settings, code, shape)
    if drafted.kpi is not None:
        days = " --from DAY --to DAY" if "$since" in drafted.kpi.sql else ""
        return f"{command} baseline {drafted.kpi.kpi}{days}"
    return f"{command} run"


def _bring(settings: "PlatformSettings", code: str, shape: str) -> str:
    """Say how the code for the shape arrives: by a merge, once no code for another shape is in its place."""
    arrives = f"`pilotline answers -d shape={shape}` brings the code for {shape}"
    if (settings.root / "src" / settings.distribution.replace("-", "_") / "domain").is_dir():
        return (
            f"the code in src/ is yours, and for {code}: take it out in a commit of its own, or give --shape {code}; "
            f"then {arrives}"
        )
    if starts_own(settings):
        return f"commit this, then {arrives}"
    return (
        "commit this: without the example's code the pilot measures KPIs by queries, and its tests pass. Then "
        f"`pilotline answers -d start=own_case --commit`, and {arrives}"
    )
