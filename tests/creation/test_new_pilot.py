import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from pilotline.creation.new_pilot import create_pilot, plan_pilot
from pilotline.errors import DestinationError, GitError
from pilotline.template.answers import accept_answers
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline, snapshot

SMALL = {
    "copier.yml": "_exclude: [copier.yml]\nproject_name: Small\ndistribution_name: {when: false, default: small}\n",
    "run.sh": "#!/bin/sh\n",
    ".gitignore": "*.log\n",
    "kept.log": "ignored by the pilot's own rules, and still part of it\n",
    "docs/a.md.jinja": "{{ project_name }}\n",
}


@pytest.fixture
def plan():
    catalog = snapshot(SMALL)
    return plan_pilot(catalog, accept_answers(catalog, {}))


def without_git_settings(folder: Path) -> None:
    """Configure a user whose hooks, signing, ignore rules and templates would all get in the way."""
    hooks = build_file_tree(
        folder / "hooks", {"pre-commit": "#!/bin/sh\nexit 1\n", "commit-msg": "#!/bin/sh\nexit 1\n"}
    )
    for hook in hooks.iterdir():
        hook.chmod(0o755)
    template = build_file_tree(folder / "template", {"hooks/pre-commit": "#!/bin/sh\nexit 1\n", "info/exclude": "*\n"})
    (template / "hooks/pre-commit").chmod(0o755)
    build_file_tree(folder, {"ignore": "*.md\n", "attributes": "* text eol=crlf\n"})
    for name, value in {
        "core.hooksPath": hooks,
        "init.templateDir": template,
        "core.excludesFile": folder / "ignore",
        "core.attributesFile": folder / "attributes",
        "core.autocrlf": "true",
        "core.safecrlf": "true",
        "commit.gpgSign": "true",
        "user.signingKey": "nobody",
        "gpg.program": "/bin/false",
        "init.defaultBranch": "trunk",
        "commit.template": folder / "gone",
    }.items():
        git(folder, "config", "--global", name, str(value))


def test_a_pilot_is_a_repository_with_one_commit_and_nothing_left_over(plan, tmp_path):
    created = create_pilot(plan, tmp_path / "deep" / "pilot")

    assert git(created.destination, "rev-list", "--count", "HEAD") == "1"
    assert git(created.destination, "status", "--porcelain", "--ignored") == ""
    assert set(git(created.destination, "ls-files").splitlines()) == set(plan.tree)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["pilot"]


def test_the_commit_is_the_user_s_where_there_is_one(plan, tmp_path, monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    created = create_pilot(plan, tmp_path / "pilot")
    assert created.own_identity
    assert git(created.destination, "log", "--format=%an <%ae>") == "Test Author <author@example.org>"


def test_whoever_signs_is_told_that_the_first_commit_is_not(tmp_path, home):
    catalog = build_file_tree(tmp_path / "catalog", SMALL)
    commit_all(catalog, "one", tag="v1.0.0")
    quiet = pilotline("new", tmp_path / "one", "--defaults", "--catalog", catalog, environment=IDENTITY)
    git(home, "config", "--global", "commit.gpgSign", "true")
    told = pilotline("new", tmp_path / "two", "--defaults", "--catalog", catalog, environment=IDENTITY)
    assert (quiet.code, "--gpg-sign" in quiet.out) == (0, False)
    assert (told.code, "git commit --amend --no-edit --gpg-sign" in told.out) == (0, True), told.err


def test_without_an_identity_the_commit_is_in_pilotline_s_name_and_git_is_not_configured(plan, tmp_path, home):
    created = create_pilot(plan, tmp_path / "pilot")
    assert not created.own_identity
    assert git(created.destination, "log", "--format=%an") == "Pilotline"
    assert not (home / ".gitconfig").exists()
    assert "user" not in (created.destination / ".git/config").read_text()


def test_the_user_s_git_settings_cannot_break_the_commit(plan, tmp_path, home, monkeypatch):
    without_git_settings(home)
    monkeypatch.setenv("GIT_DIR", str(home))
    monkeypatch.setenv("GIT_INDEX_FILE", str(home / "index"))
    created = create_pilot(plan, tmp_path / "pilot")
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")

    assert set(git(created.destination, "ls-files").splitlines()) == set(plan.tree)
    assert git(created.destination, "show", "HEAD:run.sh") == "#!/bin/sh"
    assert git(created.destination, "branch", "--show-current") == "main"


def test_inside_a_work_tree_there_is_no_nested_repository_and_no_commit(plan, tmp_path):
    build_file_tree(tmp_path, {"README.md": "outer\n"})
    commit_all(tmp_path, "outer")

    created = create_pilot(plan, tmp_path / "pilots" / "one")

    assert created.commit is None
    assert created.work_tree == tmp_path
    assert not (created.destination / ".git").exists()
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1"
    assert git(tmp_path, "status", "--porcelain") == "?? pilots/"


def test_an_empty_folder_is_filled_in_place(plan, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    inode = folder.stat().st_ino

    create_pilot(plan, folder)

    assert folder.stat().st_ino == inode, "people may stand in it"
    assert set(files_below(folder)) == set(plan.tree)


def test_a_fresh_repository_is_filled_without_a_commit(plan, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "--quiet")
    created = create_pilot(plan, folder)
    assert created.work_tree == folder
    assert set(files_below(folder)) == set(plan.tree)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: build_file_tree(path, {"x": "mine"}), "is not empty"),
        (lambda path: path.write_text("mine"), "is a file"),
        (lambda path: path.symlink_to("nowhere"), "leads nowhere"),
    ],
    ids=["full", "file", "dangling"],
)
def test_a_taken_destination_is_refused_and_left_alone(plan, tmp_path, prepare, message):
    target = tmp_path / "pilot"
    prepare(target)
    before = sorted(tmp_path.iterdir()), files_below(tmp_path)

    with pytest.raises(DestinationError, match=message):
        create_pilot(plan, target)

    assert (sorted(tmp_path.iterdir()), files_below(tmp_path)) == before


