"""The `[retrieval]` of the settings: where documents lie, who owns them, who may read them, and how they are found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import Field, SecretStr, model_validator

from ..section import Section
from ..settings import PlatformPart

EVERYBODY: Final = "everybody"
# Words that carry no topic in English: a search by words and meaning leaves them out. Plain search keeps them.
FUNCTION_WORDS: Final = frozenset(
    word
    for line in (
        "a an and any are as at be been by can could did do does for from had has have how i if in into is it its many",
        "may me must my not of on one or our s shall should so than that the their them there they this those to up us",
        "was we were what when where which who whom whose why will with within would you your much long often",
    )
    for word in line.split()
)


class SourceSection(Section):
    """A folder of documents with an owner; `readers` are groups of people, whom the index asks for at each question."""

    folder: Path
    owner: str = "not stated yet"
    readers: tuple[str, ...] = (EVERYBODY,)
    fresh_days: int | None = Field(default=None, ge=1)  # older documents are named at each reading


class RerankerSection(Section):
    """A model that orders what was found; none as long as no address is given."""

    url: str = ""  # the whole address, such as https://models.example.org/v1/rerank
    model: str = ""
    key: SecretStr | None = None
    seconds: float = Field(default=1.0, gt=0, le=30)  # after which the order stays as it was
    passages: int = Field(default=20, ge=2, le=200)  # that it is shown


class RetrievalSection(Section):
    """How documents become passages, and how passages are found."""

    sources: Mapping[str, SourceSection] = {"documents": SourceSection(folder=Path("documents"))}
    people: Mapping[str, tuple[str, ...]] = {}  # the groups of each person, beyond everybody
    passage_words: int = Field(default=120, ge=20, le=1000)
    meaning: bool = True  # also by vectors, not by words alone
    heading_weight: float = Field(default=2.0, gt=0)
    left_out_words: frozenset[str] = FUNCTION_WORDS
    candidates: int = Field(default=50, ge=5, le=1000)  # of each way to search
    reranker: RerankerSection = RerankerSection()
    file_bytes: int = Field(default=50_000_000, ge=1)  # of a single document; a larger one is named and left out

    @model_validator(mode="after")
    def _have_readers(self) -> Self:
        for name, source in self.sources.items():
            if not source.readers:
                message = f'the source {name} has no readers: name groups, or "{EVERYBODY}"'
                raise ValueError(message)
        return self

    def groups_of(self, person: str | None) -> frozenset[str]:
        """Name the groups of a person; somebody unknown belongs to everybody only."""
        return frozenset({EVERYBODY, *(self.people.get(person, ()) if person else ())})


class RetrievalSettings(PlatformPart):
    """The platform's settings with `[retrieval]`, for whatever reads documents."""

    retrieval: RetrievalSection = RetrievalSection()
