"""The `[llm]` of the settings: which endpoint words answers, how long it may take, and what it may cost."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from ..section import Section
from ..settings import PlatformPart


class EndpointSection(Section):
    """An OpenAI-compatible endpoint: its base, which ends in /v1 as a rule, and its prices for a million tokens."""

    url: str = ""
    model: str = ""
    key: SecretStr | None = None
    price_in: float = Field(default=0.0, ge=0)
    price_out: float = Field(default=0.0, ge=0)


class LlmSection(EndpointSection):
    """The endpoint that is asked first, the one that is asked in its place, and the limits of both."""

    fallback: EndpointSection = EndpointSection()
    deadline_seconds: float = Field(default=20, gt=0)  # for a whole answer, with all retries
    retries: int = Field(default=2, ge=0, le=5)
    max_tokens: int = Field(default=500, ge=1)
    cost_per_answer: float | None = Field(default=None, gt=0)  # in the currency of pilot.yml
    cost_per_day: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _name_models(self) -> Self:
        for name, each in (("llm", self), ("llm.fallback", self.fallback)):
            if bool(each.url) != bool(each.model):
                message = f"{name} needs both url and model, or neither"
                raise ValueError(message)
        if (self.cost_per_answer or self.cost_per_day) and self.url and not (self.price_in or self.price_out):
            message = "a limit of cost needs price_in and price_out of the endpoint"
            raise ValueError(message)
        return self

    @property
    def endpoints(self) -> tuple[EndpointSection, ...]:
        """Give the endpoints in the order in which they are asked; none when no model is configured."""
        return tuple(each for each in (self, self.fallback) if each.url)


class LlmSettings(PlatformPart):
    """The platform's settings with `[llm]`, for whatever asks a model."""

    llm: LlmSection = LlmSection()
