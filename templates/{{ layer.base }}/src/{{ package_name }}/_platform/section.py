"""What every table of the settings has in common, below all that reads settings."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the settings; an unknown key is an error, because it is a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)
