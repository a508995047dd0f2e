"""Sources that are asked at the moment of a question: the table `[live]` of the settings."""

from . import Capability


class LiveSourcesOfSettings(Capability):
    """What live sources add to the platform."""

    settings = ("live",)


CAPABILITY = LiveSourcesOfSettings()
