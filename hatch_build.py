"""Puts the catalog into the wheel, and the README with absolute links into the metadata.

An editable install reads the checkout's own catalog instead.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

CATALOG = ("copier.yml", "templates", "reference_architectures", "upgrade_notes")
_LINK = re.compile(r"(!?)\[((?:[^][]|\[[^][]*\])*)\]\((?!https?://|#)([^)\s]+)\)")


class CatalogHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]  # untyped where hatchling is not installed
    """Carries the catalog as `pilotline/_catalog`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name what the wheel carries besides the package; `version` is `standard` or `editable`."""
        if version == "standard":
            for part in CATALOG:
                build_data["force_include"][str(Path(self.root) / part)] = f"pilotline/_catalog/{part}"


class ReadmeHook(MetadataHookInterface):  # type: ignore[misc,unused-ignore]  # untyped where hatchling is not installed
    """Gives the README to package indexes, where a path of the repository leads nowhere."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the README."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        linked = absolute_links(text, metadata["urls"]["Source"], f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": linked}


def absolute_links(text: str, source: str, version: str) -> str:
    """Point the links of a page at the repository's files as they were in a version."""
    return _LINK.sub(
        lambda link: f"{link[1]}[{link[2]}]({source}/{'raw' if link[1] else 'blob'}/{version}/{link[3]})", text
    )
