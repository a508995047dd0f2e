"""Migrations of a trusted catalog, run by Copier itself: in its order, with its conditions, folders and variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pilotline.files.scratch import scratch_folder
from pilotline.template.snapshot import Snapshot

Stage = Literal["before", "after"]


def has_migrations(recorded: Snapshot, target: Snapshot) -> bool:
    """Tell whether moving from one snapshot to another runs migrations: between two versions of one catalog."""
    old, new = recorded.identity, target.identity
    versions = old.version is not None and new.version is not None and old.version != new.version
    return versions and old.place == new.place and bool(target.definition.migrations)


def run_migrations(
    recorded: Snapshot, target: Snapshot, stage: Stage, folder: Path, given: Mapping[str, object]
) -> None:
    """Run the migrations of one stage in a folder.

    Args:
        recorded: The version that is left.
        target: The version that is moved to.
        stage: Before or after the merge.
        folder: The project, which they change.
        given: Its answers, which migrations after the merge can read.

    Raises:
        CatalogError: One of them fails, or Copier is not installed.
    """
    from pilotline.template.copier_fallback import (  # noqa: PLC0415 - few catalogs need it
        call_copier,
        prepare_order,
        refuse_without_copier,
    )

    refuse_without_copier(target)
    with scratch_folder("pilotline-copier-") as place:
        workshop = place.resolve()
        order = prepare_order(target, given, workshop, earlier=recorded)
        call_copier(
            {
                **order,
                "work": "migrate",
                "stage": stage,
                "version_from": recorded.identity.version,
                "dst_path": str(folder),
            },
            workshop,
            f"run the migrations of {target.identity.label}",
        )
