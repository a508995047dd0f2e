"""Every command in the documentation is run as it is written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pilotline.authoring.pilot_environment import known_types
from tests.helpers import IDENTITY, ROOT, git, pilotline
from tests.pilot_environment import UV_CACHE

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TUTORIALS = [
    "tutorial/first-pilot.md",
    "tutorial/centre-of-excellence.md",
    "how-to/own-data.md",
    "how-to/measure-a-kpi.md",
    "how-to/own-catalog.md",
    "how-to/release-catalog.md",
    "how-to/test-catalog.md",
    "how-to/upgrade.md",
    "how-to/foreign-templates.md",
    "how-to/adopt.md",
    "how-to/move-to-own-catalog.md",
    "how-to/architecture-board.md",
    "how-to/waivers.md",
    "how-to/stages.md",
    "how-to/incidents-and-voices.md",
    "how-to/acceptable-use.md",
    "how-to/labs.md",
    "how-to/deploy.md",
    "how-to/release.md",
    "how-to/drills.md",
]
INSTALL = "python -m pip install --quiet --upgrade pip\npip install --quiet -e . --group dev\n"
ELSEWHERE = "how-to/extend-catalog.md"  # followed in tests/authoring/test_add.py, which goes on with what it made
BORROW = (
    "echo {libraries} > $(echo .venv/lib/python*/site-packages)/borrowed.pth\n"
    "uv pip install --quiet --no-deps --editable .\n"
)
FENCED = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```(?:text|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def commands_of(page: Path) -> str:
    return "".join(FENCED.findall(page.read_text(encoding="utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_a_page_can_be_followed_as_it_is_written(tmp_path, pilot_environment, name):
    """Follow it with pip in the tutorial; that takes a minute, so that pages that say the same borrow it."""
    script = commands_of(ROOT / "docs" / name)
    assert script
    if name == TUTORIALS[0]:
        assert INSTALL in script
    else:
        (libraries,) = pilot_environment.parent.glob("lib/python*/site-packages")
        script = script.replace(INSTALL, BORROW.format(libraries=libraries))
    environment = {
        **os.environ,
        **IDENTITY,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PILOTLINE_CHECKOUT": str(ROOT),
        "PYTHONPATH": "",
        "MYPY_CACHE_DIR": str(tmp_path / "types"),
        "UV_CACHE_DIR": str(UV_CACHE),
        "PILOTLINE_PILOT_ENVIRONMENT": str(pilot_environment.parent),
    }
    with known_types(pilot_environment, tmp_path / "types"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"


@pytest.mark.slow
def test_the_first_command_of_the_readme_shows_a_measured_pilot(tmp_path):
    first = commands_of(ROOT / "README.md").splitlines()[0]
    assert first == "python3 bootstrap.py demo"
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    kept = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}

    done = subprocess.run(first.split(), cwd=clone, env=kept, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    in_one_line = " ".join(done.stdout.split())  # tables wrap their titles to the width of the terminal
    for shown in ("Revenue of lapsing", "baseline", "Worth ", "MLflow", "report", "metrics", "Next:"):
        assert shown in in_one_line, done.stdout
    assert (clone / "demo/customer-call-list/.git").is_dir()


def test_the_commands_that_readme_and_ci_page_show_for_a_pilot_work_there_one_after_the_other(tmp_path):
    pilot = tmp_path / "pilot"
    assert pilotline("new", pilot, "--defaults", environment=IDENTITY).code == 0
    pages = (ROOT / "README.md", ROOT / "docs" / "how-to" / "check-in-ci.md")
    shown = [line for page in pages for block in SHOWN.findall(page.read_text()) for line in block.splitlines()]
    commands = [line.split() for line in shown if line.startswith("pilotline ")]
    assert {command[1] for command in commands} == {
        "check", "kpi", "upgrade", "add", "prepare", "architectures"
    }  # fmt: skip
    for command in commands:
        run = pilotline(*command[1:], cwd=pilot, environment=IDENTITY)
        found_something = run.code == 1 and command[1] == "check"
        assert run.code == 0 or found_something, f"{command}: {run.out}{run.err}"
        git(pilot, "add", "--all")
        git(pilot, "commit", "--quiet", "--allow-empty", "--message", " ".join(command))


def test_every_page_with_commands_is_followed_somewhere():
    with_commands = {page for page in PAGES if commands_of(page)}
    followed = {
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs" / name for name in (*TUTORIALS, ELSEWHERE)),
    }
    assert with_commands == followed


def test_the_readme_leads_to_every_page():
    readme = ROOT / "README.md"
    led_to = {(ROOT / target).resolve() for target in LINK.findall(readme.read_text())}
    pages = {page for page in PAGES if page.parent not in {ROOT, ROOT / "docs" / "decisions"}}
    assert pages - led_to == set()
    assert ROOT / "docs" / "decisions" in led_to


def test_the_readme_s_two_commands_are_the_bootstrap_s():
    assert commands_of(ROOT / "README.md").split("\n") == ["python3 bootstrap.py demo", "python3 bootstrap.py test", ""]
    assert commands_of(ROOT / "CONTRIBUTING.md") == "python3 bootstrap.py test\n"
    assert "python3 bootstrap.py test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = [
        target.replace("%7B", "{").replace("%7D", "}").replace("%20", " ") for target in LINK.findall(page.read_text())
    ]
    assert [target for target in targets if not (page.parent / target).exists()] == []
