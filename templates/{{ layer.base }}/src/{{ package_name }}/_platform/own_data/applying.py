"""Puts a draft in place and takes the example away: shown before, and one commit's worth of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .drafting import Draft
from .journal import replace_all

if TYPE_CHECKING:
    from ..settings import PlatformSettings

# What the worked examples of the catalog bring: their data, their contract, and the tests about it.
EXAMPLE: Final = (
    "data/online_retail_sample.csv.xz",
    "data/make_sample.py",
    "data/README.md",
    "data_contracts/sales_ledger.odcs.yaml",
    "tests/e2e/test_run.py",
)
EXAMPLE_TABLE: Final = EXAMPLE[0]


@dataclass(frozen=True)
class Change:
    """What comes, what changes, what goes."""

    files: Mapping[str, bytes]
    gone: tuple[str, ...]

    def lines(self, root: Path) -> list[tuple[str, str]]:
        """List the changes for people."""
        written = [("changes" if (root / path).is_file() else "comes", path) for path in self.files]
        return written + [("goes", path) for path in self.gone]


def plan_change(settings: "PlatformSettings", draft: Draft, extra: Mapping[str, bytes]) -> Change:
    """Decide what is written and what goes; files that stay as they are do not count."""
    root = settings.root
    files = {path: text.encode() for path, text in draft.files.items()} | dict(extra)
    changed = {path: content for path, content in files.items() if _content(root / path) != content}
    return Change(changed, _example(root, draft, files))


def apply(root: Path, change: Change) -> None:
    """Carry it out, all or nothing, and rebuild what is derived."""
    replace_all(root, change.files, change.gone)


def _example(root: Path, draft: Draft, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Name the example's files that are here, unless its table is the one that was brought."""
    given = draft.found.table.path
    if given is not None and given.resolve() == (root / EXAMPLE_TABLE).resolve():
        return ()
    if not (root / EXAMPLE_TABLE).is_file():
        return ()
    return tuple(path for path in EXAMPLE if (root / path).is_file() and path not in files)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