def test_a_destination_below_a_file_is_refused(plan, tmp_path):
    build_file_tree(tmp_path, {"file": ""})
    with pytest.raises(DestinationError, match="is a file"):
        create_pilot(plan, tmp_path / "file" / "pilot")


def test_an_error_while_moving_puts_everything_back(plan, tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    original = Path.rename

    def rename_until_docs(path: Path, target: Path) -> Path:
        if path.name == "docs" and path.parent != folder:
            raise OSError(errno.EIO, "Input/output error")
        return original(path, target)

    monkeypatch.setattr(Path, "rename", rename_until_docs)
    with pytest.raises(DestinationError, match="input/output error"):
        create_pilot(plan, folder)
    assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("was_there", [False, True], ids=["a new folder", "an empty folder"])
@pytest.mark.parametrize("name", [".gitignore", "run.sh", "docs/a.md", "zzz.txt"])
def test_what_arrives_while_it_is_made_is_neither_replaced_nor_carried_away(plan, tmp_path, was_there, name):
    folder = tmp_path / "here"
    if was_there:
        folder.mkdir()

    def arrive():
        build_file_tree(folder, {name: "of somebody else\n"})

    with pytest.raises(DestinationError, match="made by somebody else in the meantime"):
        create_pilot(plan, folder, point_of_no_return=arrive)
    assert files_below(folder) == {name: b"of somebody else\n"}
    assert list(tmp_path.iterdir()) == [folder]


def test_of_two_at_once_one_makes_its_pilot_and_the_other_says_so(tmp_path):
    """The winner's answers went away with the loser once."""
    catalog = build_file_tree(tmp_path / "catalog", SMALL | {"{{ _copier_conf.answers_file }}.jinja": "x: 1\n"})
    commit_all(catalog, "one", tag="v1.0.0")
    command = [sys.executable, "-m", "pilotline", "new", "--defaults", "--catalog", str(catalog)]
    for turn in range(4):
        target = tmp_path / f"pilots{turn}" / "pilot"
        pair = [
            subprocess.Popen([*command, str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        said = [each.communicate(timeout=60)[1] for each in pair]
        assert sorted(each.returncode for each in pair) == [0, 2], said
        assert git(target, "status", "--porcelain") == ""
        assert (target / ".copier-answers.yml").read_text() == "x: 1\n"
        assert [path.name for path in target.parent.iterdir()] == ["pilot"]


needs_namespaces = pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0,
    reason="this machine gives no mount namespace, so no small disk can be mounted",
)


@needs_namespaces
@pytest.mark.parametrize("size", ["64k", "1m", "2m", "3m"])
def test_a_full_disk_leaves_nothing_behind(tmp_path, size):
    script = (
        f"mount -t tmpfs -o size={size} tmpfs {tmp_path} &&"
        f" {sys.executable} -m pilotline new {tmp_path}/a/pilot --defaults;"
        f" code=$?; ls -A {tmp_path} | sed s/^/LEFT:/; exit $code"
    )
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 2, done.stderr
    assert "LEFT:" not in done.stdout
    assert "disk is full" in done.stderr or "No space left" in done.stderr
    assert "Free some space and run the command again." in done.stderr
    assert "Traceback" not in done.stderr


@needs_namespaces
def test_a_new_pilot_needs_no_network(tmp_path):
    script = f"ip link set lo up; {sys.executable} -m pilotline new {tmp_path}/pilot --defaults"
    done = subprocess.run(["unshare", "-rn", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def interrupted_run(target: Path, signal_number: int, delay: float) -> int:
    """Start `new`, send a signal after a while, and return the exit code."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pilotline", "new", str(target), "--defaults"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    time.sleep(delay)
    if process.poll() is None:
        process.send_signal(signal_number)
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    return process.returncode


@pytest.fixture(scope="module")
def duration(tmp_path_factory) -> float:
    """Measure how long an undisturbed run takes here, so that the signals are spread over it."""
    start = time.monotonic()
    assert pilotline("new", tmp_path_factory.mktemp("timed") / "pilot", "--defaults").code == 0
    return time.monotonic() - start


@pytest.mark.parametrize("share", [0.15, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
@pytest.mark.parametrize(
    "signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["ctrl-c", "term", "kill"]
)
def test_a_signal_at_any_moment_leaves_all_or_nothing(tmp_path, duration, signal_number, share):
    target = tmp_path / "pilot"

    code = interrupted_run(target, signal_number, duration * share)

    if target.exists():
        assert git(target, "status", "--porcelain") == ""
        assert git(target, "fsck", "--strict") == ""
    if signal_number != signal.SIGKILL:
        assert code in {0, 130, -signal_number}, "finished, told, or gone before anything began"
        assert list(tmp_path.iterdir()) == ([target] if code == 0 else [])
        assert target.exists() == (code == 0)


@needs_namespaces
@pytest.mark.parametrize("mount", ["-t tmpfs tmpfs", "--bind elsewhere"], ids=["disk", "bind"])
def test_a_mounted_folder_is_filled_although_nothing_can_be_moved_into_it(tmp_path, mount):
    for name in ("elsewhere", "volume"):
        (tmp_path / name).mkdir()
    script = (
        f"mount {mount} volume && {sys.executable} -m pilotline new volume --defaults --json >result.json &&"
        " git -C volume status --porcelain --ignored && git -C volume rev-list --count HEAD"
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "result.json", "volume"]


@needs_namespaces
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path):
    script = f"mount -t tmpfs -o ro tmpfs {tmp_path} && {sys.executable} -m pilotline new {tmp_path}/pilot"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"You may not write to {tmp_path}" in done.stderr


def test_a_link_to_an_empty_folder_on_another_disk_is_followed(plan, tmp_path):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        (tmp_path / "pilot").symlink_to(other)
        create_pilot(plan, tmp_path / "pilot")
        assert set(files_below(Path(other))) == set(plan.tree)
        assert [path.name for path in tmp_path.iterdir()] == ["pilot"]


def test_an_empty_identity_in_the_environment_is_none(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "")
    created = create_pilot(plan, tmp_path / "pilot")
    assert git(created.destination, "log", "--format=%an %ce") == "Pilotline pilotline@pilotline.invalid"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_inside_somebody_else_s_repository_git_s_refusal_is_passed_on(plan, tmp_path):
    (tmp_path / "outer").mkdir()
    git(tmp_path / "outer", "init", "--quiet")
    for path in (tmp_path / "outer", *(tmp_path / "outer").rglob("*")):
        os.chown(path, 1234, 1234)
    with pytest.raises(GitError, match="dubious ownership"):
        create_pilot(plan, tmp_path / "outer" / "pilot")
