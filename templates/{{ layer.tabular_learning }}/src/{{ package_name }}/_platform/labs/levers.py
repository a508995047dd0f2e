"""What moves the threshold of a model of tables; which of them a pilot has follows from the shape of its data."""

from typing import Final

LEVERS: Final = (
    "policy.chosen_share",
    "policy.silent_days",
    "decision.share",
    "decision.costs.act.no",
    "decision.costs.act.yes",
    "decision.costs.leave.no",
    "decision.costs.leave.yes",
)
