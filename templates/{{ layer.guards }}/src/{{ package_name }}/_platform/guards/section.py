"""The `[guards]` of the settings: what each guard does when it finds something."""

from typing import Literal

from pydantic import Field

from ..section import Section
from ..settings import PlatformPart

Mode = Literal["block", "observe", "off"]


class GuardsSection(Section):
    """`block` stops or redacts, `observe` only counts, `off` does not look."""

    personal_data: Mode = "block"  # redacted in what goes to a model and to the log
    injection_in_questions: Mode = "block"
    injection_in_documents: Mode = "block"  # the passage is left out
    output: Mode = "block"
    question_characters: int = Field(default=2000, ge=10)
    answer_characters: int = Field(default=6000, ge=100)
    allowed_hosts: tuple[str, ...] = ()  # that an answer may link to; others only when a passage names them


class GuardSettings(PlatformPart):
    """The platform's settings with `[guards]`, for whatever guards."""

    guards: GuardsSection = GuardsSection()
