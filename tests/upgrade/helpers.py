"""What tests of upgrades share: a catalog with two versions given as dicts, and a pilot made from the first."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from pilotline.catalog.loading import load_builtin
from pilotline.files.disk import write_tree
from tests.helpers import IDENTITY, Run, build_file_tree, commit_all, files_below, git, pilotline

ANSWERS_TEMPLATE = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}
PLAIN = {"copier.yml": "_exclude: [copier.yml]\nname: {type: str, default: ada}\n", **ANSWERS_TEMPLATE}
Files = Mapping[str, str | bytes]


def numbered(word: str = "line", **changed: str) -> str:
    """Write thirty lines, some of them with another text: `numbered(n3="other")`."""
    return "".join(f"{changed.get(f'n{number}', f'{word} {number}')}\n" for number in range(30))


def release(catalog: Path, files: Files, tag: str, *, executable: tuple[str, ...] = ()) -> None:
    """Replace a catalog's content, commit and tag it."""
    for entry in catalog.iterdir() if catalog.exists() else ():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    build_file_tree(catalog, {**PLAIN, **files})
    for path in executable:
        (catalog / path).chmod(0o755)
    commit_all(catalog, f"Release {tag}", tag=tag)


def replaced(text: str, old: str, new: str) -> str:
    """Replace what stands there exactly once, so that a test notices when it does not any more."""
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new)


def publish_builtin(folder: Path) -> Path:
    """Make the built-in catalog's content a catalog with versions of its own, beginning with v1.0.0."""
    folder.mkdir()
    write_tree(load_builtin("").tree, folder)
    commit_all(folder, "as released", tag="v1.0.0")
    return folder


def make_pilot(folder: Path, one: Files, two: Files, *, executable: tuple[str, ...] = ()) -> Path:
    """Make a catalog with v1.0.0 and v2.0.0 and a pilot of v1.0.0 beside it; `executable` holds for v2.0.0."""
    release(folder / "catalog", one, "v1.0.0")
    release(folder / "catalog", two, "v2.0.0", executable=executable)
    made = pilotline(
        "new", folder / "pilot", "--defaults", "--catalog", f"{folder / 'catalog'}@v1.0.0", environment=IDENTITY
    )
    assert made.code == 0, made.err
    return folder / "pilot"


def edit(pilot: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write or delete files as the team does, and commit."""
    for path, content in files.items():
        if content is None:
            (pilot / path).unlink()
    build_file_tree(pilot, {path: content for path, content in files.items() if content is not None})
    commit_all(pilot, "our work")


def upgrade(pilot: Path, *arguments: str, **environment: str) -> Run:
    """Run `pilotline upgrade` in a pilot."""
    return pilotline("upgrade", *arguments, cwd=pilot, environment={**IDENTITY, **environment})


def state(pilot: Path) -> tuple[object, ...]:
    """Take everything that a command could change: HEAD, refs, index, objects, files and modes."""
    modes = {path: os.lstat(pilot / path).st_mode for path in files_below(pilot)}
    return (
        git(pilot, "rev-parse", "HEAD"), git(pilot, "for-each-ref"), git(pilot, "ls-files", "-s"),
        git(pilot, "count-objects", "-v"), files_below(pilot), modes,
    )  # fmt: skip
