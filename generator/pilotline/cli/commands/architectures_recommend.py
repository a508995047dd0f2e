"""`pilotline architectures recommend`: from a handful of needs to an architecture, with reasons."""

import sys
from collections.abc import Mapping, Sequence

import click

from pilotline.catalog.advice import Need, read_candidates, read_needs, recommend
from pilotline.cli.options.catalogs import open_catalog
from pilotline.cli.options.common import catalog_option, echo_json, json_option, user_catalogs
from pilotline.cli.views.advice import advice_as_data, advice_as_text
from pilotline.cli.views.terminal import say
from pilotline.errors import CatalogError


@click.command("recommend")
@click.option("-n", "--need", "pairs", metavar="NEED=ANSWER", multiple=True, help="Say one need; repeatable.")
@catalog_option
@json_option
@click.pass_context
def command(context: click.Context, pairs: tuple[str, ...], catalog: str | None, as_json: bool) -> int:
    """Recommend an architecture for what you need, with the reasons.

    Without --need a person is asked, and may skip what nobody knows yet. The advice says what would change it. Exit
    code 1: none fits.
    """
    snapshot = open_catalog(user_catalogs(), catalog or context.obj)
    needs = read_needs(snapshot)
    if not needs:
        raise CatalogError(
            "This catalog asks nothing about needs.", "Its owner may write reference_architectures/needs.yml."
        )
    given = _read(pairs, needs) if pairs else _ask(needs)
    advice = recommend(read_candidates(snapshot), needs, given)
    if as_json:
        echo_json(advice_as_data(advice, given))
    else:
        say(advice_as_text(advice, needs, given))
    return 0 if advice.best else 1


def _read(pairs: Sequence[str], needs: Sequence[Need]) -> dict[str, str]:
    """Read NEED=ANSWER pairs.

    Raises:
        click.BadParameter: There is no such need, or no such answer.
    """
    known = {need.id: need for need in needs}
    given: dict[str, str] = {}
    for pair in pairs:
        name, _, answer = (part.strip() for part in pair.partition("="))
        if name not in known:
            raise click.BadParameter(f"there is no need {name}: {', '.join(known)}", param_hint="--need")
        if answer not in known[name].answers:
            offered = ", ".join(known[name].answers)
            raise click.BadParameter(f"{name} is one of {offered}", param_hint="--need")
        given[name] = answer
    return given


def _ask(needs: Sequence[Need]) -> Mapping[str, str]:
    """Ask a person, or say to a program what it may say.

    Raises:
        click.UsageError: Nobody is there to be asked.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        offered = "; ".join(f"{need.id}={'|'.join(need.answers)}" for need in needs)
        raise click.UsageError(f"Say what you need with --need, once for each that you know: {offered}")
    from pilotline.cli.needs_dialogue import ask_needs  # noqa: PLC0415 - the library for dialogues takes a while

    return ask_needs(needs)
