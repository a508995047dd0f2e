"""Pilotline is installed from the address of its repository, as the page says, and completes commands in each shell."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, git, pilotline
from tests.pilot_environment import UV_CACHE

PAGE = ROOT / "docs" / "how-to" / "install.md"
SHOWN = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in SHOWN.findall(PAGE.read_text()) for line in block.splitlines()]
REQUIRED = os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1"
BARE = re.compile(r"\b(?:pip3?|pipx|uv tool|uv pip) install(?: -\S+)* [\"']?pilotline[\"']?(?!\S| @)|\buvx pilotline\b")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of a repository that holds what is to be installed, at a tag."""
    clone = tmp_path_factory.mktemp("origin") / "pilotline"
    if (ROOT / ".git").exists():
        git(ROOT, "clone", "--quiet", str(ROOT), str(clone))
    else:  # a source distribution
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".venv", "build"))
        commit_all(clone, "what is to be installed")
    git(clone, "tag", "--force", "v0.0.test")
    return f"git+file://{clone}@v0.0.test"


@pytest.fixture
def people(tmp_path, address):
    """Give the environment of somebody with tools and a home, and no pilotline yet."""
    kept = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("uv", "uvx", "pipx"):
        (tools / name).symlink_to(Path(sys.executable).parent / name)
    places = {"UV_TOOL_DIR": "uv", "UV_TOOL_BIN_DIR": "bin", "PIPX_HOME": "pipx", "PIPX_BIN_DIR": "bin"}
    return {
        **kept,
        **IDENTITY,
        **{name: str(tmp_path / folder) for name, folder in places.items()},
        "PATH": f"{tmp_path / 'bin'}:{tools}:/usr/local/bin:/usr/bin:/bin",
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "UV_CACHE_DIR": str(UV_CACHE),
        "UV_PYTHON": sys.executable,
        "PILOTLINE_SOURCE": address,
    }


def shell(command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", [line for line in COMMANDS if "install" in line or line.startswith("uvx")])
def test_each_command_of_the_page_gives_a_pilotline_that_works(tmp_path, people, command):
    ran = shell(command, people, tmp_path)
    assert ran.returncode == 0, ran.stderr
    if command.startswith("uvx"):
        assert ran.stdout.startswith("pilotline, version ")
        return
    made = shell("pilotline --version && pilotline new pilot --defaults && pilotline check pilot", people, tmp_path)
    assert "pilotline, version " in made.stdout, made.stderr
    assert (tmp_path / "pilot" / "pilot.yml").is_file()


@pytest.mark.slow
def test_without_the_extra_copier_is_neither_there_nor_needed_and_its_lack_is_said(tmp_path, people):
    installed = shell(next(line for line in COMMANDS if line.startswith("uv tool")), people, tmp_path)
    assert installed.returncode == 0, installed.stderr
    assert not list((tmp_path / "uv").rglob("jinja2_ansible_filters"))
    name = "{% yield n from names %}{{ n }}{% endyield %}.txt"
    template = build_file_tree(tmp_path / "foreign", {"copier.yml": "names: [a]\n", name: ""})
    commit_all(template, "one", tag="v1.0.0")
    made = shell(f"pilotline new project --defaults --catalog {template}", people, tmp_path)
    assert made.returncode == 2, made.stdout
    assert "Copier is not installed here" in made.stderr
    assert "extra `copier`" in made.stderr


def ask(shell_: str, script: Path, line: str) -> str:
    """Let a shell read the script and complete a line; give what it offers."""
    place = len(line.split()) - 1
    words = f"COMP_CWORD={place} _PILOTLINE_COMPLETE=zsh_complete"
    asked = {
        "bash": f"source {script}; COMP_WORDS=({line}); COMP_CWORD={place}; _pilotline_completion pilotline; "
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
        "zsh": f"autoload -U compinit; compinit -u -D; source {script}; "
        f"[[ $_comps[pilotline] == _pilotline_completion ]] && COMP_WORDS='{line}' {words} pilotline",
        "fish": f"source {script}; complete -C '{line}'",
    }
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [shell_, *options[shell_], "-c", asked[shell_]],
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("shell_", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(("line", "offered"), [("pilotline upg", "upgrade"), ("pilotline upgrade --com", "--commit")])
def test_a_shell_completes_what_the_page_s_command_gave_it(tmp_path, shell_, line, offered):
    if shutil.which(shell_) is None and not REQUIRED:
        pytest.skip(f"{shell_} is not installed here")
    assert any(line.startswith(f"pilotline completion {shell_} >") for line in COMMANDS)
    script = tmp_path / f"pilotline.{shell_}"
    script.write_text(pilotline("completion", shell_).out)
    assert offered in ask(shell_, script, line).split()


def test_nowhere_a_bare_name_is_installed():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "templates").rglob("*")]
    pages += (ROOT / "generator" / "pilotline" / "authoring" / "skeletons").rglob("*")
    texts = {path: path.read_bytes().decode(errors="replace") for path in pages if path.is_file()}
    assert [str(path.relative_to(ROOT)) for path, text in texts.items() if BARE.search(text)] == []
    assert BARE.search("- run: pip install pilotline\n")
    assert BARE.search("uvx pilotline check")
    assert not BARE.search('pip install "pilotline @ $PILOTLINE_SOURCE"')
