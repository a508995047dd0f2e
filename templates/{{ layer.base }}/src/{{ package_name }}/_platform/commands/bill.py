"""`bill`: write which model and which data sets are in use, for who has to know it in a minute."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import click

from .feedback import Parts

if TYPE_CHECKING:
    from ..measuring import MeasuringParts


def bill_command(build: Callable[[], Parts]) -> click.Command:
    """Make the command."""

    @click.command("bill")
    def bill() -> None:
        """Write the bill of materials of model and data to ops/ml-bom.cdx.json (CycloneDX), to be committed."""
        from ..bill import BILL, data_sets, make_bill

        parts = cast("MeasuringParts", build())
        root = parts.settings.root
        model = parts.tracking.version("champion")
        parts.database.close()
        data = data_sets(root)
        (root / BILL).parent.mkdir(exist_ok=True)
        (root / BILL).write_text(make_bill(parts.settings.distribution, model, data), encoding="utf-8")
        decides = f"version {model.version} of the model" if model is not None else "no model: the rule decides"
        click.echo(f"{BILL}: {decides}; {len(data)} {'data set' if len(data) == 1 else 'data sets'}. Commit it.")

    return bill
