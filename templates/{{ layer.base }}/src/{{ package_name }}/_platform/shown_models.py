"""Shows what the gate made of a model: the same in every shape."""

from dataclasses import asdict

from .judged_models import Registered
from .screen import Json, Screen


def show_registered(screen: Screen, registered: Registered) -> Json:
    """Show who is champion now."""
    now = (
        f"the champion is version {registered.champion}"
        if registered.champion
        else "there is no champion: the rule decides"
    )
    word = "became champion" if registered.promoted else "stays a challenger"
    screen.title(f"Registered: version {registered.version} {word}; {now}")
    return asdict(registered)
