"""Guards: the table `[guards]` of the settings."""

from . import Capability


class Guarding(Capability):
    """What guards add to the platform."""

    settings = ("guards",)


CAPABILITY = Guarding()
