"""The `[live]` of the settings: which systems are asked at the moment of a question, and with what of it."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Final, Self

from pydantic import Field, SecretStr, model_validator

from ..section import Section

PERSON: Final = "person"
READS: Final = re.compile(r"^\s*(select|with)\b[^;]*;?\s*$", re.IGNORECASE)
PARAMETER: Final = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")


class LiveSourceSection(Section):
    """A system that answers by SQL (`query`) or at a REST address; `takes` finds what it is asked with."""

    title: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    readers: tuple[str, ...] = Field(min_length=1)  # groups of [retrieval.people], or everybody
    takes: str = Field(min_length=1)  # a regular expression on the question; its named groups are the parameters
    url: SecretStr  # of a database; or an address with {names} of parameters
    query: str = ""
    headers: Mapping[str, SecretStr] = {}
    asker_header: str = ""  # of a REST request, with who asks, so that the system holds its own rights
    items: str = ""  # where rows stand in the JSON, such as data.orders; empty: the whole
    fields: Mapping[str, str] = {}  # what is shown, and where it stands in a row; empty: all plain values
    rows: int = Field(default=5, ge=1, le=50)
    seconds: float = Field(default=3, gt=0, le=60)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        try:
            named = set(re.compile(self.takes).groupindex)
        except re.error as error:
            message = f"takes is no regular expression ({error})"
            raise ValueError(message) from error
        if not named or PERSON in named:
            message = f"takes needs a named group, such as (?P<number>...); {PERSON} is whoever asks"
            raise ValueError(message)
        if self.query and not READS.match(self.query):
            message = "query has to be one SELECT"
            raise ValueError(message)
        if unknown := self._used() - named - {PERSON}:
            message = f"there is no group {min(unknown)} in takes"
            raise ValueError(message)
        return self

    def _used(self) -> set[str]:
        if self.query:
            return set(PARAMETER.findall(self.query))
        try:
            return {name for _, name, _, _ in Formatter().parse(self.url.get_secret_value()) if name is not None}
        except ValueError as error:
            message = "url has a brace that is not closed"
            raise ValueError(message) from error


class LiveSection(Section):
    """All live sources; they are asked together, each within its own seconds."""

    sources: Mapping[str, LiveSourceSection] = {}
