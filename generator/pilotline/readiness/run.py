"""The use case: look at a pilot, evaluate the wanted checks, judge, and keep the evidence that was made."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pilotline.catalog.catalogs import Catalogs
from pilotline.errors import PilotlineError
from pilotline.pilot.paths import CHECK_EVIDENCE
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.declared_checks import declared_checks
from pilotline.readiness.engine import Progress, Proofs, lower_severities
from pilotline.readiness.evidence import has_real_changes, read_records, write_records
from pilotline.readiness.organisation_overrides import read_lowering
from pilotline.readiness.plugins.found import Request, installed_families
from pilotline.readiness.registry import FAMILIES, CheckSelection, builtin_checks
from pilotline.readiness.results import Result
from pilotline.readiness.tools import PilotTools
from pilotline.readiness.verdict import Verdict, judge, run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository, find_root, open_pilot_view


class ChecksError(PilotlineError):
    """Checks were asked for that there are none of, or a place that cannot be looked at."""


class CheckOptions(NamedTuple):
    """Which checks to evaluate, and how."""

    stage: Stage | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    run: bool = False
    offline: bool = False
    fix: bool = False
    repo_review: bool = False


class CheckOutcome(NamedTuple):
    """The verdict, and what was written on the way."""

    root: Path
    repo: Repository
    verdict: Verdict
    mended: tuple[str, ...] = ()
    unrecorded: str = ""
    """Why evidence that was made could not be kept; empty when it was, or when there was none."""


def check_pilot(
    start: Path,
    options: CheckOptions,
    *,
    today: date,
    catalogs: Catalogs | None = None,
    progress: Progress = lambda _: None,
) -> CheckOutcome:
    """Check the pilot that a folder belongs to.

    Raises:
        ChecksError: The folder does not exist, or a wanted check does not.
    """
    root, origin = _root(start), CatalogOrigin(catalogs or Catalogs())
    repo = open_pilot_view(root, today, origin)
    everything = (*builtin_checks(), *declared_checks(repo))
    foreign = installed_families()
    choice = _accept_choice(options, everything, foreign)
    checks = tuple(check for check in everything if choice.wants(check.card.id))
    mended = _mend(root, repo, checks) if options.fix else ()
    repo = open_pilot_view(root, today, origin) if mended else repo
    proofs = Proofs(read_records(repo), PilotTools(root, options.offline) if options.run else None, progress)
    lowered = read_lowering(repo).checks
    results = run_checks(repo, checks, lowered, proofs)
    if foreign:
        request = Request(root, today, origin.catalogs.config.source, choice, options.run, options.offline)
        results += lower_severities(_run_foreign(foreign, request, proofs), lowered)
    results += _review(root) if options.repo_review else ()
    unrecorded = _keep(root, repo, proofs) if proofs.added else ""
    left_out = tuple(check.card.id for check in everything if check not in checks)
    verdict = judge(repo, results, options.stage, left_out, is_partial=bool(choice.select))
    return CheckOutcome(root, repo, verdict, mended, unrecorded)


def _root(start: Path) -> Path:
    if not start.is_dir():
        raise ChecksError(f"There is no folder {start}.", "Give the folder of a pilot.")
    return find_root(start)


def _run_foreign(families: tuple[str, ...], request: Request, proofs: Proofs) -> Sequence[Result]:
    """Evaluate the checks of other packages, in processes of their own, and take what they proved."""
    from pilotline.readiness.plugins.installed import run_families  # noqa: PLC0415 - few have any

    answers = run_families(families, request)
    proofs.added.update({record.check: record for record in answers.records})
    return answers.results


def _review(root: Path) -> tuple[Result, ...]:
    from pilotline.readiness.plugins.repo_review import run_repo_review  # noqa: PLC0415 - it is asked for by an option

    return run_repo_review(root)


def _accept_choice(options: CheckOptions, checks: Iterable[Check], foreign: tuple[str, ...]) -> CheckSelection:
    """Take the ids and families that were asked for.

    Raises:
        ChecksError: An id or family is unknown.
    """
    known = {*FAMILIES, *foreign}
    for check in checks:
        known |= {check.card.id, check.card.family}
    choice = CheckSelection(*(tuple(name.upper() for name in names) for names in (options.select, options.ignore)))
    for name in (*choice.select, *choice.ignore):
        if name not in known and not name.startswith(foreign or ("-",)):
            import difflib  # noqa: PLC0415 - it is needed only when a name was wrong

            near = difflib.get_close_matches(name, sorted(known), n=1)
            guess = f"Did you mean {near[0]}?" if near else f"The families are {', '.join((*FAMILIES, *foreign))}."
            raise ChecksError(f"There is no check or family {name}.", guess)
    return choice


def _mend(root: Path, repo: Repository, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Write what can be mended without judgement; return the paths.

    Raises:
        PilotError: A file cannot be written; then none is.
    """
    mended: dict[str, bytes] = {}
    for check in checks:
        if not check.not_applicable(repo):
            mended.update(check.mend(repo))
    if mended:
        from pilotline.pilot.edit import edit_files  # noqa: PLC0415 - most runs write nothing

        edit_files(root, mended)
    return tuple(sorted(mended))


def _keep(root: Path, repo: Repository, proofs: Proofs) -> str:
    """Record new evidence beside the old; say why not where it could not be of any commit."""
    differing = repo.history.differing(repo.history.head) if repo.history.head else None
    if differing is None:
        return "there is no commit that it could be the evidence of"
    if has_real_changes(differing):
        return "files differ from the last commit; commit them and run again"
    from pilotline.pilot.edit import edit_files  # noqa: PLC0415 - the same

    try:
        edit_files(root, {CHECK_EVIDENCE: write_records({**proofs.recorded, **proofs.added})})
    except PilotlineError as error:
        return error.message.rstrip(".")
    return ""
