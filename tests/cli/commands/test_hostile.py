"""Reading a repository runs nothing of it and obeys nothing in it, whatever it holds."""

import json
import os
import subprocess
import sys

import pytest

from pilotline.documents.harmless import harmless
from pilotline.git.filters import settings_without_filters
from pilotline.git.work_tree import list_uncommitted
from tests.helpers import build_file_tree, commit_all, git, pilotline

READING = {
    "check": ("check",),
    "check as annotations": ("check", "--format", "github"),
    "check as Markdown": ("check", "--format", "markdown"),
    "check as JSON": ("check", "--json"),
    "check below": ("check", "sub"),
    "status": ("status",),
    "kpi": ("kpi",),
    "kpi as a page": ("kpi", "--html", "page.html"),
    "diff": ("diff", "--patch"),
    "plan": ("upgrade", "--plan"),
    "answers": ("answers",),
}
MODULES = ("yaml", "click", "jinja2", "json", "sitecustomize", "repo_review", "importlib_metadata")
TITLE = 'title: "\\x1b]0;owned\\x07\\x1b[8m::error::do this\\n::set-output name=x::y\\u202e"'


class Trap:
    """Programs that leave a mark when they are started."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()

    def program(self, name, *, ends="exit 0"):
        """Write a program; give its path."""
        path = self.folder / f"{name}.sh"
        path.write_text(f"#!/bin/sh\ntouch {self.folder}/{name}.ran\n{ends}\n")
        path.chmod(0o755)
        return str(path)

    @property
    def sprung(self):
        return sorted(path.stem for path in self.folder.glob("*.ran"))


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    return Trap(tmp_path_factory.mktemp("hostile") / "trap")


@pytest.fixture(scope="module")
def hostile(trap, tmp_path_factory):
    """Make a pilot whose settings, attributes, hooks, modules and manifests all try to be obeyed."""
    pilot = tmp_path_factory.mktemp("hostile") / "pilot"
    assert pilotline("new", pilot, "--defaults").code == 0
    for name in ("kpis.yml", "pilot.yml"):
        text = (pilot / name).read_text()
        (pilot / name).write_text(text.replace("title: ", f"{TITLE}\n#", 1) if "title: " in text else text)
    (pilot / ".gitattributes").write_text("* filter=evil diff=evil\n")
    git(pilot, "add", "--all")
    git(pilot, "commit", "--quiet", "--message", "\x1b[31m::error::by the message")
    settings = {
        "core.fsmonitor": trap.program("fsmonitor", ends="exit 1"),
        "core.hooksPath": str(trap.folder / "hooks"),
        "core.pager": trap.program("pager", ends="cat"),
        "core.sshCommand": trap.program("ssh"),
        "core.askPass": trap.program("askpass"),
        "credential.helper": trap.program("credential"),
        "diff.external": trap.program("external"),
        "diff.evil.textconv": trap.program("textconv", ends='cat "$1"'),
        "diff.evil.command": trap.program("diffcommand"),
        "filter.evil.clean": trap.program("clean", ends="cat"),
        "filter.evil.smudge": trap.program("smudge", ends="cat"),
        "filter.evil.required": "true",
        "gpg.program": trap.program("gpg"),
        "log.showSignature": "true",
        "merge.evil.driver": trap.program("driver"),
        "remote.origin.url": "ssh://nowhere.invalid/x.git",
        "uploadpack.packObjectsHook": trap.program("packobjects"),
    }
    (trap.folder / "hooks").mkdir()
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        (trap.folder / "hooks" / hook).symlink_to(trap.program(f"hook-{hook}"))
    bare_in(pilot / "sub", settings)
    for name in MODULES:
        (pilot / f"{name}.py").write_text(f"open({str(trap.folder / f'module-{name}.ran')!r}, 'w')\n")
    for name, value in settings.items():
        git(pilot, "config", name, value)
    (pilot / "README.md").touch()  # git has to look at it again, which is when filters run
    return pilot


def bare_in(folder, settings):
    """Put a bare repository into a folder, as files that anybody can commit."""
    git(folder.parent, "init", "--quiet", "--bare", str(folder))
    for name, value in settings.items():
        git(folder, "--git-dir=.", "config", name, value)
    git(folder, "--git-dir=.", "config", "core.worktree", str(folder.parent))


@pytest.mark.parametrize("words", READING.values(), ids=READING.keys())
def test_reading_runs_nothing_and_obeys_nothing(words, hostile, trap):
    assert trap.sprung == [], "making the corpus springs nothing"
    run = pilotline(*words, cwd=hostile)
    assert trap.sprung == []
    assert run.code in {0, 1, 2}, run.err
    for line in (run.out + run.err).splitlines():
        assert not {"\x1b", "\x07", "\u202e"} & set(line)
        assert not line.lstrip().startswith(("::set-output", "::error::", "##["))
    if "--json" in words:
        json.loads(run.out)


def test_the_corpus_would_spring_where_nobody_takes_care(hostile, trap):
    """Plain git in the same repository runs what the settings name: the traps are real."""
    subprocess.run(["git", "status"], cwd=hostile, capture_output=True, check=False)
    subprocess.run([sys.executable, "-c", "import yaml"], cwd=hostile, capture_output=True, check=False)
    assert {"fsmonitor", "module-yaml"} <= set(trap.sprung)
    for mark in trap.folder.glob("*.ran"):
        mark.unlink()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä ✓\n\tindented", "plain ä ✓\n\tindented"),
        ("\x1b[1mours\x1b[0m", "\x1b[1mours\x1b[0m"),
        ("\x1b[8mhidden\x1b[2J\x1b[1;1H", "hidden"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("a\rb\x08\x9b31m\x00", "ab31m"),
        ("left\u202eright\u2066", "leftright"),
        ("::error::x\n  ##[error]y", "\\::error::x\n  \\##[error]y"),
        ("a ::error::", "a ::error::"),
    ],
)
def test_text_of_a_repository_steers_nothing(text, shown):
    assert harmless(text) == shown


@pytest.mark.skipif(os.name != "posix", reason="signals and shells of POSIX")
def test_files_of_git_lfs_are_no_change(tmp_path):
    """Its own filters stay, or each of its files would look changed."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "filter.lfs.clean", "git-lfs clean -- %f")
    git(tmp_path, "config", "filter.other.clean", "other")
    off = [("filter.other.clean", ""), ("filter.other.required", "false")]
    assert list(settings_without_filters(tmp_path)) == off


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lfs.extension.evil.clean", "evil"),
        ("lfs.customtransfer.evil.path", "evil"),
        ("lfs.standalonetransferagent", "evil"),
        ("lfs.https://host/.standalonetransferagent", "evil"),
    ],
)
def test_git_lfs_goes_too_where_the_repository_names_what_it_shall_start(name, value, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    (tmp_path / "global").write_text('[filter "lfs"]\n\tprocess = git-lfs filter-process\n\trequired = true\n')
    git(tmp_path, "init", "--quiet", "pilot")
    assert settings_without_filters(tmp_path / "pilot") == ()
    git(tmp_path / "pilot", "config", name, value)
    off = (("filter.lfs.process", ""), ("filter.lfs.required", "false"))
    assert settings_without_filters(tmp_path / "pilot") == off


@pytest.mark.parametrize("name", [b"a=b", b"a.b", b"\xff\xe9", "ä \u202e".encode(), b'q"q'], ids=repr)
def test_a_filter_of_any_name_is_switched_off(name, tmp_path, trap):
    """A name with an equals sign is no setting that `-c` takes, and one beyond UTF-8 no text."""
    git(tmp_path, "init", "--quiet")
    program = trap.program("oddly-named", ends="cat")
    escaped = name.replace(b'"', b'\\"')
    with (tmp_path / ".git/config").open("ab") as settings:
        settings.write(b'[filter "%s"]\n\tclean = %s\n' % (escaped, program.encode()))
    commit_all(build_file_tree(tmp_path, {"a.txt": "one\n"}), "one")
    (tmp_path / ".git/info/attributes").write_bytes(b"a.txt filter=" + name + b"\n")
    (tmp_path / "a.txt").write_text("two\n")
    assert list_uncommitted(tmp_path) == ("a.txt",)
    (tmp_path / "a.txt").write_text("one\n")
    os.utime(tmp_path / "a.txt", (1, 1))
    assert list_uncommitted(tmp_path) == ()
    assert trap.sprung == []


@pytest.fixture(scope="module")
def partial(trap, tmp_path_factory):
    """Make a pilot whose git would fetch what is missing, by a program of the pilot's choice."""
    pilot = tmp_path_factory.mktemp("partial") / "pilot"
    assert pilotline("new", pilot, "--defaults").code == 0
    for name, value in {
        "core.sshCommand": trap.program("ssh-for-objects"),
        "remote.origin.url": "ssh://nowhere.invalid/x.git",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
    }.items():
        git(pilot, "config", name, value)
    with (pilot / "kpis.yml").open("a") as file:
        file.write("# mine\n")
    for pack in (pilot / ".git/objects/pack").glob("*.pack"):
        apart = pack.rename(pilot.parent / pack.name)
        with apart.open("rb") as objects:
            subprocess.run(["git", "unpack-objects", "-q"], cwd=pilot, stdin=objects, check=True)
    for name in ("kpis.yml", "pilot.yml", "README.md", ".copier-answers.yml"):
        number = git(pilot, "rev-parse", f"HEAD:{name}")
        (pilot / ".git/objects" / number[:2] / number[2:]).unlink()
    return pilot


@pytest.mark.parametrize("words", READING.values(), ids=READING.keys())
def test_reading_fetches_nothing(words, partial, trap):
    run = pilotline(*words, cwd=partial / "src" if words == ("check", "sub") else partial)
    assert trap.sprung == []
    assert run.code in {0, 1, 2}, run.err


def test_plain_git_would_fetch(partial, trap):
    subprocess.run(["git", "cat-file", "-p", "HEAD:kpis.yml"], cwd=partial, capture_output=True, check=False)
    assert trap.sprung == ["ssh-for-objects"]
    (trap.folder / "ssh-for-objects.ran").unlink()


def test_checks_of_other_packages_start_apart_from_the_pilot(hostile, trap, tmp_path):
    code = "from pilotline.readiness.base import Check\nimport yaml, json\nchecks = []\n"
    site = build_file_tree(
        tmp_path / "site",
        {
            "acme_checks.py": code,
            "acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n",
            "acme-1.dist-info/entry_points.txt": "[pilotline.checks]\nACM = acme_checks:checks\n",
        },
    )
    for words in (("check", "--json"), ("check", "--json", "--repo-review")):
        run = pilotline(*words, cwd=hostile, environment={"PYTHONPATH": str(site)})
        assert trap.sprung == []
        assert run.code in {0, 1, 2}, run.err
