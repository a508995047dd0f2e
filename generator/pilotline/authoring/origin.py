"""Where an organisation's catalog came from, recorded in it, so that it can go on receiving what its origin learns.

A catalog holds two kinds of files: the parts of the catalog that it began as, and, around them, what a repository of
its own needs, which always comes from the skeleton that the built-in catalog of some version carries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from pilotline.about import CATALOG_VERSION
from pilotline.authoring.skeletons import render_skeleton
from pilotline.catalog.loading import load_builtin
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.template.snapshot import Identity, Snapshot

ORIGIN_FILE: Final = ".catalog-origin.yml"
"""Where a catalog records where it came from."""
_CATALOG_PARTS: Final = ("copier.yml", "templates/", "reference_architectures/")
"""What a catalog takes over from the one that it begins as."""
_SKELETON: Final = "templates/_catalog/"
"""What the built-in catalog brings for a repository of its own; no other catalog takes it over as a template."""
_HEAD: Final = "# Where this catalog came from. Pilotline wrote it and reads it; leave it as it is.\n"


@dataclass(frozen=True)
class RecordedOrigin:
    """Which catalog an organisation's own began as, and what was put into the files around it."""

    source: str
    version: str | None
    pilotline: str = CATALOG_VERSION
    """Version of the built-in catalog whose skeleton the files around come from."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What was put into that skeleton."""

    @classmethod
    def of(cls, snapshot: Snapshot, **values: str) -> "RecordedOrigin":
        """Describe a beginning with a catalog, with what its skeleton is filled with."""
        identity = snapshot.identity
        begun = f"{place_of(identity)} {identity.version or ''}".rstrip()
        filled = {"name": "", "pilotline": "", "version": "", "date": "", "origin": begun, **values}
        return cls(identity.source, identity.version, values=filled)

    @classmethod
    def parse(cls, content: bytes) -> "RecordedOrigin":
        """Read the record.

        Raises:
            CatalogError: It is of another shape.
        """
        try:
            data = parse_mapping(content) or {}
        except (YamlError, UnicodeDecodeError):
            data = {}
        source, version, pilotline = (data.get(name) for name in ("source", "version", "pilotline"))
        values = data.get("skeleton", {})
        if not (isinstance(source, str) and isinstance(pilotline, str) and isinstance(values, dict)):
            raise CatalogError(
                f"{ORIGIN_FILE} cannot be read as the record of where this catalog came from.",
                f"Restore it from an earlier commit: git log -- {ORIGIN_FILE}",
            )
        kept = {str(name): str(value) for name, value in values.items()}
        return cls(source, None if version is None else str(version), pilotline, kept)

    def render(self, snapshot: Snapshot) -> Tree:
        """Give all files of a catalog that begins as a snapshot."""
        skeleton = load_builtin(snapshot.identity.source, self.pilotline).tree
        parts = {path: file for path, file in snapshot.tree.items() if is_part(path)}
        around = {path.removeprefix(_SKELETON): file for path, file in skeleton.items() if path.startswith(_SKELETON)}
        return Tree({**render_skeleton(Tree(around), self.values), **parts, ORIGIN_FILE: File(self.format().encode())})

    def format(self) -> str:
        """Write the record."""
        record = {
            "source": self.source,
            "version": self.version,
            "pilotline": self.pilotline,
            "skeleton": dict(sorted(self.values.items())),
        }
        return _HEAD + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=4096)


def is_part(path: str) -> bool:
    """Tell whether a file of a catalog belongs to the catalogs that begin as it, too."""
    return path.startswith(_CATALOG_PARTS) and not path.startswith(_SKELETON)


def place_of(identity: Identity) -> str:
    """Name a catalog for a file that others read: its address, but no folder of this machine."""
    if "://" in identity.label or "@" in identity.label:
        return identity.label
    return "Pilotline's built-in catalog" if "://" in identity.source else f"the catalog {Path(identity.label).name}"
