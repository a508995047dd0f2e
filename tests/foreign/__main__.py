"""Count the cases of Copier's suite in which pilotline leaves what Copier leaves: `python -m tests.foreign`.

Each history is made once and moved on twice, by Copier and by pilotline; the trees have to be equal, and so do the
conflicts, but for the names of their sides. Every copy is made by both.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import copier

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.foreign.copier_cases import ALL, COPIES, UPDATES, Copy, cases_of
from tests.foreign.histories import History, by_copier, by_pilotline, change, look, make, quiet, tree_as_text
from tests.helpers import commit_all


def main() -> int:
    """Compare everything, name what differs, and give the count."""
    different: set[str] = set()
    for name in (*UPDATES, *COPIES):
        with tempfile.TemporaryDirectory() as folder:
            update = UPDATES.get(name)
            place = Path(folder).resolve()
            if not (is_same_copy(place, COPIES[name]) if update is None else is_same_update(place, update.history)):
                different |= {*cases_of(name)}
                sys.stderr.write(f"different: {name}\n")
    sys.stdout.write(f"{len(ALL - different)} of {len(ALL)}\n")
    return 0


def is_same_update(folder: Path, history: History) -> bool:
    """Update one project twice."""
    _, project = make(folder, history)
    other = folder / "other" / "project"
    shutil.copytree(folder / "project", other, symlinks=True)
    by_pilotline(other / history.folder, history)
    return look(other / history.folder) == by_copier(project, history)


def is_same_copy(folder: Path, copy: Copy) -> bool:
    """Copy one template twice."""
    change(folder / "template", copy.files)
    commit_all(folder / "template", "one", tag="v1.0.0")
    with quiet():
        copier.run_copy(str(folder / "template"), folder / "project", dict(copy.data), defaults=True, quiet=True)
    snapshot = load_snapshot(Reference(str(folder / "template")), "")
    return tree_as_text(render(snapshot, accept_answers(snapshot, copy.data))) == look(folder / "project").files


if __name__ == "__main__":
    sys.exit(main())
