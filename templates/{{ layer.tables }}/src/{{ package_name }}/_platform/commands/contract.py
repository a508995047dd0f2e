"""`contract`: show the rules of the data contracts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .showing import AS_JSON, show

if TYPE_CHECKING:
    from ..contract_rules import Contract, Rule


def contract_command() -> click.Command:
    @click.command("contract")
    @click.argument("files", nargs=-1, type=click.Path(path_type=Path))
    @AS_JSON
    def contract(*, files: tuple[Path, ...], as_json: bool) -> None:
        """Show the rules of the data contracts as they are enforced."""
        from ..odcs import read_contract
        from ..settings import find_root

        for path in files or sorted((find_root() / "data_contracts").glob("*.odcs.yaml")):
            found = read_contract(path)
            if not as_json:
                click.echo(f"\n{found.id} {found.version} ({found.classification}), owner {found.owner}")
                click.echo(f"read by {', '.join(sorted(found.readers)) or 'nobody'}")
            show([_rule(found, rule) for rule in found.rules], ("rule", "tolerated"), as_json=as_json)

    return contract


def _rule(contract: "Contract", rule: "Rule") -> dict[str, object]:
    return {"contract": contract.id, "rule": rule.name, "tolerated": str(rule.limit)}
