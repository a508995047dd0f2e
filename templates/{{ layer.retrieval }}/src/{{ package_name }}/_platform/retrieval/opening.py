"""Opens the index and the encoder that the settings switch on; built-in ones stand in until an integration does."""

from ..integrations import switched_on
from ..policies import check_endpoint
from ..settings import PlatformSettings
from .index import PassageIndex
from .reranking import Reranker
from .section import RetrievalSection
from .store import PassageStore
from .vectors import Encoder, WordVectors


def open_encoder(settings: PlatformSettings, integrations: str) -> Encoder:
    """Return the encoder that is switched on, or word vectors; `integrations` names the package to look in."""
    module = switched_on("encoder", settings, integrations)
    encoder: Encoder = module.build(settings) if module else WordVectors()
    return encoder


def open_index(settings: PlatformSettings, integrations: str, encoder: Encoder) -> PassageStore:
    """Return the index that is switched on, or the file below var/; `integrations` as for `open_encoder`."""
    module = switched_on("passages", settings, integrations)
    if module is None:
        return PassageIndex(settings.var / "passages.db", encoder)
    store: PassageStore = module.build(settings, encoder)
    return store


def open_reranker(settings: PlatformSettings, section: RetrievalSection) -> Reranker | None:
    """Return the reranker that is configured, where its host is one that the policies list; None without one."""
    if not section.reranker.url:
        return None
    check_endpoint(settings, section.reranker.url, "retrieval.reranker.url")
    return Reranker(section.reranker)
