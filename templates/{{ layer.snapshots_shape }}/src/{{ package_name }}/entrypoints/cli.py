"""The pilot's commands: what the main job and each of its steps are for; the platform makes the commands of it."""

from typing import TYPE_CHECKING

from .._platform.commands import job_commands

if TYPE_CHECKING:
    from .._platform.commands import TakesSteps

STEPS = {
    "train": "Learn from all known outcomes; a new version of the model.",
    "evaluate": "Judge it on past cases, against the rule and the champion.",
    "register": "Make it champion if it has earned that; else exit code 1.",
    "score": "Decide on the cases that wait and write it back, once.",
    "measure": "Measure the KPIs of kpis.yml against their baseline.",
    "report": "Write the page that a person looks at.",
}


def _job() -> "TakesSteps":
    from .steps import JOB  # which loads for seconds, so only when a step is taken

    return JOB


cli = job_commands("Decide on the cases of the table, and measure whether that pays.", STEPS, _job)
