"""The pilot's commands: the main job with its steps, what people ask, and what every pilot has."""

from typing import TYPE_CHECKING

from .._platform.commands import job_commands
from .asking import ask_command, freeze_command, ingest_command
from .own import own_data_command

if TYPE_CHECKING:
    from .._platform.commands import TakesSteps

STEPS = {
    "evaluate": "Ask the frozen questions, beside plain full-text search; exit code 1 when the gate says no.",
    "measure": "Measure the KPIs of kpis.yml against their baseline.",
}


def _job() -> "TakesSteps":
    from .steps import JOB  # which loads for a second, so only when a step is taken

    return JOB


cli = job_commands("Answer questions from documents, with citations, or say that there is no answer.", STEPS, _job)
for command in (ask_command(), ingest_command(), own_data_command(), freeze_command()):
    cli.add_command(command)
