import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pilotline.readiness.base import NotProvenError
from pilotline.readiness.families.eng_supply import _required_approvals
from pilotline.readiness.tools import PilotTools
from pilotline.readiness.view.pilot_view import Repository
from tests.helpers import build_file_tree, commit_all
from tests.readiness.helpers import (
    TODAY,
    edited,
    find_check,
    find_executed,
    pilot,
    remove,
    replace,
    run_one,
    set_value,
    write,
)

CI = ".github/workflows/ci.yml"
OTHER = ".github/workflows/other.yml"
TOKEN = "ghp_" + "a1B2" * 9
FAILING = {
    "ENG001 no README": ("ENG001", remove("README.md"), "no README.md"),
    "ENG001 no limits": ("ENG001", replace("README.md", "## Limits", "## More"), "its limits"),
    "ENG001 no way to run": ("ENG001", replace("README.md", "## First ten minutes", "## Hello"), "how to run it"),
    "ENG001 no licence": ("ENG001", replace("pyproject.toml", 'license = "LicenseRef-Proprietary"', ""), "No licence"),
    "ENG001 no class": ("ENG001", set_value("pilot.yml", "data", "classification", ""), "no classification"),
    "ENG002 no lock": ("ENG002", lambda files: files, "no lock file"),
    "ENG003 no CI": ("ENG003", remove(CI), "does lint"),
    "ENG003 no tests": ("ENG003", replace(CI, "imports, tests, gate]", "imports]"), "does tests"),
    "ENG003 switched off": ("ENG003", replace(CI, "  checks:\n", "  checks:\n    if: false\n"), "does types"),
    "ENG003 only on pushes": ("ENG003", replace(CI, "  pull_request:\n", ""), "does lint"),
    "ENG005 a token": ("ENG005", write("config/local.toml", f'key = "{TOKEN}"\n'), "GitHub token"),
    "ENG005 a key": ("ENG005", write("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nMII\n"), "private key"),
    "ENG005 in an address": ("ENG005", write("a.yml", "url: postgresql://ada:h4rdToGuess@db.internal/x\n"), "address"),
    "ENG005 assigned": ("ENG005", write("a.py", 'API_KEY = "9f8Ab3kLq0ZxP7rT2vWm"\n'), "assignment"),
    "ENG007 a tag": ("ENG007", write(OTHER, "permissions: {}\njobs: {a: {steps: [{uses: a/b@v1}]}}"), "a/b@v1"),
    "ENG007 every right": ("ENG007", replace(CI, "permissions: {}", "permissions: write-all"), "every right"),
    "ENG007 no limit": ("ENG007", write(OTHER, "jobs: {a: {steps: [{run: ls}]}}"), "limit its token"),
    "ENG007 strangers' code": ("ENG007", replace(CI, "  pull_request:", "  pull_request_target:"), "strangers' "),
    "ENG007 strangers' words": (
        "ENG007",
        replace(CI, 'nox --session "$SESSION"', "echo ${{ github.event.pull_request.title }}"),
        "stranger wrote",
    ),
    "ENG010 a host": (
        "ENG010", write("config/integrations/x.toml", '[x]\nurl = "https://api.example.com/v1"\n'), "api.example.com",
    ),
    "ENG010 a provider": ("ENG010", write("config/integrations/x.toml", '[x]\nprovider = "cloudy"\n'), "cloudy"),
    "ENG008 no bill": ("ENG008", lambda files: files, "bill of materials"),
}  # fmt: skip
BILL = '{"bomFormat": "CycloneDX", "components": [{"type": "machine-learning-model", "name": "lapse"}]}'
PASSING = {
    "ENG001": [],
    "ENG003": [],
    "ENG007": [],
    "ENG010": [write("config/integrations/x.toml", '[x]\nurl = "postgresql://db.sales.internal/shop"\n')],
    "ENG008": [
        write("ops/ml-bom.cdx.json", BILL),
        write(
            ".github/workflows/bill.yml", "permissions: {}\njobs: {bill: {steps: [{run: cyclonedx-py environment}]}}"
        ),
    ],
}


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(pilot(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


@pytest.mark.parametrize(("name", "edits"), PASSING.items(), ids=PASSING.keys())
def test_what_is_right_passes(name, edits):
    assert run_one(name, edited(pilot(), *edits)).status == "pass"


def test_following_the_advice_about_the_readme_makes_it_pass():
    bare = edited(pilot(), write("README.md", "Hello\n"))
    assert len(run_one("ENG001", bare).problems) == 3
    example = find_check("ENG001").example
    assert run_one("ENG001", edited(bare, write("README.md", f"# Calls\n{example}"))).status == "pass"


def test_gitlab_s_pipeline_counts_as_well():
    files = pilot(ci_provider="gitlab")
    assert run_one("ENG003", files).status == "pass"
    assert run_one("ENG007", files).status == "pass"
    loose = edited(files, set_value(".gitlab-ci.yml", "default", "image", "python:latest"))
    assert "python:latest" in run_one("ENG007", loose).message


@pytest.mark.parametrize(
    "line",
    [
        f'key = "{TOKEN}"  # pragma: allowlist secret', "password = os.environ['PASSWORD']",
        "url = postgresql://user:password@localhost/x", 'token = "${{ secrets.TOKEN }}"',
        'api_key = "your-api-key-here"',
        "sha256: 09dd0f6613c322c0ca53f4588bf003a7d6194d1b8091e889e332da60a3b36f01", 'key = "customer_number"',
    ],
    ids=["allowed", "environment", "example", "reference", "placeholder", "hash", "name"],
)  # fmt: skip
def test_what_is_no_secret_is_left_alone(line):
    assert run_one("ENG005", edited(pilot(), write("config/extra.txt", line))).status == "skip"


def test_a_new_pilot_holds_no_secret_and_only_its_history_is_unproven():
    result = run_one("ENG005", pilot())
    assert (result.status, result.reason, result.stage.label) == ("skip", "not_proven", "pilot")


def prove(name, folder):
    check = find_executed(name)
    repo = Repository.of({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}, TODAY)
    return [problem.message for problem in check.judge(check.measure(repo, PilotTools(folder)))]


def test_a_secret_that_was_deleted_is_still_in_the_history(tmp_path):
    build_file_tree(tmp_path, {"settings.toml": f'key = "{TOKEN}"\n'})
    commit_all(tmp_path, "one")
    build_file_tree(tmp_path, {"settings.toml": "\n"})
    commit_all(tmp_path, "two")

    found = prove("ENG005", tmp_path)

    assert len(found) == 1
    assert "a GitHub token (settings.toml, commit " in found[0]
    assert TOKEN not in found[0]


def test_a_clean_history_is_proven(tmp_path):
    build_file_tree(tmp_path, {"a.txt": "nothing\n"})
    commit_all(tmp_path, "one")
    assert prove("ENG005", tmp_path) == []


PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")


@pytest.fixture
def here(monkeypatch):
    """Let the tools of this environment be those of the pilot."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("def test_all():\n    assert a.double(2) == 4\n    assert a.half(2) == 1\n", []),
        ("def test_one():\n    assert a.half(2) == 1\n    assert a.double(2) == 5\n", ["Tests fail"]),
        ("def test_some():\n    assert a.double(2) == 4\n", ["Tests cover 75 % of the code; production asks for 80 %"]),
        ("def test_none():\n    assert True\n", ["Tests cover 50 % of the code; pilot asks for 60 %"]),
    ],
    ids=["all", "failing", "enough for pilot", "too few"],
)
def test_tests_are_run_and_what_they_cover_is_measured(tmp_path, test, found):
    build_file_tree(
        tmp_path,
        {
            "src/a.py": "def double(x):\n    return 2 * x\ndef half(x):\n    return x / 2\n",
            "test_a.py": f"import sys\nsys.path.insert(0, 'src')\nimport a\n\n{test}",
        },
    )
    messages = prove("ENG004", tmp_path)
    assert len(messages) == len(found)
    assert all(part in message for part, message in zip(found, messages, strict=True))
    assert not (tmp_path / "var/coverage.json").exists()


@pytest.mark.usefixtures("here")
def test_no_tests_at_all_prove_nothing(tmp_path):
    build_file_tree(tmp_path, {"src/a.py": "x = 1\n"})
    with pytest.raises(NotProvenError, match="no tests that it could run"):
        prove("ENG004", tmp_path)


@pytest.mark.usefixtures("here")
def test_a_lock_is_compared_with_the_project(tmp_path):
    project = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\n'
    build_file_tree(tmp_path, {"pyproject.toml": project})
    assert PilotTools(tmp_path).run(["uv", "lock", "--offline"]).code == 0
    assert prove("ENG002", tmp_path) == []

    build_file_tree(tmp_path, {"pyproject.toml": project.replace('"1"', '"2"')})
    assert "out of date" in prove("ENG002", tmp_path)[0]


@pytest.mark.usefixtures("here")
def test_an_audit_that_could_not_look_proves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(NotProvenError, match="could not look"):
        prove("ENG006", tmp_path)


@pytest.mark.parametrize(
    ("name", "measured", "count"),
    [
        ("ENG006", {"packages": 3, "holes": []}, 0),
        ("ENG006", {"packages": 3, "holes": ["a 1: CVE-1", "b 2: CVE-2"]}, 2),
        ("ENG009", {"approvals": 1}, 0),
        ("ENG009", {"approvals": 0}, 1),
        ("ENG009", {}, 1),
        ("ENG002", {"in_sync": True, "said": ""}, 0),
        ("ENG004", {"passed": True, "coverage": None}, 1),
    ],
)
def test_recorded_evidence_is_judged(name, measured, count):
    assert len(list(find_executed(name).judge(measured))) == count


@pytest.mark.parametrize(
    ("answer", "approvals"),
    [
        ([{"type": "pull_request", "parameters": {"required_approving_review_count": 2}}, {"type": "deletion"}], 2),
        ([{"type": "deletion"}], 0),
        ([], 0),
        ({"approvals_before_merge": 1}, 1),
        ({"approvals_before_merge": None}, 0),
    ],
    ids=["github", "github without", "github none", "gitlab", "gitlab none"],
)
def test_the_rules_of_a_branch_are_read(answer, approvals):
    assert _required_approvals(answer) == approvals


def make_environment(folder, *packages):
    """Give a pilot an environment of its own that sees only some packages of this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    site = next((folder / ".venv/lib").glob("python*/site-packages"))
    for name in packages:
        for pattern in (name, f"{name}.py", f"{name}-*"):
            for found in Path(pytest.__file__).parents[1].glob(pattern):
                (site / found.name).symlink_to(found)


@pytest.mark.parametrize(
    ("packages", "test", "absent"),
    [
        ((), "def test_a(): pass\n", "pytest"),
        (PYTEST, "def test_a(): pass\n", "pytest-cov"),
        ((*PYTEST, "pytest_cov", "coverage"), "import no_such_package\n", "no_such_package"),
    ],
    ids=["no pytest", "no coverage", "no dependency"],
)
def test_tests_that_cannot_run_name_the_environment_and_how_to_make_it(tmp_path, packages, test, absent):
    build_file_tree(tmp_path, {"src/a.py": "x = 1\n", "test_a.py": test})
    make_environment(tmp_path, *packages)
    with pytest.raises(NotProvenError, match=rf"cannot be run in \.venv: {absent} is not installed there") as caught:
        prove("ENG004", tmp_path)
    assert ".venv/bin/python -m pip install -e . --group dev" in caught.value.next_step


def test_without_an_environment_the_python_that_stands_in_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert "there is no .venv or venv in the pilot's folder" in PilotTools(tmp_path).place
    assert str(shutil.which("python")) in PilotTools(tmp_path).place
    monkeypatch.setenv("PATH", "")
    assert "no python on the path" in PilotTools(tmp_path).place


def test_a_tool_that_is_missing_is_named(tmp_path):
    with pytest.raises(NotProvenError, match=r"no-such-tool is neither in .* nor on the path"):
        PilotTools(tmp_path).run(["no-such-tool"])
    with pytest.raises(NotProvenError, match="did not end within"):
        PilotTools(tmp_path).run([sys.executable, "-c", "import time; time.sleep(9)"], seconds=0.5)


def test_the_pilot_s_own_environment_comes_first(tmp_path):
    tool = build_file_tree(tmp_path, {".venv/bin/which-one": "#!/bin/sh\necho mine\n"}) / ".venv/bin/which-one"
    Path(tool).chmod(0o755)
    assert PilotTools(tmp_path).run(["which-one"]).out == "mine\n"
