"""Under which names a team goes on with its pilot: it may rename the package that its answers named first.

The answer stays as it was recorded. The manifest `pilot.yml` says what the package is called now.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

PACKAGE: Final = "package_name"
"""The answer that names the package of a new pilot; a manifest says it under `package`."""
_LINE: Final = re.compile(r"""^(package|distribution): *["']?([a-z][a-z0-9_-]*)["']? *(?:#.*)?$""", re.MULTILINE)


def read_names(manifest: bytes) -> dict[str, str]:
    """Read what a manifest calls package and distribution, as the answers that once named them."""
    return {f"{key}_name": name for key, name in _LINE.findall(manifest.decode("utf-8", errors="replace"))}


def find_new_names(answers: Mapping[str, object], manifest: bytes, paths: Collection[str]) -> dict[str, str]:
    """Give the names in a manifest where the package has another than its answer, and stands under it.

    A folder of the old name may still be there: Copier, which knows of no new name, puts there what is new.

    Args:
        answers: What the pilot records.
        manifest: Its `pilot.yml`.
        paths: Its files, at least those below `src/`.
    """
    names, old = read_names(manifest), answers.get(PACKAGE)
    new = names.get(PACKAGE)
    stands = any(path.startswith(f"src/{new}/") for path in paths) and f"src/{old}/__init__.py" not in paths
    return names if stands and isinstance(old, str) and new not in {None, old} else {}


def follow_path(path: str, answers: Mapping[str, object], names: Mapping[str, str]) -> str:
    """Name a path below the package as it is called since the team renamed that."""
    old, new = (f"src/{known.get(PACKAGE)}/" for known in (answers, names))
    return f"{new}{path.removeprefix(old)}" if names and path.startswith(old) else path
