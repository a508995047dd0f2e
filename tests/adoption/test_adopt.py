"""An existing repository comes under management: not a byte of it is lost, and upgrades follow."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline

OWN: dict[str, str | bytes] = {
    "README.md": "# Churn\n\nHow we call customers.\n",
    "pyproject.toml": '[project]\nname = "churn"\nversion = "3.2.1"\ndependencies = ["pandas"]\n',
    ".gitignore": "data/\n*.log\n.env\n",
    ".github/workflows/ci.yml": "on: push\njobs: {}\n",
    "src/churn/__init__.py": '"""Ours."""\n',
    "src/churn/model.py": "def predict():\n    return 1\n",
    "tests/test_model.py": "def test_it():\n    assert True\n",
    "logo.png": bytes(range(256)),
}
LINES = "".join(f"line {number}\n" for number in range(1, 21))
ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}
SMALL: dict[str, str | bytes] = {
    **ANSWERS,
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\nname: ada\n",
    "README.md": "# The catalog's\n",
    "owned.txt": LINES,
    "seeds/first.txt": "first\n",
    "deep/er/file.txt": "deep\n",
    "same.txt": "the same on both sides\n",
}


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def small(tmp_path):
    folder = build_file_tree(tmp_path / "small", SMALL)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


@pytest.fixture
def repository(tmp_path):
    return make(tmp_path / "repository", {"README.md": "# Ours\n", "code.py": "x = 1\n", "same.txt": SMALL["same.txt"]})


def make(folder, files):
    build_file_tree(folder, files)
    commit_all(folder, "ours")
    return folder


def adopt(repository, catalog, *arguments):
    return pilotline("adopt", repository, "--catalog", catalog, "--defaults", *arguments)


def state(folder):
    return (
        git(folder, "rev-parse", "HEAD"),
        git(folder, "for-each-ref"),
        git(folder, "ls-files", "-s"),
        git(folder, "count-objects", "-v"),
        files_below(folder),
    )


@pytest.fixture(scope="module")
def organisation(tmp_path_factory):
    """Make an organisation's catalog of two versions from the built-in one."""
    folder = tmp_path_factory.mktemp("organisation") / "catalog"
    for part in ("templates", "reference_architectures"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "copier.yml", folder)
    commit_all(folder, "one", tag="v1.0.0")
    base, example = (folder / f"templates/{{{{ layer.{layer} }}}}" for layer in ("base", "batch_scoring"))
    for path in (base / "noxfile.py", base / "pyproject.toml.jinja", example / "{{ worked_example }}/README.md.jinja"):
        path.write_text(path.read_text() + "# the catalog's second version\n")
    commit_all(folder, "two", tag="v2.0.0")
    return folder


def test_a_realistic_repository_keeps_every_byte_and_is_upgraded_afterwards(organisation, tmp_path):
    own = make(tmp_path / "churn", OWN)
    run = adopt(own, f"{organisation}@v1.0.0", "-d", "project_name=Churn", "--commit", "--json")

    assert run.code == 0, run.err
    now = files_below(own)
    for path, content in OWN.items():
        assert now[path] == (content if isinstance(content, bytes) else content.encode()), path
    assert git(own, "diff", "--name-status", "--no-renames", "--diff-filter=a", "HEAD~1", "HEAD") == ""
    shown = {row["path"] for row in json.loads(run.out)["team_files"]}
    assert shown == {"README.md", "pyproject.toml", ".gitignore", ".github/workflows/ci.yml", "src/churn/__init__.py"}
    assert (own / "src/churn/_platform/settings.py").is_file()
    assert (own / "data/online_retail_sample.csv.xz").is_file(), "also where the repository ignores the folder"
    assert git(own, "status", "--porcelain") == ""
    assert json.loads(pilotline("diff", "--json", cwd=own).out)["changes"] == [], "the team's files are no changes"

    upgraded = pilotline("upgrade", "--commit", "--json", cwd=own)
    assert upgraded.code == 0, upgraded.err
    result = json.loads(upgraded.out)
    assert result["seeds_improved"] == ["README.md", "pyproject.toml"], "reported"
    assert files_below(own)["pyproject.toml"] == now["pyproject.toml"], "and skipped"
    assert (own / "noxfile.py").read_text().endswith("# the catalog's second version\n")


