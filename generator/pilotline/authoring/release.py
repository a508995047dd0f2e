"""Releasing a catalog: checked, told to pilot teams, committed and tagged, or left as it was."""

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.authoring.changelog import extend_changelog, format_changes, format_note, read_fragments
from pilotline.authoring.fresh_pilots import examine_catalog
from pilotline.authoring.release_journal import ReleaseJournal, journalled, recover_release, refuse_killed
from pilotline.catalog.builtin import read_parts
from pilotline.catalog.frozen_releases import freeze_release, list_releases
from pilotline.catalog.upgrade_notes import NEXT, NOTES
from pilotline.catalog.versions import parse_version, sorted_versions
from pilotline.catalog.working_copy import read_catalog
from pilotline.errors import CatalogError, ExitCode
from pilotline.git import commands as git
from pilotline.git.new_repository import commit_identity, tag_commit
from pilotline.git.revisions import list_tags
from pilotline.linting.rule import LintProblem
from pilotline.linting.run import Progress, unseen

_ABOUT: Final = "generator/pilotline/about.py"
_STORE: Final = "generator/pilotline/_releases"
_VERSION_LINE: Final = re.compile(r'^__version__ = "[^"]*"$', re.MULTILINE)
_CHANGELOG: Final = "CHANGELOG.md"


class LintError(CatalogError):
    """A catalog with problems is not released."""

    exit_code = ExitCode.FOUND

    def __init__(self, problems: tuple[LintProblem, ...]) -> None:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [f"The catalog has {count}:", *(f"  {p.path}:{p.line} {p.rule}: {p.message}" for p in problems)]
        super().__init__("\n".join(lines), "`pilotline catalog lint` gives the advice for each.")


@dataclass(frozen=True)
class Release:
    """What a release will be: everything is decided, nothing is written."""

    folder: Path
    tag: str
    before: str
    """The commit that was looked at."""
    files: dict[str, str]
    """What is written, by path."""
    removed: tuple[str, ...]
    """What goes away: the fragments, and what was written for the next version."""
    builtin: bool
    """Whether this is the repository of pilotline itself, whose snapshot is frozen."""
    linted_before: bool = False
    """Whether the very same content was linted earlier, and not again now."""


def plan_release(folder: Path, version: str, today: date, *, recover: bool, progress: Progress = unseen) -> Release:
    """Check that a catalog can be released under a version, and write its notes.

    Args:
        folder: The catalog's repository.
        version: The version to release.
        today: The day that the changelog names.
        progress: Hears how far linting is.
        recover: Whether a release that was killed while it wrote is taken back first; else it is refused.

    Raises:
        CatalogError: The folder is no catalog's repository, its tree is dirty, or there is nothing to tell.
        LintError: It has problems.
    """
    if not git.is_repository_root(folder):
        raise CatalogError(f"{folder} is not a git repository.", "Run this in the folder of a catalog's repository.")
    (recover_release if recover else refuse_killed)(folder)
    tag = _choose_tag(folder, version)
    if git.run_git(["status", "--porcelain"], folder):
        raise CatalogError("The work tree has changes that are not committed.", "Commit them, and run this again.")
    if git.try_git(["symbolic-ref", "--quiet", "HEAD"], folder)[0]:
        raise CatalogError("No branch is checked out, so the release would be lost.", "Run `git switch BRANCH` first.")
    before = git.run_git(["rev-parse", "HEAD"], folder).decode().strip()
    verdict = examine_catalog(folder, progress)
    if verdict.problems:
        raise LintError(verdict.problems)
    return replace(_write_notes(folder, tag, before, today), linted_before=verdict.known)


def _choose_tag(folder: Path, version: str) -> str:
    """Give a version the prefix that the catalog's tags have, and refuse what Copier and Renovate would not order."""
    wanted = parse_version(version)
    if wanted is None:
        raise CatalogError(f"{version} is no PEP 440 version.", "Write it as 1.2.0, or 1.2.0rc1 before a release.")
    existing = {*list_tags(folder), *list_releases(folder / _STORE)}
    newest = next(iter(sorted_versions(existing)), None)
    known = parse_version(newest) if newest else None
    if newest and known is not None and wanted <= known:
        reason = "exists" if wanted == known else f"is smaller than {newest}"
        raise CatalogError(f"The version {version} {reason}.", f"Choose one above {newest}; a version never changes.")
    return f"{'' if newest and not newest.startswith('v') else 'v'}{wanted}"


def _write_notes(folder: Path, tag: str, before: str, today: date) -> Release:
    tree, _ = read_catalog(folder)
    contents = {path: file.content for path, file in tree.items()}
    fragments = read_fragments(contents)
    if not fragments:
        raise CatalogError(
            "There is nothing to tell pilot teams: changelog.d holds no fragment.",
            "Write one, such as changelog.d/what.changed.md, and commit it.",
        )
    written = contents.get(NEXT, b"").decode()
    changelog = contents.get(_CHANGELOG, b"").decode()
    files = {
        _CHANGELOG: extend_changelog(changelog, f"{tag} ({today.isoformat()})", format_changes(fragments, 3)),
        f"{NOTES}/{tag}.md": format_note(tag, format_changes(fragments, 2), written),
    }
    builtin = _ABOUT in contents
    if builtin:
        files[_ABOUT] = _VERSION_LINE.sub(f'__version__ = "{parse_version(tag)}"', contents[_ABOUT].decode())
    kept = {"changelog.d/README.md"}
    told = [path for path in contents if path.startswith("changelog.d/") and path not in kept]
    return Release(folder, tag, before, files, (*told, *([NEXT] if NEXT in contents else [])), builtin)


def publish_release(release: Release) -> str:
    """Write a release, commit and tag it; give the commit. Whatever fails leaves the repository as it was.

    Raises:
        CatalogError: The repository has changed since it was looked at, or another process writes there.
        GitError: Git refused, for instance by a hook.
    """
    folder = release.folder
    frozen = _STORE if release.builtin else ""
    journal = ReleaseJournal(release.tag, release.before, release.files, release.removed, frozen)
    with journalled(folder, journal):
        for path, text in release.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="")
        for path in release.removed:
            (folder / path).unlink()
        version = parse_version(release.tag)
        if release.builtin and version is not None and not version.is_prerelease:
            freeze_release(read_parts(folder), release.tag, folder / _STORE)
        git.run_git(["add", "--all"], folder)
        identity = commit_identity(folder)
        message = f"Release {release.tag}"
        git.run_git(["commit", "--quiet", "--file=-"], folder, stdin=f"{message}\n".encode(), settings=identity)
        tag_commit(folder, release.tag, message, identity)
    return git.run_git(["rev-parse", "HEAD"], folder).decode().strip()
