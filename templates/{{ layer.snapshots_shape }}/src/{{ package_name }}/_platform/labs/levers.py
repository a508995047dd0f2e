"""What moves the threshold of a decision: its share, or what each mistake costs."""

from typing import Final

LEVERS: Final = (
    "decision.share",
    "decision.costs.act.no",
    "decision.costs.act.yes",
    "decision.costs.leave.no",
    "decision.costs.leave.yes",
)
