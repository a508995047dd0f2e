"""A language model behind an endpoint: the table `[llm]` of the settings."""

from . import Capability


class LanguageModel(Capability):
    """What a language model adds to the platform."""

    settings = ("llm",)


CAPABILITY = LanguageModel()
