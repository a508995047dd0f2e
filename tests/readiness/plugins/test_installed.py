"""Packages that bring checks are installed for real: a folder with a `.dist-info` on the path of a new process."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.helpers import ROOT, build_file_tree, pilotline

HEAD = """
import os, sys, time
from pilotline.readiness.base import Check, ExecutedCheck
from pilotline.readiness.results import Effort, Problem, Stage

class Good(Check):
    "It stands for any check."
    id, title, stage, source, effort, advice = "ACM001", "It is good", Stage.SANDBOX, "us", Effort.MINUTES, "Do it."
    def find(self, repo):
        return [] if "README.md" in repo.files else [Problem("no README")]

def make(number, find):
    return type(f"Check{number}", (Good,), {"__doc__": "Another.", "id": f"ACM00{number}", "find": find})()
"""
MISBEHAVING = {
    "raises": ("lambda self, repo: 1 / 0", "ZeroDivisionError"),
    "prints": ("lambda self, repo: print('{}') or sys.stdout.flush() or os.write(1, b'x') and []", None),
    "exits": ("lambda self, repo: sys.exit(0)", "in the middle of a check"),
    "dies": ("lambda self, repo: os._exit(7)", "exit code 7"),
    "crashes": ("lambda self, repo: os.kill(os.getpid(), 11)", "exit code -11"),
    "gives rubbish": ("lambda self, repo: [object()]", "AttributeError"),
}


@pytest.fixture
def install(tmp_path):
    def installed(code, family="ACM", name="checks"):
        folder = build_file_tree(
            tmp_path / "site",
            {
                "acme_checks.py": HEAD + code,
                "acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n",
                "acme-1.dist-info/entry_points.txt": f"[pilotline.checks]\n{family} = acme_checks:{name}\n",
            },
        )
        return {"PYTHONPATH": str(folder)}

    return installed


@pytest.fixture
def folder(tmp_path):
    return build_file_tree(tmp_path / "pilot", {"README.md": "# Mine\n", "pilot.yml": "name: mine\n"})


def report(folder, environment, *arguments):
    run = pilotline("check", folder, "--json", *arguments, environment={**os.environ, **environment})
    assert run.code in {0, 1}, run.err
    return {check["id"]: check for check in json.loads(run.out)["checks"]}


def test_a_package_s_checks_are_evaluated_like_ours(folder, install):
    checks = report(folder, install("checks = [Good()]"))
    assert (checks["ACM001"]["status"], checks["ACM001"]["title"]) == ("pass", "It is good")
    (folder / "README.md").unlink()
    assert report(folder, install("checks = [Good()]"))["ACM001"]["message"] == "no README"


@pytest.mark.parametrize(("find", "message"), MISBEHAVING.values(), ids=MISBEHAVING.keys())
def test_one_that_misbehaves_costs_its_own_result_only(folder, install, find, message):
    code = f"checks = [Good(), make(2, {find}), make(3, lambda self, repo: [])]"
    checks = report(folder, install(code), "--select", "ACM")
    assert checks["ACM001"]["status"] == checks["ACM003"]["status"] == "pass"
    assert checks["ACM002"]["status"] == ("error" if message else "pass")
    assert (message or "") in checks["ACM002"]["message"]


def test_one_that_hangs_is_ended(folder, install):
    code = "checks = [make(2, lambda self, repo: time.sleep(99)), Good()]"
    checks = report(folder, install(code), "--select", "ACM")
    assert checks["ACM002"]["status"] == "error"
    assert "did not end within 10 seconds" in checks["ACM002"]["message"]
    assert checks["ACM001"]["status"] == "pass"


def test_one_that_leaves_a_process_behind_neither_holds_up_the_run_nor_keeps_that_process(folder, install, tmp_path):
    mark = tmp_path / "pid"
    code = f"""
def leave(self, repo):
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
    open({str(mark)!r}, "w").write(str(child))
    return []

checks = [make(2, leave), Good()]
"""
    start = time.monotonic()
    checks = report(folder, install(code), "--select", "ACM")
    assert {name: check["status"] for name, check in checks.items()} == {"ACM001": "pass", "ACM002": "pass"}
    assert time.monotonic() - start < 45, "nobody waits for what was left behind"
    assert not is_running(int(mark.read_text()))


def is_running(process):
    """Tell whether a process lives; one that ended and that nobody asked about does not."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(") ")[2][0] != "Z"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('no licence')", "no licence"),
        ("checks = ['a text']", "no instance of"),
        ("checks = [make(2, lambda self, repo: [])]; checks[0].__class__.id = 'ZZZ001'", "not of the family ACM"),
    ],
    ids=["import fails", "no checks", "another family"],
)
def test_one_that_cannot_be_loaded_is_an_error_of_its_family(folder, install, code, message):
    checks = report(folder, install(code), "--select", "ACM")
    assert checks["ACM000"]["status"] == "error"
    assert message in checks["ACM000"]["message"]


def test_a_built_in_family_cannot_be_replaced(folder, install):
    checks = report(folder, install("checks = [Good()]", family="OWN"))
    assert "ACM001" not in checks
    assert checks["OWN001"]["status"] == "fail"


def test_what_is_ignored_is_not_executed(folder, install, tmp_path):
    mark = tmp_path / "ran"
    code = f"checks = [make(2, lambda self, repo: open({str(mark)!r}, 'w') and []), Good()]"
    checks = report(folder, install(code), "--ignore", "ACM002")
    assert "ACM002" not in checks
    assert "ACM001" in checks
    assert not mark.exists()
    assert report(folder, install("import nothing_here"), "--ignore", "ACM").keys().isdisjoint({"ACM000", "ACM001"})


def test_the_examples_of_the_documentation_are_checks(folder, install):
    page = (ROOT / "docs/how-to/own-checks.md").read_text()
    code = page.partition("```python\n")[2].partition("```")[0]
    declared = page.partition("```yaml\n")[2].partition("```")[0]
    build_file_tree(
        folder,
        {"src/mine/_platform/organisation.yml": declared, "pilot.yml": "package: mine\ncosts: {x_cost_centre: 4711}\n"},
    )
    checks = report(folder, install(code), "--select", "ACM")
    assert {name: check["status"] for name, check in checks.items()} == {"ACM001": "pass", "ACM002": "fail"}
    assert checks["ACM002"]["message"] == "The README names no support channel"


def test_a_function_may_give_the_checks(folder, install):
    checks = report(folder, install("def checks():\n    return [Good()]"), "--select", "ACM001")
    assert checks.keys() == {"ACM001"}
