"""Bring the index in line with the documents."""

from .._platform import PilotError
from .._platform.monitoring import Metrics
from .._platform.retrieval.ingesting import Ingested, Ingestion
from ..bootstrap import Parts
from ..services.evaluation import Progress


def ingest(parts: Parts, progress: Progress) -> Ingested:
    """Read what is new, delete what is gone, and say what somebody should look at."""
    settings = parts.settings
    try:
        found = Ingestion(parts.index, settings.retrieval, parts.encoder, settings.root).run(progress)
    except PilotError as error:
        if parts.library.state:
            raise
        command = f"{settings.distribution} own-data FOLDER --apply"
        raise PilotError(f"{error} `{command}` brings documents of yours, and drafts questions.") from error
    metrics = Metrics(settings, "documents")
    metrics.set("pilot_documents", found.documents)
    metrics.set("pilot_passages", found.passages)
    metrics.set("pilot_documents_left_out", len(found.left_out))
    metrics.set("pilot_documents_stale", len(found.stale))
    metrics.write()
    return found
