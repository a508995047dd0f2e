"""The `[chat]` of the settings: how long a conversation is remembered, and what of an answer is traced."""

from pydantic import Field

from ..pages.section import PagesSettings
from ..section import Section


class ChatSection(Section):
    """How people are answered on the page and over the interface."""

    earlier: int = Field(default=4, ge=0, le=20)  # questions of a conversation that a further one is understood by
    conversation_hours: float = Field(default=12, gt=0)  # after which a question begins a new one
    turns: int = Field(default=50, ge=1, le=500)  # of a conversation; then it is time for another
    pause_minutes: float = Field(default=15, gt=0)  # longer between a question and what comes next is no work on it
    traced_share: float = Field(default=1.0, ge=0, le=1)  # of the answers; one with a verdict is traced in any case
    traces_waiting: int = Field(default=500, ge=1)  # for the tracking server; further ones are counted and left out
    drain_seconds: float = Field(default=10, ge=0)  # for traces that wait when the service ends


class ChatSettings(PagesSettings):
    """The platform's settings with `[web]`, `[pages]` and `[chat]`."""

    chat: ChatSection = ChatSection()
