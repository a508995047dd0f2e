"""The catalog as it was when pilots had their first shape: what existing pilots were made from."""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from pilotline.catalog.builtin import read_parts
from pilotline.template.snapshot import Identity, Snapshot
from tests.helpers import ROOT

FIRST_SHAPE: Final = "a68adc9c78e070c77d3fb76310a362856da835bb"


def unpack_first_shape(folder: Path) -> Path:
    """Unpack that commit of this repository."""
    done = subprocess.run(["git", "archive", FIRST_SHAPE], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def load_first_shape(folder: Path) -> Snapshot:
    """Read the catalog of that commit."""
    return Snapshot(Identity("", None, "the catalog of the first shape"), read_parts(unpack_first_shape(folder)))
