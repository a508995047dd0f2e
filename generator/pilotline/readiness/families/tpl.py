"""Template: the pilot can be upgraded, is current, and its differences from the catalog are known."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

from pilotline.catalog.versions import parse_version
from pilotline.documents.section import Location
from pilotline.errors import CatalogError
from pilotline.pilot import answers_lock
from pilotline.pilot.derived_inputs import is_input
from pilotline.pilot.paths import ANSWERS, ANSWERS_LOCK, OWNED_CHANGES, TEAM_FILES
from pilotline.pilot.stages import Stage
from pilotline.pilot.team_files import RecordError
from pilotline.readiness.base import Check, NotProvenError
from pilotline.readiness.results import Effort, Problem, Severity
from pilotline.readiness.view.origin import Version, fingerprint_content
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.view.remembered import remembered

_GIT_URL: Final = re.compile(r"(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")
_MARKS: Final = ("<<<<<<<", ">>>>>>>", "|||||||")
_MARKER: Final = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
_BOTS: Final = (
    "renovate.json",
    "renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".github/renovate.json",
    ".github/renovate.json5",
)
_MOST_MAJORS: Final = 1
_MOST_DAYS: Final = 180


def _from_no_catalog(repo: Repository) -> str:
    return "" if ANSWERS in repo.files else "It was not made from a catalog"


class AnswersAreUpgradable(Check):
    """Upgrades begin from the recorded address and version; without both, the pilot is cut off from its catalog."""

    id = "TPL001"
    title = "The answers file records a git address and a version"
    stage = Stage.SANDBOX
    source = "Copier; Renovate's copier manager"
    effort = Effort.MINUTES
    advice = "Let `pilotline move --catalog ADDRESS@VERSION` record the catalog's git address and version, which nobody writes by hand; an existing project gets both from `pilotline adopt`."
    example = """
_src_path: https://git.example.org/ai/catalog.git
_commit: v1.4.0
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        answers = repo.answers
        if ANSWERS not in repo.files:
            yield Problem("There is no .copier-answers.yml, so nothing of the catalog's can be upgraded")
            return
        if answers.source.error:
            yield Problem(f".copier-answers.yml cannot be read: {answers.source.error}", answers.place())
            return
        source, version = answers.text("_src_path"), answers.text("_commit")
        if not _GIT_URL.fullmatch(source):
            yield Problem(f"_src_path is {source or 'missing'}; it is to be a git address", answers.place("_src_path"))
        if parse_version(version) is None:
            yield Problem(
                f"_commit is {version or 'missing'}; it is to be a version, such as v1.4.0", answers.place("_commit")
            )


