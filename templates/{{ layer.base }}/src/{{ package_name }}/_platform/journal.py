"""Changes many files at once: killed in between, the next command finishes what was begun, or nothing was."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Final

STAGED: Final = "apply"
JOURNAL: Final = "journal.json"


def replace_all(root: Path, files: Mapping[str, bytes], gone: Sequence[str]) -> None:
    """Write and remove files: staged beside the work first, then begun by one atomic step, then carried out."""
    folder = _folder(root)
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, content in enumerate(files.values()):
        (folder / str(number)).write_bytes(content)
    entry = {"files": list(files), "gone": list(gone)}
    draft = folder / "journal.new"
    draft.write_text(json.dumps(entry), encoding="utf-8")
    draft.replace(folder / JOURNAL)
    finish(root)


def finish_begun() -> None:
    """Finish what a killed command began in this pilot, before another one reads half of it."""
    here = Path(os.environ.get("PILOT_ROOT") or Path.cwd())
    for folder in (here, *here.parents):
        if (folder / "pilot.yml").is_file():
            finish(folder)
            return


def finish(root: Path) -> bool:
    """Carry out what was begun; false when nothing was."""
    folder = _folder(root)
    if not (folder / JOURNAL).is_file():
        return False
    entry = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
    for number, path in enumerate(entry["files"]):
        _put(folder / str(number), root / path)
    for path in entry["gone"]:
        (root / path).unlink(missing_ok=True)
        _tidy((root / path).parent, root)
    _rebuild_derived(root)
    (folder / JOURNAL).unlink()
    rmtree(folder, ignore_errors=True)
    return True


def _put(staged: Path, target: Path) -> None:
    """Move a file into place; one that is not staged any more was moved before the kill."""
    if staged.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged, target)  # noqa: PTH105 - one atomic step on one file system


def _tidy(folder: Path, root: Path) -> None:
    """Remove a folder that is empty now."""
    if folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _rebuild_derived(root: Path) -> None:
    from .derive import derive

    for each in derive(root):
        if not each.fresh:
            each.write()


def _folder(root: Path) -> Path:
    return root / "var" / "own_data" / STAGED
