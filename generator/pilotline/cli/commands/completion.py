"""`pilotline completion`: what a shell reads to complete pilotline's commands, options and files."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_PILOTLINE_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what SHELL has to read to complete pilotline.

    \b
    bash: pilotline completion bash >> ~/.bashrc
    zsh:  pilotline completion zsh >> ~/.zshrc
    fish: pilotline completion fish > ~/.config/fish/completions/pilotline.fish
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows the three
    click.echo(kind(ctx.find_root().command, {}, "pilotline", _VARIABLE).source())
