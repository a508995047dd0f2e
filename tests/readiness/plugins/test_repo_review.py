import json
import os
import subprocess
import sys

from tests.helpers import build_file_tree, commit_all, pilotline


def test_its_plug_ins_are_reported_beside_ours_and_only_warn(tmp_path):
    build_file_tree(tmp_path, {"README.md": "# Mine\n", "pyproject.toml": "[project]\nname = 'mine'\n"})
    commit_all(tmp_path, "one")
    run = pilotline("check", tmp_path, "--repo-review", "--json")
    checks = {check["id"]: check for check in json.loads(run.out)["checks"]}
    assert checks["PY001"]["status"] == "pass"
    assert checks["PY003"]["status"] == "warn"
    assert checks["OWN001"]["status"] == "fail"
    assert {check["severity"] for name, check in checks.items() if name.startswith("PY")} == {"warning"}


def test_a_plug_in_that_raises_does_not_end_the_run(tmp_path):
    site = build_file_tree(
        tmp_path / "site",
        {
            "broken_review.py": "print('noise')\ndef checks():\n    raise RuntimeError('no luck')\n",
            "broken-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: broken\nVersion: 1\n",
            "broken-1.dist-info/entry_points.txt": "[repo_review.checks]\nbroken = broken_review:checks\n",
        },
    )
    folder = build_file_tree(tmp_path / "mine", {"README.md": "# Mine\n"})
    run = pilotline("check", folder, "--repo-review", "--json", environment={"PYTHONPATH": str(site)})
    checks = {check["id"]: check for check in json.loads(run.out)["checks"]}
    assert checks["REPO-REVIEW"]["status"] == "error"
    assert "no luck" in checks["REPO-REVIEW"]["message"]


def test_without_it_the_option_says_how_to_get_it(tmp_path):
    code = (
        "import sys; sys.modules['repo_review'] = None\n"
        f"sys.argv = ['pilotline', 'check', {str(tmp_path)!r}, '--repo-review']\n"
        "from pilotline.cli.main import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "repo-review is not installed" in done.stderr
