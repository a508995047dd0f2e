"""Half a year of a real pilot: its team works on it, the catalog goes on, and after each upgrade all still passes."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.test_pilots import CHECKS, TEAM_S_CHECKS
from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.upgrade.helpers import publish_builtin, replaced, upgrade

pytestmark = pytest.mark.slow

BASE = "templates/{{ layer.base }}"
INSIDE = "src/{{ package_name }}/_platform"
PLATFORM = f"{BASE}/{INSIDE}"
TABLES = f"templates/{{{{ layer.tables }}}}/{INSIDE}"
LEARNING = "templates/{{ layer.tabular_learning }}"
OLD, NEW = "customer_call_list", "customers_to_phone"
DELETED = "docs/platform.md"
LAST = 4
"""The version that the last upgrade leads to."""
DERIVED = "docs/kpis.md"
"""Rebuilt from the manifests, so none of its lines is the team's."""


def change(root: Path, path: str, *pairs: tuple[str, str]) -> None:
    """Replace what stands in a file exactly once."""
    text = (root / path).read_text()
    for old, new in pairs:
        text = replaced(text, old, new)
    (root / path).write_text(text)


def change_everywhere(root: Path, old: str, new: str) -> None:
    """Replace a text in every tracked file but the recorded answers."""
    for path in git(root, "grep", "-l", "-F", old).splitlines():
        if path != ".copier-answers.yml":
            (root / path).write_text((root / path).read_text().replace(old, new))


WORST = '''

def worst(found: tuple[Drift, ...]) -> Drift | None:
    """Name the feature that moved most, by its share of the threshold."""
    return max(found, key=lambda each: each.statistic / each.threshold, default=None)
'''
TEST_WORST = '''"""What a report says first about drift."""

import pandas as pd

from {{ package_name }}._platform.drift import compare, worst


def test_the_feature_that_moved_most_is_named() -> None:
    before = pd.DataFrame({"still": range(400), "moved": range(400)}, dtype=float)
    found = worst(compare(before, before.assign(moved=before["moved"] + 300), seed=1))
    assert found is not None
    assert found.feature == "moved"
    assert worst(()) is None
'''
MONTHS = '''"""Months as people count them."""

from datetime import date


def months_between(first: date, last: date) -> int:
    """Count the months that began between two days."""
    return (last.year - first.year) * 12 + last.month - first.month
'''
TEST_MONTHS = '''"""Months as people count them."""

from datetime import date

from {{ package_name }}._platform.months import months_between


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == 3
'''


def second_version(catalog: Path) -> None:
    """Improve a module, bring its test, change a rule and a page, tell what to do by hand."""
    drift = (catalog / f"{LEARNING}/{INSIDE}/drift.py").read_text()
    before, mark, after = drift.partition("\n\ndef _compare_one(")
    note = "# v2.0.0\n\nDrift names its worst feature.\n\n## Manual steps\n\n- Show it in your report.\n"
    build_file_tree(
        catalog,
        {
            f"{LEARNING}/{INSIDE}/drift.py": before + WORST + mark + after,
            f"{BASE}/tests/platform/test_worst_drift.py.jinja": TEST_WORST,
            "upgrade_notes/v2.0.0.md": note,
        },
    )
    change(catalog, f"{BASE}/pyproject.toml.jinja", ("max-complexity = 10", "max-complexity = 12"))
    change(catalog, f"{BASE}/docs/platform.md.jinja", ("| the catalog's |", "| the CoE's |"))


def third_version(catalog: Path) -> None:
    """Rename a module, bring another with its test, change a line that names the package, and a dependency."""
    (catalog / f"{TABLES}/odcs.py").rename(catalog / f"{TABLES}/odcs_documents.py")
    for user in ("data_sets.py", "commands/contract.py", "contracts.py", "tables.py"):
        change(catalog, f"{TABLES}/{user}", (".odcs import", ".odcs_documents import"))
    tests = f"{BASE}/tests/platform"
    build_file_tree(catalog, {f"{PLATFORM}/months.py": MONTHS, f"{tests}/test_months.py.jinja": TEST_MONTHS})
    assertion = "    assert [drift.detected for drift in compare(reference, moved"
    change(
        catalog,
        f"{LEARNING}/tests/platform/test_drift.py.jinja",
        ("_platform.drift import compare\n", "_platform.drift import compare, worst\n"),
        (assertion, f"    assert worst(()) is None\n{assertion}"),
    )
    change(catalog, "templates/_layers/base.yml", ("structlog>=26.1,", "structlog>=26.1.0,"))


def fourth_version(catalog: Path) -> None:
    """Remove a file, change the module that was renamed, and a task."""
    (catalog / "templates/{{ layer.pilot_stage }}/.pre-commit-config.yaml").unlink()
    words = ("what cannot be mapped is", "whatever cannot be mapped is")
    change(catalog, f"{TABLES}/odcs_documents.py", words)
    change(catalog, f"{BASE}/noxfile.py", ('"""Strict types."""', '"""Strict types, as the editor shows them."""'))
    build_file_tree(catalog, {"upgrade_notes/v4.0.0.md": "# v4.0.0\n\nHooks are the team's now.\n"})


