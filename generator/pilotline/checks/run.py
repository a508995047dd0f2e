"""The use case: look at a pilot, evaluate the wanted checks, judge, and keep the evidence that was made."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.checks.base import Check
from pilotline.checks.engine import Proofs
from pilotline.checks.evidence import FILE, has_real_changes, read_records, write_records
from pilotline.checks.model import Stage
from pilotline.checks.origin import CatalogOrigin
from pilotline.checks.registry import FAMILIES, builtin_checks
from pilotline.checks.repository import Repository, find_root, open_repository
from pilotline.checks.tools import PilotTools
from pilotline.checks.verdict import Verdict, judge, run_checks
from pilotline.errors import PilotlineError


class ChecksError(PilotlineError):
    """Checks were asked for that there are none of, or a place that cannot be looked at."""


@dataclass(frozen=True)
class Options:
    """Which checks to evaluate, and how."""

    stage: Stage | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    run: bool = False
    offline: bool = False
    fix: bool = False
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True)
class Outcome:
    """The verdict, and what was written on the way."""

    root: Path
    verdict: Verdict
    mended: tuple[str, ...] = ()
    unrecorded: str = ""
    """Why evidence that was made could not be kept; empty when it was, or when there was none."""


def check_pilot(start: Path, options: Options, *, today: date, builtin_source: str = CATALOG_SOURCE) -> Outcome:
    """Check the pilot that a folder belongs to.

    Raises:
        ChecksError: The folder does not exist, or a wanted check does not.
    """
    if not start.is_dir():
        raise ChecksError(f"There is no folder {start}.", "Give the folder of a pilot.")
    root, origin = find_root(start), CatalogOrigin(builtin_source)
    repo = open_repository(root, today, origin)
    checks, left_out = choose_checks(builtin_checks(), options.select, options.ignore)
    mended = _mend(root, repo, checks) if options.fix else ()
    if mended:
        repo = open_repository(root, today, origin)
    tools = PilotTools(root, options.offline) if options.run else None
    proofs = Proofs(read_records(repo), tools, options.progress)
    results = run_checks(repo, checks, repo.organisation.texts("lowered"), proofs)
    unrecorded = _keep(root, repo, proofs) if proofs.added else ""
    return Outcome(root, judge(repo, results, options.stage, left_out), mended, unrecorded)


def choose_checks(
    checks: Iterable[Check], select: tuple[str, ...], ignore: tuple[str, ...]
) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Choose checks by ids and families; return those to evaluate, and the ids of the others.

    Raises:
        ChecksError: An id or family is unknown.
    """
    everything = tuple(checks)
    _refuse_unknown((*select, *ignore), everything)
    chosen = tuple(check for check in everything if _is_wanted(check.id, select, ignore))
    kept = {check.id for check in chosen}
    return chosen, tuple(check.id for check in everything if check.id not in kept)


def _is_wanted(name: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    wanted = not select or name.startswith(tuple(text.upper() for text in select))
    return wanted and not name.startswith(tuple(text.upper() for text in ignore) or ("-",))


def _refuse_unknown(names: Iterable[str], checks: tuple[Check, ...]) -> None:
    ids = [check.id for check in checks]
    known = {*ids, *(check.card.family for check in checks), *FAMILIES}
    for name in names:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            guess = f"Did you mean {near[0]}?" if near else f"The families are {', '.join(FAMILIES)}."
            raise ChecksError(f"There is no check or family {name}.", guess)


def _mend(root: Path, repo: Repository, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Write what can be mended without judgement; return the paths."""
    mended: dict[str, bytes] = {}
    for check in checks:
        if not check.not_applicable(repo) and any(check.find(repo)):
            mended.update(check.mend(repo))
    for path, content in mended.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(sorted(mended))


def _keep(root: Path, repo: Repository, proofs: Proofs) -> str:
    """Record new evidence beside the old; say why not where it could not be of any commit."""
    differing = repo.history.differing(repo.history.head) if repo.history.head else None
    if differing is None:
        return "there is no commit that it could be the evidence of"
    if has_real_changes(differing):
        return "files differ from the last commit; commit them and run again"
    target = root / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(write_records({**proofs.recorded, **proofs.added}))
    return ""
