"""Passages of documents: the table `[retrieval]` of the settings, and the documents in the bill."""

from collections.abc import Sequence
from pathlib import Path

from . import Capability, Json


class Retrieval(Capability):
    """What documents add to the platform."""

    settings = ("retrieval",)

    def data_sets(self, root: Path) -> Sequence[Json]:
        """Describe each source of documents by what it holds now."""
        from ..retrieval.bill import describe_sources

        return describe_sources(root)


CAPABILITY = Retrieval()
