"""What every pilot shares: kept by the catalog and upgraded with it, so put your own code elsewhere.

The one exception that a user can act on and the exit codes stand here, because every module of a pilot may need them.
"""

from typing import Final

DONE: Final = 0
FOUND: Final = 1
NOTHING_DONE: Final = 2
FAULT: Final = 3
INTERRUPTED: Final = 130


class PilotError(Exception):
    """Something that the reader can put right: the text says what is wrong, where, and the next step.

    `exit_code` is FOUND when a gate or a check did its work and said no, and NOTHING_DONE when configuration,
    a contract or a service has to change first.
    """

    def __init__(self, message: str, *, exit_code: int = NOTHING_DONE) -> None:
        super().__init__(message)
        self.exit_code = exit_code
