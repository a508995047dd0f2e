"""What a planned move means for a pilot's readiness: which rules of the organisation change, and the level then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pilotline.documents.section import Section
from pilotline.git.contents import list_tree, read_blobs
from pilotline.git.signatures import Signature
from pilotline.pilot.stages import STAGES, Stage
from pilotline.readiness.declared_checks import declared_checks
from pilotline.readiness.organisation_overrides import read_lowering
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import Verdict, judge, run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.files import Files
from pilotline.readiness.view.git_history import Commit, FileHistory, GitHistory
from pilotline.readiness.view.pilot_view import Repository
from pilotline.upgrade.plan import UpgradePlan

_REGULAR: Final = frozenset({"100644", "100755"})
_NO_POLICIES: Final = frozenset({"format", "checks", "example", "kpis", "lowered", "objectives"})
"""What the organisation's file holds besides its policies."""

RuleKind = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class CheckChange:
    """One of the organisation's checks that comes, changes or goes."""

    id: str
    title: str
    stage: str
    kind: RuleKind
    fields: tuple[str, ...] = ()
    """What of its declaration differs."""


@dataclass(frozen=True)
class PolicyChange:
    """One value of the organisation's policies that differs; None where there is none."""

    name: str
    old: object
    new: object


@dataclass(frozen=True)
class Foresight:
    """What a move means for readiness."""

    checks: tuple[CheckChange, ...]
    policies: tuple[PolicyChange, ...]
    before: Stage | None
    after: Stage | None
    blocking: tuple[Result, ...]
    """What keeps the pilot from a stage after the move, and does not now."""


def foresee_move(
    plan: UpgradePlan, today: date, origin: CatalogOrigin, known: dict[str, bytes] | None = None
) -> Foresight:
    """Judge a pilot as it is committed and as the planned move would leave it.

    Evidence is of a commit, so what the move makes stale counts as not proven.

    Args:
        plan: The move.
        today: The day for which it is judged.
        origin: The catalogs that pilots are from.
        known: Contents by git's ids, of other pilots as well, which need not be read again; what is read is put in.
    """
    known = {} if known is None else known
    pilot = plan.pilot
    history = GitHistory(pilot.folder)
    changed = frozenset(path for change in plan.summary.changes for path in (change.path, change.old_path) if path)
    now = Repository(_read(plan.merge.scratch, pilot.place.tree, pilot.prefix, known), today, history, origin)
    then_files = _read(plan.merge.scratch, plan.merge.tree_id, pilot.prefix, known)
    then = Repository(then_files, today, _HistoryAfter(history, changed), origin, before=now)
    return _compare(now, then)


def _compare(now: Repository, then: Repository) -> Foresight:
    old, new = _judge(now), _judge(then)
    known = {result.card.id for result in old.results if result.blocks()}
    blocking = tuple(result for result in new.results if result.blocks() and result.card.id not in known)
    readable = isinstance(now.organisation.data, dict) and isinstance(then.organisation.data, dict)
    checks = tuple(_check_changes(now.organisation, then.organisation)) if readable else ()
    policies = tuple(_policy_changes(now.organisation, then.organisation)) if readable else ()
    return Foresight(checks, policies, old.level, new.level, blocking)


def _read(repository: Path, tree: str, prefix: str, known: dict[str, bytes]) -> Files:
    """Read every regular file of a pilot as a tree has it; what is known by its id is not read again."""
    entries = [entry for entry in list_tree(repository, tree, prefix) if entry.mode in _REGULAR]
    missing = [*dict.fromkeys(entry.object_id for entry in entries if entry.object_id not in known)]
    known.update(zip(missing, read_blobs(repository, missing) if missing else (), strict=True))
    return Files.of({entry.path.removeprefix(prefix): known[entry.object_id] for entry in entries})


@dataclass(frozen=True)
class _HistoryAfter:
    """The past of a pilot, seen from after a move."""

    history: FileHistory
    changed: frozenset[str]

    @property
    def head(self) -> str:
        return self.history.head

    @property
    def prefix(self) -> str:
        return self.history.prefix

    def commits(self, path: str = "") -> tuple[Commit, ...]:
        return self.history.commits(path)

    def content(self, commit: str, path: str) -> bytes | None:
        return self.history.content(commit, path)

    def differing(self, commit: str) -> frozenset[str] | None:
        found = self.history.differing(commit)
        return None if found is None else found | self.changed

    def signature(self, commit: str, signers: Sequence[str]) -> Signature:
        return self.history.signature(commit, signers)


def _judge(repo: Repository) -> Verdict:
    checks = (*builtin_checks(), *declared_checks(repo))
    return judge(repo, run_checks(repo, checks, read_lowering(repo).checks), None)


def _check_changes(old: Section, new: Section) -> Iterator[CheckChange]:
    before, after = _declared(old), _declared(new)
    for name in dict.fromkeys([*after, *before]):
        entry = after.get(name, before.get(name, {}))
        kind: RuleKind = "added" if name not in before else "removed" if name not in after else "changed"
        keys = dict.fromkeys([*after.get(name, {}), *before.get(name, {})])
        fields = tuple(key for key in keys if before.get(name, {}).get(key) != after.get(name, {}).get(key))
        if fields:
            stage = str(entry.get("stage") or next(iter(STAGES)))
            yield CheckChange(name, str(entry.get("title", "")), stage, kind, fields if kind == "changed" else ())


def _declared(organisation: Section) -> dict[str, Mapping[str, object]]:
    entries = (entry.data for entry in organisation.items("checks"))
    return {str(data.get("id", "")): data for data in entries if isinstance(data, dict)}


def _policy_changes(old: Section, new: Section) -> Iterator[PolicyChange]:
    before, after = dict(_values(old.data)), dict(_values(new.data))
    for name in dict.fromkeys([*before, *after]):
        if name.split(".")[0] not in _NO_POLICIES and before.get(name) != after.get(name):
            yield PolicyChange(name, before.get(name), after.get(name))


def _values(data: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Give every value below some names, by those names."""
    if not isinstance(data, dict):
        yield name, data
        return
    for key, value in data.items():
        yield from _values(value, f"{name}.{key}" if name else str(key))
