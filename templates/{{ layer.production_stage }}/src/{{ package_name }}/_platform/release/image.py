"""An image by its digest: the one name that cannot mean something else tomorrow."""

import re
from dataclasses import dataclass
from typing import Final, Self

from .. import PilotError

_REFERENCE: Final = re.compile(r"^(?P<name>[^@\s]+)@(?P<digest>sha256:[0-9a-f]{64})$")


@dataclass(frozen=True)
class Image:
    """Where the bytes lie, and their digest."""

    name: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME@sha256:…`.

        Raises:
            PilotError: It has no digest: a tag may be moved to other bytes between two environments.
        """
        found = _REFERENCE.match(text.strip())
        if not found:
            raise PilotError(f"{text.strip() or 'Nothing'} names no image by its digest: write NAME@sha256:….")
        return cls(found["name"], found["digest"])

    @property
    def short(self) -> str:
        """The beginning of its digest, for names of folders and jobs."""
        return self.digest.removeprefix("sha256:")[:12]

    @property
    def untagged(self) -> str:
        """Its name without a tag, which says nothing beside a digest."""
        head, slash, last = self.name.rpartition("/")
        return f"{head}{slash}{last.partition(':')[0]}"

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"{self.name}@{self.digest}"
