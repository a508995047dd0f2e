"""Whether a pilot judges itself by the rules that `pilotline` judges it by; where not, which rules differ."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from pilotline import rules

_CARRIED: Final = "_platform/rules/"
"""Where a pilot has its copy of the rule book; below its package."""
_ONLY_HERE: Final = frozenset({"__init__.py", "placeholders.py"})
"""What no verdict of a running pilot depends on."""
_ALL: Final = "all of them, because its catalog is older than the rule book"


def find_differing_rules(read: Callable[[str], bytes | None], package: str) -> tuple[str, ...]:
    """Name the rules of which a pilot has another version than this pilotline; nothing is run.

    Args:
        read: Gives a file of the pilot by its path; None where there is none.
        package: The folder of the pilot's package, such as `src/my_pilot/`; empty where there is none.

    Returns:
        Names of rules as people read them. A repository without the platform judges nothing itself: empty.
    """
    if not package or read(f"{package}_platform/__init__.py") is None:
        return ()
    carried = {name: read(f"{package}{_CARRIED}{name}") for name in _source()}
    if not any(content is not None for content in carried.values()):
        return (_ALL,)
    differing = (name for name, content in carried.items() if _plain(content or b"") != _source()[name])
    return tuple(name.removesuffix(".py").replace("_", " ") for name in differing)


def explain_differing_rules(differing: tuple[str, ...]) -> str:
    """Say in one sentence what it means that rules differ, and what brings them together; empty where none does."""
    if not differing:
        return ""
    return (
        f"The pilot's own commands judge by other rules than this pilotline ({', '.join(differing)}): what is said "
        "here is by this pilotline's. `pilotline upgrade` brings the newest to the pilot; a newer pilotline may know "
        "its own."
    )


@cache
def _source() -> dict[str, bytes]:
    """Read the rule book that this pilotline judges by."""
    folder = Path(str(rules.__file__)).parent
    paths = sorted(path for path in folder.glob("*.py") if path.name not in _ONLY_HERE)
    return {path.name: _plain(path.read_bytes()) for path in paths}


def _plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
