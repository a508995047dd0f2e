"""What a team does after a run: bring its data, then its values, then live with it."""

from .own_data.example import is_example
from .settings import PlatformSettings


def next_step(settings: PlatformSettings, case: str, the_list: str) -> str:
    """Say it in one line, in the words of the case."""
    command, example = settings.distribution, settings.manifest.example
    if is_example(settings.root):
        return f"{command} own-data FILE puts a table of yours in the example's place"
    if example:
        return f"replace the example's {', '.join(example)} in pilot.yml and kpis.yml, then {command} derive"
    item = case.upper().replace(" ", "_")
    return f"work with the {the_list}; {command} feedback give {item} says where it is wrong"
