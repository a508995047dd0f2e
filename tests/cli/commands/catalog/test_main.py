import subprocess
import sys

from tests.helpers import pilotline

PROBE = """
import sys
from click.testing import CliRunner
from pilotline.cli.main import group
shown = CliRunner().invoke(group, ["catalog", "--help"])
assert shown.exit_code == 0 and "release" in shown.output, shown.output
late = ("pilotline.cli.commands.catalog.", "jinja2", "pilotline.linting")
loaded = [name for name in sys.modules if name.startswith(late)]
print(" ".join(sorted(loaded)))
"""


def test_help_imports_no_subcommand():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout == "pilotline.cli.commands.catalog.main\n"


def test_every_subcommand_has_its_help():
    for name in ("init", "add", "lint", "release", "versions"):
        shown = pilotline("catalog", name, "--help")
        assert (shown.code, shown.out[: len("Usage: ")]) == (0, "Usage: ")
