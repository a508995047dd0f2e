"""The conversation about needs, where somebody does not know which architecture to take."""

from collections.abc import Sequence

from pilotline.catalog.advice import Need, read_candidates, read_needs, recommend
from pilotline.cli.prompts import Option, Prompt, ask_choice
from pilotline.cli.views.advice import reasons_as_text
from pilotline.cli.views.terminal import say
from pilotline.template.snapshot import Snapshot

_UNKNOWN = ""


def ask_needs(needs: Sequence[Need]) -> dict[str, str]:
    """Ask one need after the other; what nobody knows is left out.

    Raises:
        KeyboardInterrupt: The person left.
    """
    given: dict[str, str] = {}
    for number, need in enumerate(needs, 1):
        options = [Option(label, answer) for answer, label in need.answers.items()]
        prompt = Prompt(f"{number}/{len(needs)}", need.asks)
        answer = str(ask_choice(prompt, [*options, Option("Not known yet", _UNKNOWN)], None))
        if answer != _UNKNOWN:
            given[need.id] = answer
    return given


def choose_architecture(prompt: Prompt, options: Sequence[Option], present: object, snapshot: Snapshot) -> object:
    """Ask which architecture to take; whoever is not sure is asked for the needs first, and then offered the best.

    Raises:
        KeyboardInterrupt: The person left.
    """
    needs = read_needs(snapshot)
    unsure = [Option("Not sure: ask me what I need", _UNKNOWN)] if needs else []
    chosen = ask_choice(prompt, [*options, *unsure], present)
    if chosen != _UNKNOWN:
        return chosen
    advice = recommend(read_candidates(snapshot), needs, ask_needs(needs))
    say(f"\n{reasons_as_text(advice)}\n")
    return ask_choice(prompt, options, advice.best.id if advice.best else present)
