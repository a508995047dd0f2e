"""What a model that wants to be champion is to the one that is: what it has to show depends on it."""

from enum import StrEnum


class Kinship(StrEnum):
    """What a challenger is to the champion."""

    OTHER = "another recipe"
    RETRAINED = "the same recipe, trained anew"
    SAME = "the same recipe, trained on the same"
