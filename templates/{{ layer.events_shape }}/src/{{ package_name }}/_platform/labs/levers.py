"""What moves the threshold of a list: above which score somebody stands on it."""

from typing import Final

LEVERS: Final = ("policy.chosen_share", "policy.silent_days")
