"""`derive`: rebuild what is made from the manifests."""

import click

from .. import DONE, FOUND


def derive_command() -> click.Command:
    @click.command("derive")
    @click.option("--check", is_flag=True, help="Write nothing; exit 1 when a derived file is stale.")
    def derive(*, check: bool) -> int:
        """Rebuild what is made from kpis.yml and pilot.yml."""
        from .. import derive as derived_files
        from ..settings import find_root

        root = find_root()
        stale = [each for each in derived_files.derive(root) if not each.fresh]
        for each in stale:
            place = each.path.relative_to(root)
            if check:
                click.echo(f"stale: {place}; `derive` rebuilds it", err=True)
            else:
                each.write()
                click.echo(f"wrote {place}")
        if not stale:
            click.echo("all derived files are fresh")
        return FOUND if stale and check else DONE

    return derive
