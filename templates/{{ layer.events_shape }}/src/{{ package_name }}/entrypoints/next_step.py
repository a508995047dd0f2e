"""What a team does after a run."""

from ..settings import Settings

EXAMPLE = "data/online_retail_sample.csv.xz"


def next_step(settings: Settings) -> str:
    """Say what a team does after its first run: bring its data, then its values, then live with it."""
    command, example = settings.distribution, settings.manifest.example
    if settings.ledger.path == EXAMPLE:
        return f"{command} own-data FILE puts a table of yours in the example's place"
    if example:
        return f"replace the example's {', '.join(example)} in pilot.yml and kpis.yml, then {command} derive"
    return f"work with the list; {command} feedback give CUSTOMER says where it is wrong"
