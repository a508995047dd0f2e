"""A language model behind an endpoint: the table `[llm]` of the settings."""

from collections.abc import Mapping
from pathlib import Path

from . import Capability


class LanguageModel(Capability):
    """What a language model adds to the platform."""

    settings = ("llm",)

    def cut_off(self, root: Path, nowhere: str) -> Mapping[str, str]:
        """Put the endpoints that are configured where nobody answers."""
        from ..llm.section import LlmSettings

        asked = LlmSettings.load(root).llm
        away = {"PILOT_LLM__URL": asked.url, "PILOT_LLM__FALLBACK__URL": asked.fallback.url}
        return {name: f"{nowhere}/v1" for name, url in away.items() if url}


CAPABILITY = LanguageModel()
