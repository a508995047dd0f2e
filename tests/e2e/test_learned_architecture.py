"""A pilot of an architecture that was drafted from another pilot passes the checks that need no data."""

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline

pytestmark = pytest.mark.slow

CHECKS = (("ruff", "check", "."), ("lint-imports",), ("pytest", "-q", "tests/unit", "tests/contract"))
OURS = '"""Ours."""\n\nCALLS_A_DAY = 12\n'
TEST = (
    '"""Ours."""\n\nfrom calls.services.ours import CALLS_A_DAY\n\n\n'
    'def test_it() -> None:\n    """It is ours."""\n    assert CALLS_A_DAY == 12\n'
)


@pytest.mark.parametrize("architecture", ["batch_scoring", "realtime_scoring"])
def test_the_second_pilot_passes_the_tests_of_the_first(run_in, tmp_path, architecture):
    catalog, first, second = (tmp_path / name for name in ("catalog", "first", "second"))

    def ready(*arguments):
        done = pilotline(*arguments, cwd=catalog if catalog.is_dir() else None, environment=IDENTITY)
        assert done.code == 0, done.err + done.out

    ready("catalog", "init", catalog)
    first_answers = (f"architecture={architecture}", "project_name=Calls", "package_name=calls")
    ready("new", first, "--defaults", "--catalog", catalog, *(part for each in first_answers for part in ("-d", each)))
    files = {"src/calls/services/ours.py": OURS, "tests/unit/test_ours.py": TEST}
    commit_all(build_file_tree(first, files), "Our calls")
    ready("catalog", "learn", first, "--as", "architecture", "drafted")
    git(catalog, "merge", "--quiet", "learn/first")
    git(catalog, "tag", "v1.1.0")
    chosen = ("-d", "architecture=drafted", "-d", "project_name=Stock", "-d", "package_name=stock")
    ready("new", second, "--defaults", "--catalog", catalog, *chosen)

    results = {" ".join(check): run_in(second, check) for check in CHECKS}
    failed = {name: f"{run.out[-3000:]}\n{run.err[-2000:]}" for name, run in results.items() if run.code}
    assert not failed, "\n\n".join(f"== {name}\n{text}" for name, text in failed.items())
