"""Puts the catalog into the wheel; an editable install reads the checkout's own instead."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOG = ("copier.yml", "templates", "reference_architectures", "upgrade_notes")


class CatalogHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]  # untyped where hatchling is not installed
    """Carries the catalog as `pilotline/_catalog`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name what the wheel carries besides the package; `version` is `standard` or `editable`."""
        if version == "standard":
            for part in CATALOG:
                build_data["force_include"][str(Path(self.root) / part)] = f"pilotline/_catalog/{part}"
