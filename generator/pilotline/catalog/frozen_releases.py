"""Frozen releases of the built-in catalog, so that old pilots can be upgraded without a network.

A release is a manifest (path, mode, SHA-256) beside a store of contents that all releases share: what did not change
between two releases is kept once.
"""

import hashlib
import json
import lzma
from pathlib import Path
from typing import Final

from packaging.version import Version

from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree

STORE: Final = Path(__file__).resolve().parents[1] / "_releases"


def list_releases(store: Path = STORE) -> tuple[str, ...]:
    """List the frozen versions, oldest first."""
    return tuple(sorted((path.stem for path in store.glob("v*.json")), key=Version))


def freeze_release(tree: Tree, version: str, store: Path = STORE) -> None:
    """Keep a catalog for ever under its version.

    Raises:
        CatalogError: The version is no release, or is frozen with other content.
    """
    if Version(version).is_prerelease:
        raise CatalogError(f"{version} is not a release.", "Give it a version without dev, a, b or rc.")
    manifest = store / f"{version}.json"
    if manifest.exists():
        changed = differing_paths(tree, version, store)
        if changed:
            raise CatalogError(
                f"{version} is frozen and differs: {', '.join(changed[:5])}.", "Release under a higher version."
            )
        return
    (store / "objects").mkdir(parents=True, exist_ok=True)
    entries: dict[str, list[str]] = {}
    for path, file in tree.items():
        digest = hashlib.sha256(file.content).hexdigest()
        kept = store / "objects" / f"{digest}.xz"
        if not kept.exists():
            kept.write_bytes(lzma.compress(file.content, preset=9))
        entries[path] = [file.mode, digest]
    manifest.write_text(json.dumps(entries, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def read_release(version: str, store: Path = STORE) -> Tree:
    """Read a frozen catalog.

    Raises:
        CatalogError: This pilotline carries no such release, or its content is damaged.
    """
    entries = _read_manifest(version, store)
    files: dict[str, File] = {}
    for path, (mode, digest) in entries.items():
        try:
            content = lzma.decompress((store / "objects" / f"{digest}.xz").read_bytes())
        except (OSError, lzma.LZMAError) as error:
            raise CatalogError(f"The frozen release {version} is damaged at {path}.", "Reinstall pilotline.") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise CatalogError(f"The frozen release {version} is damaged at {path}.", "Reinstall pilotline.")
        files[path] = File(content, mode == "100755")
    return Tree(files)


def release_digests(version: str, store: Path = STORE) -> dict[str, str]:
    """Give the SHA-256 of each file of a frozen catalog.

    Raises:
        CatalogError: This pilotline carries no such release.
    """
    return {path: digest for path, (_, digest) in _read_manifest(version, store).items()}


def differing_paths(tree: Tree, version: str, store: Path = STORE) -> tuple[str, ...]:
    """Name the paths in which a catalog differs from the frozen release of the same version."""
    frozen = {path: tuple(entry) for path, entry in _read_manifest(version, store).items()}
    present = {path: (file.mode, hashlib.sha256(file.content).hexdigest()) for path, file in tree.items()}
    return tuple(sorted(path for path in frozen.keys() | present.keys() if frozen.get(path) != present.get(path)))


def _read_manifest(version: str, store: Path) -> dict[str, list[str]]:
    known = list_releases(store)
    if version not in known:
        raise CatalogError(
            f"This pilotline carries no built-in catalog {version}.",
            f"It carries: {', '.join(known) or 'none but its own'}.",
        )
    entries: dict[str, list[str]] = json.loads((store / f"{version}.json").read_text(encoding="utf-8"))
    return entries