def test_plain_copier_and_renovate_lose_nothing_of_the_team_s_files(organisation, tmp_path):
    own = make(tmp_path / "churn", OWN)
    assert adopt(own, f"{organisation}@v1.0.0", "-d", "project_name=Churn", "--commit").code == 0
    flags = ("--skip-answered", "--defaults", "--answers-file", ".copier-answers.yml", "--vcs-ref", "v2.0.0")
    done = subprocess.run(
        [sys.executable, "-m", "copier", "update", *flags], cwd=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    now = files_below(own)
    for path, content in OWN.items():
        if path != "pyproject.toml":
            assert now[path] == (content if isinstance(content, bytes) else content.encode()), path
    text = (own / "pyproject.toml").read_text()
    assert "<<<<<<<" in text, "the catalog changed this very file: Copier leaves it to a person"
    assert set(str(OWN["pyproject.toml"]).splitlines()) <= set(text.splitlines())
    assert (own / "noxfile.py").read_text().endswith("# the catalog's second version\n"), "and the rest follows"
    (own / "pyproject.toml").write_text(str(OWN["pyproject.toml"]))
    commit_all(own, "by copier")
    assert "Already at v2.0.0" in pilotline("upgrade", cwd=own).out


def test_differences_are_shown_as_numbers_and_as_a_patch(small, repository):
    run = adopt(repository, small, "--plan", "--patch")
    assert run.code == 0, run.err
    assert "README.md  (1 lines are yours alone, 1 the catalog's alone)" in run.out
    assert "-# Ours" in run.out
    assert "+# The catalog's" in run.out
    shown = json.loads(adopt(repository, small, "--plan", "--patch", "--json").out)
    assert shown["team_files"] == [{"path": "README.md", "yours": 1, "catalog": 1}]
    assert shown["recorded_answers"] == {"name": "ada"}
    assert "+# The catalog's" in shown["patch"]


def test_a_plan_changes_nothing_and_equals_what_apply_does(small, repository):
    before = state(repository)
    plan = json.loads(adopt(repository, small, "--plan", "--json").out)
    assert state(repository) == before
    done = json.loads(adopt(repository, small, "--json", "--commit").out)
    assert done["changes"] == plan["changes"]
    assert {change["path"] for change in plan["changes"]} == set(
        git(repository, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()
    )
    assert done["seeds_delivered"] == ["seeds/first.txt"]


def test_what_changed_before_the_adoption_is_not_told(small, repository):
    build_file_tree(small, {"upgrade_notes/v1.1.0.md": "Rotate the key.\n"})
    commit_all(small, "Release v1.1.0", tag="v1.1.0")
    shown = json.loads(adopt(repository, small, "--json", "--commit").out)
    assert (shown["to"], shown["notes"]) == ("v1.1.0", [])


def test_a_branch_is_all_that_is_written_and_an_uncommitted_adoption_is_undone(small, repository):
    before = git(repository, "rev-parse", "HEAD"), files_below(repository)
    assert adopt(repository, small, "--branch", "managed").code == 0
    assert (git(repository, "rev-parse", "HEAD"), files_below(repository)) == before
    assert "_commit: v1.0.0" in git(repository, "show", "managed:.copier-answers.yml")

    assert adopt(repository, small).code == 0
    assert (repository / "owned.txt").exists()
    again = adopt(repository, small)
    assert (again.code, "not finished" in again.err) == (2, True)
    assert pilotline("upgrade", "--abort", cwd=repository).code == 0
    assert (git(repository, "rev-parse", "HEAD"), files_below(repository)) == before
    assert git(repository, "status", "--porcelain") == ""


TAKEN = {
    "a file where the catalog has a folder": ({"deep": "a file\n"}, "deep/er/file.txt"),
    "a file deeper there": ({"deep/er": "a file\n"}, "deep/er/file.txt"),
    "a folder where the catalog has a file": ({"owned.txt/x.txt": "in a folder\n"}, "owned.txt"),
    "another spelling": ({"OWNED.txt": "ours\n"}, "owned.txt"),
    "a folder in another spelling": ({"Seeds/First.TXT": "ours\n"}, "seeds/first.txt"),
}


@pytest.mark.parametrize(("files", "path"), TAKEN.values(), ids=TAKEN.keys())
def test_a_place_that_is_taken_in_any_way_stays_as_it_is(small, repository, files, path):
    build_file_tree(repository, files)
    commit_all(repository, "more of ours")
    before = files_below(repository)
    run = adopt(repository, small, "--commit", "--json")
    assert run.code == 0, run.err
    assert {name: files_below(repository)[name] for name in before} == before
    assert path in [row["path"] for row in json.loads(run.out)["team_files"]]
    assert f"- {path}\n" in (repository / ".pilotline.yml").read_text()


def test_a_link_stays_a_link(small, repository, tmp_path):
    outside = build_file_tree(tmp_path / "outside", {"file.txt": "outside\n"})
    (repository / "deep").symlink_to(outside)
    (repository / "owned.txt").symlink_to("code.py")
    commit_all(repository, "links")
    assert adopt(repository, small, "--commit").code == 0
    assert (repository / "deep").readlink() == outside
    assert files_below(outside) == {"file.txt": b"outside\n"}
    assert (repository / "owned.txt").readlink() == Path("code.py")
    assert pilotline("upgrade", cwd=repository).code == 0


UNTRACKED = {
    "a file": {"owned.txt": "mine\n"},
    "a file where a folder would arrive": {"deep": "mine\n"},
    "a file where a folder would arrive, deeper": {"deep/er": "mine\n"},
    "a folder where a file would arrive": {"owned.txt/mine.txt": "mine\n"},
}


@pytest.mark.parametrize("ignored", [False, True], ids=["untracked", "ignored"])
@pytest.mark.parametrize("files", UNTRACKED.values(), ids=UNTRACKED.keys())
def test_untracked_and_ignored_files_are_never_overwritten(small, repository, files, ignored):
    if ignored:
        build_file_tree(repository, {".git/info/exclude": "owned.txt\ndeep\n"})
    build_file_tree(repository, files)
    before = state(repository)
    run = adopt(repository, small)
    assert run.code == 2, run.out
    assert next(iter(files)).split("/")[0] in run.err
    assert state(repository) == before


def test_a_link_that_is_not_tracked_leads_nothing_outside(small, repository, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (repository / "deep").symlink_to(outside)
    assert adopt(repository, small).code == 2
    assert list(outside.iterdir()) == []


def test_what_cannot_be_adopted_is_refused_in_one_sentence(small, repository, tmp_path):
    (repository / "code.py").write_text("x = 2\n")
    dirty = adopt(repository, small)
    assert (dirty.code, "uncommitted change" in dirty.err) == (2, True)
    commit_all(repository, "now it is")
    assert adopt(repository, small, "--commit").code == 0
    managed = adopt(repository, small)
    assert (managed.code, "managed by a catalog already" in managed.err) == (2, True)
    inside = build_file_tree(repository / "inside", {"x.txt": "x\n"})
    commit_all(repository, "a folder")
    assert "managed by a catalog already" in adopt(inside, small).err

    plain = build_file_tree(tmp_path / "plain", {"x.txt": "x\n"})
    assert "is not in a git repository" in adopt(plain, small).err
    git(plain, "init", "--quiet")
    assert "has no commit yet" in adopt(plain, small).err
    assert "There is no folder" in adopt(tmp_path / "nowhere", small).err
    loose = build_file_tree(tmp_path / "loose", SMALL)
    fresh = make(tmp_path / "fresh", {"x.txt": "x\n"})
    assert "has no version" in adopt(fresh, loose).err
    missing = pilotline("adopt", fresh)
    assert (missing.code, "kpi_baseline is missing" in missing.err) == (2, True)
    assert git(fresh, "status", "--porcelain") == ""


def test_a_repository_in_a_subfolder_is_adopted_without_touching_its_neighbours(small, tmp_path):
    outer = make(
        tmp_path / "outer", {"README.md": "outer\n", "apps/one/README.md": "one\n", "apps/two/owned.txt": "2\n"}
    )
    run = adopt(outer / "apps/one", small, "--commit")
    assert run.code == 0, run.err
    changed = git(outer, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()
    assert all(path.startswith("apps/one/") for path in changed)
    assert (outer / "apps/one/README.md").read_text() == "one\n"
    assert (outer / "apps/one/.pilotline.yml").exists()


def test_taking_a_path_is_a_merge_of_both_files_and_upgrades_follow(small, repository):
    assert adopt(repository, small, "--commit").code == 0
    release(small, "v2.0.0", {"README.md": "# The catalog's\nsecond version\n"})
    assert pilotline("upgrade", "--commit", cwd=repository).code == 0
    assert (repository / "README.md").read_text() == "# Ours\n"

    plan = pilotline("adopt", "--take", "README.md", "--plan", cwd=repository)
    assert plan.code == 1, "it would conflict"
    run = pilotline("adopt", "--take", "README.md", cwd=repository)
    assert run.code == 1
    text = (repository / "README.md").read_text()
    assert "<<<<<<<" in text
    assert "# Ours" in text
    assert "second version" in text
    assert [line.split()[2] for line in git(repository, "ls-files", "-u").splitlines()] == ["2", "3"]
    (repository / "README.md").write_text("# Ours\nsecond version\n")
    commit_all(repository, "both")
    assert not (repository / ".pilotline.yml").exists(), "nothing is left in it"

    release(small, "v3.0.0", {"README.md": "# The catalog's\nsecond version\nthird\n"})
    assert pilotline("upgrade", "--commit", cwd=repository).code in {0, 1}
    assert "third" in (repository / "README.md").read_text()
    assert "# Ours" in (repository / "README.md").read_text()


def release(catalog, tag, files):
    build_file_tree(catalog, files)
    commit_all(catalog, tag, tag=tag)


def test_only_what_is_recorded_can_be_taken(small, repository):
    build_file_tree(repository, {"deep": "a file\n"})
    commit_all(repository, "more")
    assert adopt(repository, small, "--commit").code == 0
    wrong = pilotline("adopt", "--take", "owned.txt", cwd=repository)
    assert (wrong.code, "These are: README.md, deep/er/file.txt." in wrong.err) == (2, True)
    blocked = pilotline("adopt", "--take", "deep/er/file.txt", cwd=repository)
    assert (blocked.code, "Move it away" in blocked.err) == (2, True)
    git(repository, "mv", "deep", "shallow")
    commit_all(repository, "away")
    assert pilotline("adopt", "--take", "deep/er/file.txt", "--commit", cwd=repository).code == 0
    assert (repository / "deep/er/file.txt").read_text() == "deep\n"
    assert "README.md" in (repository / ".pilotline.yml").read_text()


def test_a_path_of_the_team_that_is_deleted_stays_away(small, repository):
    assert adopt(repository, small, "--commit").code == 0
    (repository / "README.md").unlink()
    commit_all(repository, "no readme")
    release(small, "v2.0.0", {"README.md": "improved\n", "later.txt": "later\n"})
    run = pilotline("upgrade", "--commit", "--json", cwd=repository)
    assert run.code == 0, run.err
    assert not (repository / "README.md").exists()
    assert json.loads(run.out)["seeds_improved"] == ["README.md"], "reported all the same"
    assert (repository / "later.txt").exists()


@pytest.mark.parametrize("text", ["just text", "team_files: 7\n", "team_files: [[a]]\n", "team_files: ["])
def test_a_broken_record_is_one_sentence(small, repository, text):
    assert adopt(repository, small, "--commit").code == 0
    build_file_tree(repository, {".pilotline.yml": text})
    commit_all(repository, "broken")
    run = pilotline("upgrade", cwd=repository)
    assert (run.code, ".pilotline.yml cannot be read" in run.err) == (2, True)


def test_a_file_that_was_written_by_hand_is_not_rebuilt_as_a_derived_one(organisation, tmp_path):
    own = make(tmp_path / "own", {".github/CODEOWNERS": "* @us\n", "x.py": "x = 1\n"})
    assert adopt(own, organisation, "--commit").code == 0
    ready = pilotline("prepare", "pilot", "--commit", cwd=own)
    assert ready.code == 0, ready.err
    assert (own / ".github/CODEOWNERS").read_text() == "* @us\n"
    assert (own / "catalog-info.yaml").exists()


@pytest.mark.parametrize("share", [0.4, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_a_killed_adoption_is_undone_exactly_or_finished(tmp_path, share):
    many = {f"d{number % 7}/f{number}.txt": f"file {number}\n" * 40 for number in range(300)}
    catalog = build_file_tree(tmp_path / "catalog", {**SMALL, **many})
    commit_all(catalog, "one", tag="v1.0.0")
    own = make(tmp_path / "own", {"README.md": "# Ours\n", "d1/ours.txt": "ours\n"})
    timed = shutil.copytree(own, tmp_path / "timed")
    start = time.monotonic()
    assert adopt(timed, catalog, "--commit").code == 0
    duration = time.monotonic() - start
    before, head = files_below(own), git(own, "rev-parse", "HEAD")

    command = [sys.executable, "-m", "pilotline", "adopt", own, "--catalog", catalog, "--defaults", "--commit"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(duration * share)
    process.send_signal(signal.SIGKILL)
    process.wait()

    if git(own, "rev-parse", "HEAD") != head:
        assert git(own, "rev-parse", "HEAD^{tree}") == git(timed, "rev-parse", "HEAD^{tree}")
        return
    assert pilotline("upgrade", "--abort", cwd=own).code == 0
    assert files_below(own) == before
    assert git(own, "status", "--porcelain", "--ignored") == ""
    assert adopt(own, catalog, "--commit").code == 0
