"""Puts a draft in place and takes the example away: shown before, and one commit's worth of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..beginning import find_beginning, make_beginning
from ..journal import replace_all
from ..kept_apart import evidence_contract, evidence_folder, plan_evidence
from ..yaml_text import load_yaml
from .drafting import Draft
from .example import example_code, example_files, is_example_table

if TYPE_CHECKING:
    from ..settings import PlatformSettings


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
    aside, measured = _evidence(settings, draft)
    files = {path: text.encode() for path, text in draft.files.items()} | dict(extra) | aside
    changed = {path: content for path, content in files.items() if _content(root / path) != content}
    return Change(changed, (*_example(settings, draft, files), *measured))


def apply(root: Path, change: Change) -> None:
    """Carry it out, all or nothing, and rebuild what is derived."""
    replace_all(root, change.files, change.gone)


def _example(settings: "PlatformSettings", draft: Draft, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Name the example's files that are here, unless its table is the one that was brought."""
    root = settings.root
    if is_example_table(root, draft.found.table.path):
        return ()
    named = (*example_files(root), *example_code(settings, draft.found.seen.shape))
    return tuple(path for path in named if path not in files)


def _evidence(settings: "PlatformSettings", draft: Draft) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Set aside what was measured under another contract: it is kept, and says nothing about this table."""
    folder, before = evidence_folder(settings), find_beginning(settings.root)
    contracts = [load_yaml(text) for path, text in draft.files.items() if path.startswith("data_contracts/")]
    contract = make_beginning(contracts, []).contract
    if before is None or not before.contract or before.contract == contract or folder == settings.var:
        return {}, ()
    written, gone = plan_evidence(folder, evidence_contract(folder) or before.contract)
    relative = {str(path.relative_to(settings.root)): content for path, content in written.items()}
    return relative, tuple(str(path.relative_to(settings.root)) for path in gone)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
