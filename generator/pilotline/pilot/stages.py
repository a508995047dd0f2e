"""The stages of a pilot: what each has proven, their order, and how people write them."""

from enum import IntEnum


class Stage(IntEnum):
    """What a pilot has proven so far; a stage requires its own checks and those of all earlier ones."""

    SANDBOX = 1
    PILOT = 2
    PRODUCTION = 3

    @property
    def label(self) -> str:
        """Name of the stage as manifests and users write it."""
        return self.name.lower()


STAGES = {stage.label: stage for stage in Stage}


def stage_after(name: str) -> str | None:
    """Name the stage that comes next; None after the last one, and for what is none."""
    later = list(STAGES)[list(STAGES).index(name) + 1 :] if name in STAGES else []
    return later[0] if later else None