class TemplateIsCurrent(Check):
    """The further a pilot falls behind its catalog, the dearer each upgrade becomes."""

    id = "TPL002"
    title = "The pilot is not further behind its catalog than the policy allows"
    stage = Stage.PILOT
    source = "Spotify: golden paths; ISO/IEC 42001 A.6.2.6"
    effort = Effort.HOURS
    advice = "See what an upgrade would do with `pilotline upgrade --plan`, then run `pilotline upgrade` and merge it."
    example = "pilotline upgrade --plan"

    def not_applicable(self, repo: Repository) -> str:
        return _from_no_catalog(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        place = repo.answers.place("_commit")
        name = repo.answers.text("_commit")
        recorded, versions = parse_version(name), repo.origin.versions(repo.answers.text("_src_path"))
        if not versions:
            raise NotProvenError("The catalog's versions are not known here; `pilotline catalog versions` fetches them")
        if recorded is None:
            yield Problem("The recorded version is none, so nobody can tell how far behind it is", place)
            return
        policy = repo.organisation.at("catalog")
        newest = parse_version(versions[0].name) or recorded
        majors = newest.major - recorded.major
        allowed = policy.number("majors_behind")
        if majors > (_MOST_MAJORS if allowed is None else allowed):
            yield Problem(f"{name} is {majors} major versions behind {versions[0].name}", place, calendar=True)
        days = _days_behind(name, versions)
        allowed = policy.number("days_behind")
        if days > (_MOST_DAYS if allowed is None else allowed):
            yield Problem(f"{name} was followed by a newer version {days} days before the newest", place, calendar=True)


def _days_behind(recorded: str, versions: tuple[Version, ...]) -> int:
    """Count the days between the first version that the pilot missed and the newest one."""
    missed = [version.day for version in versions[: _position(recorded, versions)] if version.day]
    return (missed[0] - missed[-1]) // timedelta(days=1) if missed else 0


def _position(recorded: str, versions: tuple[Version, ...]) -> int:
    wanted = parse_version(recorded)
    return next((index for index, version in enumerate(versions) if parse_version(version.name) == wanted), 0)


class NoMergeIsUnfinished(Check):
    """A conflict that somebody committed breaks what comes next, and a bot commits it without looking."""

    id = "TPL003"
    title = "No file holds conflict markers, and no .rej file is left"
    stage = Stage.SANDBOX
    source = "nf-core lint: merge_markers"
    effort = Effort.MINUTES
    advice = "Open each file that is named, decide between both sides, remove the markers, and delete the .rej files."
    example = "git grep -nE '^(<{7}|>{7})( |$)'"

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path in repo.files:
            if path.endswith(".rej"):
                yield Problem(f"{path} holds a change that could not be applied", Location(path))
        for path, line in repo.scan(repo.text_files, _look_for_markers).items():
            if line:
                yield Problem(f"{path} holds conflict markers", Location(path, int(line)))


def _look_for_markers(text: str) -> str:
    """Give the line of the first marker of a conflict; empty where there is none."""
    found = _MARKER.search(text) if any(mark in text for mark in _MARKS) else None
    return str(text.count("\n", 0, found.start()) + 1) if found else ""


class OwnedFilesAreExplained(Check):
    """The catalog's files may be edited; a reason beside each edit tells the next upgrade what is meant to stay."""

    id = "TPL004"
    title = "The catalog's files are unchanged or their changes explained, and derived files are fresh"
    stage = Stage.PILOT
    severity = Severity.WARNING
    source = "nf-core lint: files_unchanged"
    effort = Effort.HOURS
    advice = "Show the changes with `pilotline diff`; undo those that nobody needs, and give each other one a line with its reason in governance/owned_changes.yml. Stale derived files are rebuilt by `pilotline check --fix` or the pilot's `derive`."
    example = """
format: 1
changes:
  - path: noxfile.py
    reason: The team's session for its load tests, since 2026-10
"""

    def not_applicable(self, repo: Repository) -> str:
        return _from_no_catalog(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        if repo.owned is None:
            raise NotProvenError("The catalog cannot be had here; `pilotline diff` fetches it")
        try:
            free = {ANSWERS, *_explained(repo), *repo.team_files}
        except RecordError as error:
            yield Problem(error.message, Location(TEAM_FILES))
            return
        for path in repo.owned:
            if path not in free:
                if repo.files.lies_ignored(path):
                    continue
                if path not in repo.files:
                    yield Problem(f"{path} is the catalog's and was deleted without a reason")
                elif not repo.is_as_rendered(path):
                    yield Problem(f"{path} is the catalog's and was changed without a reason", Location(path))
        yield from _stale_files(repo)

    def mend(self, repo: Repository) -> Mapping[str, bytes]:
        with contextlib.suppress(CatalogError):
            stale = _stale(repo)
            return {path: new for path, new in _derive(repo).items() if path in stale}
        return {}


def _explained(repo: Repository) -> Iterator[str]:
    """Name the files whose change has a reason, by their paths of today."""
    for entry in repo.document(OWNED_CHANGES).items("changes"):
        if entry.text("reason"):
            yield repo.follow(entry.text("path"))


def _stale_files(repo: Repository) -> Iterator[Problem]:
    try:
        stale = _stale(repo)
    except CatalogError as error:
        yield Problem(f"The derived files cannot be rebuilt: {error.message}")
        return
    for path in stale:
        yield Problem(f"{path} is stale: what it is made from changed since", Location(path))


def _stale(repo: Repository) -> tuple[str, ...]:
    """Name the derived files that are there and differ from what their sources give."""
    given = {path: sha256(repo.files[path]).hexdigest() if is_input(path) else "" for path in repo.files}
    built = remembered("derived", given, lambda: _fingerprint_derived(repo))
    return tuple(
        path for path, new in built.items() if path in repo.files and fingerprint_content(repo.files[path]) != new
    )


def _fingerprint_derived(repo: Repository) -> dict[str, str]:
    return {path: fingerprint_content(new) for path, new in _derive(repo).items()}


def _derive(repo: Repository) -> dict[str, bytes]:
    from pilotline.catalog.carried import carries  # noqa: PLC0415 - it reads the built-in catalog
    from pilotline.pilot.derived_files import derive_files  # noqa: PLC0415 - it loads Jinja

    return derive_files(repo.files, carries)


class UpdateBotIsConfigured(Check):
    """A bot that proposes updates keeps dependencies and catalog current when nobody thinks of them."""

    id = "TPL005"
    title = "An update bot is configured"
    stage = Stage.PILOT
    source = "OpenSSF Scorecard: Dependency-Update-Tool"
    effort = Effort.MINUTES
    advice = "Bring renovate.json with `pilotline prepare pilot` and let your Renovate look at the repository, or run the upgrade in a scheduled workflow."
    example = "pilotline prepare pilot"

    def find(self, repo: Repository) -> Iterator[Problem]:
        bots = [path for path in _BOTS if path in repo.files]
        if any("copier" in repo.text(path) or "extends" in repo.text(path) for path in bots):
            return
        words = ("pilotline upgrade", "copier update", "renovate")
        if not any(word in repo.text(path) for path in repo.workflows for word in words):
            yield Problem(
                "Neither a renovate.json nor a scheduled workflow proposes updates of catalog and dependencies"
            )


class AnswersAreUnchanged(Check):
    """An answer that changes without a word changes what the pilot is, and nobody reviews it."""

    id = "TPL006"
    title = "The recorded answers changed only through pilotline"
    stage = Stage.SANDBOX
    source = "Copier replaces an answer that a new version no longer accepts, without a message"
    effort = Effort.MINUTES
    advice = "Restore .copier-answers.yml with git and change the answer with `pilotline answers -d NAME=VALUE`. If the change is meant and reviewed, delete governance/answers.lock and run `pilotline check --fix`."
    example = "git checkout HEAD~1 -- .copier-answers.yml"

    def not_applicable(self, repo: Repository) -> str:
        return _from_no_catalog(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        lock = repo.document(ANSWERS_LOCK).data
        if not isinstance(lock, dict):
            yield Problem("governance/answers.lock is missing, so a changed answer would go unseen")
            return
        answers = repo.answers.data if isinstance(repo.answers.data, dict) else {}
        for name in answers_lock.changed_answers(answers, lock):
            yield Problem(f"The answer {name} changed, and not through pilotline", repo.answers.place(name))

    def mend(self, repo: Repository) -> Mapping[str, bytes]:
        answers = repo.answers.data
        if ANSWERS_LOCK in repo.files or not isinstance(answers, dict):
            return {}
        return {ANSWERS_LOCK: answers_lock.write_lock(answers)}


CHECKS: Final[tuple[Check, ...]] = (
    AnswersAreUpgradable(),
    TemplateIsCurrent(),
    NoMergeIsUnfinished(),
    OwnedFilesAreExplained(),
    UpdateBotIsConfigured(),
    AnswersAreUnchanged(),
)
