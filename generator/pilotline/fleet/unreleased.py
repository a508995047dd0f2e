"""The catalog as it lies in its folder, not released yet, beside every version of it that pilots come from."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pilotline.catalog.builtin import builtin_root
from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.reference import expand_shortcut
from pilotline.catalog.versions import parse_version
from pilotline.catalog.working_copy import read_catalog
from pilotline.errors import CatalogError
from pilotline.git import commands as git
from pilotline.git.credentials import without_user
from pilotline.git.revisions import describe_commit, resolve_commit
from pilotline.pilot.pilot import Pilot
from pilotline.template.confinement import compile_ahead
from pilotline.template.snapshot import CommitOrigin, Identity, Snapshot


@dataclass(frozen=True)
class UnreleasedCatalog:
    """A catalog in its folder: what it would be if it were released now, and what it was."""

    folder: Path
    snapshot: Snapshot
    addresses: frozenset[str]
    """Under which addresses pilots may record it: its folder, its remotes, and what the user named."""
    catalogs: Catalogs = field(default_factory=Catalogs)

    def base_of(self, pilot: Pilot, version: str) -> Snapshot:
        """Read the version of this catalog that a pilot records, from the folder's own history.

        Raises:
            CatalogError: The pilot comes from another catalog, or this one has no such version.
        """
        if self.catalogs.is_builtin(pilot.source) and self.folder == builtin_root():
            return _compiled(self.catalogs.base(pilot.source, version))
        if _bare(pilot.source) not in self.addresses:
            raise CatalogError(
                f"It comes from {pilot.address}, not from this catalog.",
                f"If that is this one: --source {pilot.address}",
            )
        return _compiled(self.catalogs.base(str(self.folder), version)).known_as(pilot.source, version)

    def target_for(self, pilot: Pilot) -> Snapshot:
        """Give the catalog as it would be released, under the address that the pilot records."""
        return self.snapshot.known_as(pilot.source)


def open_unreleased(folder: Path, catalogs: Catalogs, sources: Collection[str] = ()) -> UnreleasedCatalog:
    """Read a catalog as it lies in its folder, changes that are not committed included.

    Args:
        folder: The catalog's repository.
        catalogs: Where its earlier versions are read.
        sources: Further addresses under which pilots record it.

    Raises:
        CatalogError: The folder is no catalog's repository, has no commit, or holds a link.
    """
    folder = folder.resolve()
    if not git.is_repository_root(folder):
        raise CatalogError(f"{folder} is no git repository.", "Run this in the folder of a catalog's repository.")
    commit = resolve_commit(folder, "HEAD")
    if commit is None:
        raise CatalogError(f"{folder} has no commit yet.", "Commit the catalog and tag its first version.")
    tree, links = read_catalog(folder)
    if links:
        raise CatalogError(f"{folder} holds a symbolic link ({links[0]}).", "Replace it by the file.")
    changed = git.run_git(["status", "--porcelain"], folder)
    version = _name_version(describe_commit(folder, commit), commit, changed=bool(changed))
    snapshot = Snapshot(Identity(str(folder), version, str(folder)), tree, origin=CommitOrigin(folder, commit))
    known = {str(folder), *_remotes(folder), *sources}
    return UnreleasedCatalog(folder, snapshot, frozenset(map(_bare, known)), catalogs)


def _compiled(snapshot: Snapshot) -> Snapshot:
    """Compile a version before the first use, so that all uses share it."""
    compile_ahead(snapshot)
    return snapshot


def _remotes(folder: Path) -> frozenset[str]:
    """Give the addresses that the repository itself knows elsewhere."""
    code, listed = git.try_git(["config", "--get-regexp", r"^remote\..*\.url$"], folder)
    return frozenset(line.partition(" ")[2] for line in listed.decode().splitlines()) if code == 0 else frozenset()


def _bare(address: str) -> str:
    """Write an address as it is compared: without user and ending, and in full where it is a short form."""
    return expand_shortcut(without_user(address).removeprefix("git+")).rstrip("/").removesuffix(".git")


def _name_version(described: str, whole: str, *, changed: bool) -> str:
    """Name what is not released by a version that comes after the newest tag, as PEP 440 orders them.

    A pilot that recorded git's own name of such a commit would be one without a version. Without a tag that name is the
    commit's, which may look like a version (`607644c`).
    """
    tag, _, commit = described.rpartition("-g")
    before, _, count = tag.rpartition("-")
    if parse_version(before) is not None and count.isdigit():
        return f"{before}.post{count}+g{commit}{'.changes' if changed else ''}"
    if parse_version(described) is not None and not whole.startswith(described):
        return f"{described}{'+changes' if changed else ''}"
    return f"v0.dev0+g{described.rpartition('-g')[2]}{'.changes' if changed else ''}"
