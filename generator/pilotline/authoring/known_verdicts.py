"""Verdicts of earlier lints, by the content that they are of: a release lints what its author has just linted.

They lie in the user's cache, where they may be lost at any time; whatever goes wrong with one, the catalog is linted.
"""

import contextlib
import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.about import __version__
from pilotline.catalog.working_copy import read_catalog
from pilotline.config import cache_folder
from pilotline.files.disk import write_atomically
from pilotline.git import commands as git
from pilotline.linting.rule import LintProblem
from pilotline.linting.run import LintVerdict
from pilotline.template.bytecode_cache import fingerprint_code

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def name_content(folder: Path) -> str:
    """Name all that a verdict hangs on: the files of a catalog, its tags, the day, and the rules themselves.

    Raises:
        CatalogError: There is no such folder.
    """
    tree, links = read_catalog(folder)
    tags = git.run_git(["for-each-ref", "refs/tags"], folder) if git.is_repository_root(folder) else b""
    rules = fingerprint_code([str(path) for path in sorted(_PACKAGE.rglob("*.py"))])
    today = date.today()  # noqa: DTZ011 - checks of fresh pilots go by the user's own day
    key = hashlib.sha256(f"{__version__}\0{rules}\0{today}\0{folder}\0{links}\0".encode(errors="surrogateescape"))
    key.update(tags)
    for path, file in tree.items():
        key.update(f"\0{path}\0{file.mode}\0{len(file.content)}\0".encode(errors="surrogateescape"))
        key.update(file.content)
    return key.hexdigest()


def recall_verdict(name: str) -> LintVerdict | None:
    """Give the verdict on some content; None where there is none, or none that can be read."""
    try:
        data = json.loads(_place(name).read_bytes())
        problems = tuple(LintProblem(**problem) for problem in data["problems"])
        return LintVerdict(problems, int(data["cases"]), known=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_verdict(name: str, verdict: LintVerdict) -> LintVerdict:
    """Keep the verdict on some content, where it can be kept, and give it back."""
    with contextlib.suppress(OSError):
        write_atomically(_place(name), json.dumps(asdict(replace(verdict, known=False))).encode())
    return verdict


def _place(name: str) -> Path:
    return cache_folder() / "lints" / f"{name}.json"
