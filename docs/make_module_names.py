"""Write into copier.yml which names a pilot's package cannot have: modules and distributions that it needs itself.

Run it with the Python of a pilot's environment: a package would hide what is installed there under the same name, or
could not be installed beside it. `--check` only says which names are missing.
"""

import re
import sys
from importlib.metadata import distributions, packages_distributions
from pathlib import Path
from typing import Final

CATALOG: Final = Path(__file__).parents[1] / "copier.yml"
LIST: Final = re.compile(r"(?m)^(?P<before>module_names:\n(?: {2}.*\n)*? {2}default: >-\n {4})\[.*\]$")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
FOLDERS: Final = ("data", "src", "test", "tests")
"""Folders of a repository that Python would find as packages."""


def needed() -> set[str]:
    """Name the modules of the standard library and of everything that is installed, and the distributions."""
    installed = {str(found.metadata["Name"]).lower().replace("-", "_").replace(".", "_") for found in distributions()}
    names = {*sys.stdlib_module_names, *packages_distributions(), *installed, *FOLDERS}
    return {name for name in names if NAME.fullmatch(name) and "__" not in name and not name.endswith("_")}


def main() -> int:
    """Add what is missing; a name that was needed once stays, because pilots of that time need it."""
    text = CATALOG.read_text(encoding="utf-8")
    found = LIST.search(text)
    if found is None:
        print(f"{CATALOG} holds no list of module_names.")
        return 1
    known = set(re.findall(r'"([^"]+)"', found[0].rpartition("\n")[2]))
    own = {name for name in needed() if name not in known and not name.startswith("pilot_")}
    if "--check" in sys.argv:
        print("\n".join(sorted(own)) or "Nothing is missing.")
        return 1 if own else 0
    listed = ", ".join(f'"{name}"' for name in sorted(known | own))
    CATALOG.write_text(LIST.sub(lambda match: f"{match['before']}[{listed}]", text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
