"""`release`: what of a release runs where, and the way there and back."""

from getpass import getuser
from pathlib import Path

import click

from .. import PilotError
from .building import build, pack, read_built, scan, write_bill
from .deploying import Place, deploy, go_back, try_again
from .environments import read_environments
from .image import Image
from .ledger import Ledger

PACKAGE = __name__.partition(".")[0]


def _account() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        raise PilotError("This account has no name: say who it is with --by NAME.") from None


TO = click.option("--to", "to", required=True, metavar="ENVIRONMENT", help="One of those in ops/environments.toml.")
IMAGE = click.option("--image", metavar="NAME@sha256:…", help="The image by its digest; default: what was built last.")
BY = click.option("--by", default=_account, show_default="your account", help="Who does it.")


def release_command() -> click.Group:
    """Make the command."""

    @click.group("release")
    def release() -> None:
        """Bring the same image from environment to environment, and back where it fails."""

    for each in (_build(), _bill(), _scan(), _pack(), _deploy(), _smoke(), _back(), _show()):
        release.add_command(each)
    return release


def _build() -> click.Command:
    @click.command("build")
    @click.option("--name", required=True, help="Where it is pushed to, without a tag: REGISTRY/PROJECT/PILOT.")
    @click.option("--tag", required=True, help="What people call this version; deployed is its digest.")
    def command(*, name: str, tag: str) -> None:
        """Build the image once, and push it with its provenance and its bill of packages."""
        click.echo(str(build(_root(), name.lower(), tag)))

    return command


def _bill() -> click.Command:
    @click.command("bill")
    def command() -> None:
        """Put packages, model and data into one bill of materials (CycloneDX)."""
        click.echo(str(write_bill(_root())))

    return command


def _scan() -> click.Command:
    @click.command("scan")
    @IMAGE
    def command(*, image: str | None) -> None:
        """Look for known vulnerabilities; grave ones that can be mended stop the release."""
        click.echo(scan(_root(), _image(image)).rstrip())

    return command


def _pack() -> click.Command:
    @click.command("pack")
    def command() -> None:
        """Pack what is committed as a bundle, for an environment without containers."""
        click.echo(str(pack(_root())))

    return command


def _deploy() -> click.Command:
    @click.command("deploy")
    @TO
    @IMAGE
    @BY
    def command(*, to: str, image: str | None, by: str) -> None:
        """Let an image run there, try it, and go back to what ran before where it fails."""
        _show_ledger(deploy(_place(to), _image(image), by, click.echo))

    return command


def _smoke() -> click.Command:
    @click.command("smoke")
    @TO
    def command(*, to: str) -> None:
        """Try what runs there."""
        _show_ledger(try_again(_place(to)))

    return command


def _back() -> click.Command:
    @click.command("back")
    @TO
    @click.option("--why", required=True, help="The reason, for those who read it later.")
    @BY
    def command(*, to: str, why: str, by: str) -> None:
        """Let the release before run there again."""
        _show_ledger(go_back(_place(to), by, why, click.echo))

    return command


def _show() -> click.Command:
    @click.command("show")
    def command() -> None:
        """Show what runs where."""
        for environment in read_environments(_root()):
            _show_ledger(_place(environment.name).read())

    return command


def _show_ledger(ledger: Ledger) -> None:
    running = ledger.running
    said = f"{running.image}, since {running.at}, by {running.by}" if running else "nothing yet"
    click.echo(f"{ledger.environment}: {said}")
    if ledger.begun:
        click.echo(f"  a switch to {ledger.begun} was begun and never ended: `release back` or `deploy` ends it")
    if len(ledger.passed) > 1:
        click.echo(f"  before: {ledger.passed[1].image}")


def _root() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pilot.yml").is_file():
            return folder
    raise PilotError(f"No pilot.yml in {here} or above it: change into the pilot's repository.")


def _place(name: str) -> Place:
    return Place.open(_root(), PACKAGE.replace("_", "-"), name)


def _image(text: str | None) -> Image:
    return Image.parse(text) if text else read_built(_root())
