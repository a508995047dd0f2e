"""What moves the threshold of an answer: below which fit the assistant says that it does not know."""

from typing import Final

LEVERS: Final = ("evaluation.false_answers", "answering.cited")
