"""What can be configured: documents, answers, evaluation; the platform's own settings come with the base."""

from pathlib import Path

from pydantic import Field

from ._platform.guards.section import GuardsSection
from ._platform.live.section import LiveSection
from ._platform.llm.section import LlmSection
from ._platform.retrieval.section import RetrievalSection
from ._platform.settings import PlatformSettings, Section
from .services.evaluation import Gate


class AnsweringSettings(Section):
    """How many passages are looked at and cited, and from which fit on there is an answer before any evaluation."""

    looked_at: int = Field(default=80, ge=1, le=500)
    considered: int = Field(default=8, ge=1, le=50)
    cited: int = Field(default=3, ge=1, le=10)
    threshold: float = Field(default=0.36, ge=0, le=1)
    prompt: Path = Path("config/prompts/answer.md")


class EvaluationSettings(Section):
    """Where the questions are, and what the assistant has to reach on those held back."""

    folder: Path = Path("evaluation")
    false_answers: float = Field(default=0.25, ge=0, le=1)
    margin: float = Field(default=10, ge=0, le=100)
    refused: float = Field(default=0.5, ge=0, le=1)

    @property
    def gate(self) -> Gate:
        """The gate as the use cases know it."""
        return Gate(self.false_answers, self.margin, self.refused)


class Settings(PlatformSettings):
    """All settings of this pilot."""

    retrieval: RetrievalSection = RetrievalSection()
    live: LiveSection = LiveSection()
    llm: LlmSection = LlmSection()
    guards: GuardsSection = GuardsSection()
    answering: AnsweringSettings = AnsweringSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