OFFICE = '''class OfficeSettings(Section):
    """When account managers can call."""

    first_hour: int = Field(default=9, ge=0, le=23)


'''
HOURS = '''

@cli.command()
def hours() -> int:
    """Say from when on account managers can call."""
    from ..settings import Settings

    click.echo(f"from {Settings.load().office.first_hour} o'clock")
    return 0
'''
TEST_HOURS = f"""import pytest

from {OLD}._platform.commands import run_cli
from {OLD}.entrypoints.cli import cli


def test_the_hours_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(cli, ["hours"]) == 0
    assert capsys.readouterr().out == "from 8 o'clock\\n"
"""
NIGHTLY = """
  nightly:
    name: Gate
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - run: nox --session gate
"""
SESSION = '''

@nox.session
def handbook(session: nox.Session) -> None:
    """The team's own pages."""
    session.run("ls", "docs/team", external=True)
'''


def first_months(pilot: Path) -> None:
    """Rename a module, delete a page, pin a dependency; add a setting, a command, a CI job and a session."""
    source = f"src/{OLD}"
    git(pilot, "mv", f"{source}/services/evaluation.py", f"{source}/services/judging.py")
    change_everywhere(pilot, "services.evaluation", "services.judging")
    subprocess.run(["ruff", "check", "--quiet", "--select", "I", "--fix", "src", "tests"], cwd=pilot, check=True)
    (pilot / DELETED).unlink()
    dependencies = ('"rich>=14,<16"', '"rich==14.3.2"')
    change(pilot, "pyproject.toml", dependencies, ("max-args = 7", "max-args = 8"))
    field = "    evaluation: EvaluationSettings = EvaluationSettings()\n"
    office = f"{field}    office: OfficeSettings = OfficeSettings()\n"
    change(pilot, f"{source}/settings.py", ("class Settings(", f"{OFFICE}class Settings("), (field, office))
    imports, end = "from typing import TYPE_CHECKING\n", '    dated=("run", "score", "report"),\n)\n'
    command = (imports, f"{imports}\nimport click\n"), (end, end + HOURS)
    change(pilot, f"{source}/entrypoints/cli.py", *command)
    change(pilot, f"{source}/_platform/drift.py", ("SMOOTHING: Final = 0.5\n", "SMOOTHING: Final = 0.5  # as agreed\n"))
    change(pilot, f"{source}/_platform/odcs.py", ('"rowCount")\n', '"rowCount")  # what our tables need\n'))
    build_file_tree(pilot, {"tests/unit/test_hours.py": TEST_HOURS, "docs/team/handbook.md": "# Ours\n"})
    for path, text in (
        ("config/default.toml", "\n[office]\nfirst_hour = 8\n"), (".github/workflows/team.yml", NIGHTLY),
        ("noxfile.py", SESSION),
    ):  # fmt: skip
        (pilot / path).write_text((pilot / path).read_text() + text)


def middle_months(pilot: Path) -> None:
    """Rename the package, wherever its name stands."""
    git(pilot, "mv", f"src/{OLD}", f"src/{NEW}")
    change_everywhere(pilot, OLD, NEW)


def last_months(pilot: Path) -> None:
    """Work on what arrived: a module of the catalog, a test, a page of the team."""
    change(pilot, f"src/{NEW}/_platform/months.py", ("people count them", "our people count them"))
    build_file_tree(pilot, {"docs/team/handbook.md": "# Ours\n\nWhom to call.\n"})


def lines(folder: Path) -> Counter[str]:
    """Count all lines of a pilot; the name of the package is not what they are about."""
    tracked = set(git(folder, "ls-files").splitlines()) - {DERIVED}
    texts = [(folder / path).read_bytes().decode(errors="replace").replace(NEW, OLD) for path in tracked]
    return Counter(line for text in texts for line in text.splitlines() if line.strip())


def platform_s_tests(pilot: Path) -> list[str]:
    """Name the platform's tests that the upgrade brought or changed; all of them run after the last one."""
    changed = git(pilot, "diff", "--name-only", "--diff-filter=d", "HEAD~1", "--", "tests/platform").splitlines()
    assert changed
    return changed


def make(catalog: Path, version: int, folder: Path) -> Path:
    place = f"{catalog}@v{version}.0.0"
    made = pilotline("new", folder, "--defaults", "-d", "prepared_for=pilot", "--catalog", place, environment=IDENTITY)
    assert made.code == 0, made.err
    return folder


def test_after_each_upgrade_nothing_is_lost_and_the_pilot_passes_its_own_checks(run_in, run_pilot, tmp_path):
    catalog, pilot = publish_builtin(tmp_path / "catalog"), tmp_path / "pilot"
    make(catalog, 1, pilot)
    seasons = ((first_months, second_version), (middle_months, third_version), (last_months, fourth_version))
    for number, (work, improve) in enumerate(seasons, start=2):
        work(pilot)
        assert run_pilot(pilot, "derive").code == 0
        git(pilot, "add", "--all")
        git(pilot, "commit", "--quiet", "--message", "our work")
        ours = lines(pilot) - lines(make(catalog, number - 1, tmp_path / f"untouched-{number - 1}"))
        improve(catalog)
        commit_all(catalog, "The catalog goes on", tag=f"v{number}.0.0")

        done = upgrade(pilot, "--commit")

        assert done.code == 0, done.out + done.err
        assert ours - lines(pilot) == Counter(), "lines of the team"
        assert not (pilot / DELETED).exists()
        assert {path.name for path in (pilot / "src").iterdir()} == {OLD if number == 2 else NEW}
        checks = CHECKS if number == LAST else (*TEAM_S_CHECKS, ("pytest", "-q", *platform_s_tests(pilot)))
        failed = {" ".join(check): run for check in checks if (run := run_in(pilot, check)).code}
        assert not failed, "\n\n".join(f"== {name}\n{run.out[-3000:]}{run.err[-1000:]}" for name, run in failed.items())
        assert git(pilot, "status", "--porcelain") == ""
