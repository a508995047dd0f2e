"""The `[serving]` of the settings: how a new model is taken up, and when it is taken back."""

from pydantic import Field

from ..section import Section
from ..web.section import WebSettings


class ServingSection(Section):
    """A new champion first decides in the shadow, then on a share of the requests, then on all; or goes back."""

    poll_seconds: float = Field(default=5, gt=0)  # how often switch and registry are looked at
    most_at_once: int = Field(default=100, ge=1)  # cases of one request
    person_decides: tuple[str, ...] = ("act",)  # actions that are only suggested: a person decides them
    shadow_decisions: int = Field(default=200, ge=0)
    canary_percent: int = Field(default=10, ge=1, le=100)
    canary_decisions: int = Field(default=500, ge=0)
    by_hand: bool = False  # true: it moves on only by the command `rollout`
    errors_allowed: float = Field(default=0.02, ge=0, lt=1)  # share of its decisions that fail
    errors_from: int = Field(default=20, ge=1)  # decisions from which on that share is looked at
    drift_window: int = Field(default=1000, ge=200)  # newest cases that are compared with those that were learned from
    drift_seconds: float = Field(default=3600, gt=0)  # how often
    outcomes_from: int = Field(default=30, ge=2)  # known outcomes from which on its cost is compared


class ServingSettings(WebSettings):
    """The platform's settings with `[web]` and `[serving]`."""

    serving: ServingSection = ServingSection()
