"""What the image installs, without an engine: its build commands run as they stand there, in an empty environment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import RenderPilot
from tests.helpers import Run, build_file_tree

pytestmark = pytest.mark.slow

PROJECT = """
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "small"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["idna>=3,<4"]

[project.scripts]
small = "small:main"

[dependency-groups]
dev = ["iniconfig"]
"""
UV = str(Path(sys.executable).parent / "uv")


def commands_of(dockerfile: str) -> list[str]:
    """Return the commands of the first stage, in their order, as a shell gets them."""
    stage = re.split(r"^FROM .*\n", dockerfile, flags=re.MULTILINE)[1]
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", stage, flags=re.MULTILINE))
    return re.findall(r"^RUN (.*)$", joined, re.MULTILINE)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of an image: nothing is installed but what the image's own commands install into it."""
    folder = tmp_path_factory.mktemp("machine")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder / "bin"


@pytest.fixture
def build(render_pilot: RenderPilot, machine: Path, tmp_path: Path):
    """Give a function that runs the build of a small project, whose dependencies take seconds and not minutes."""
    dockerfile = (render_pilot(prepared_for="production") / "ops" / "Dockerfile").read_text()
    project = build_file_tree(tmp_path / "project", {
        "pyproject.toml": PROJECT,
        "README.md": "# Small\n",
        "src/small/__init__.py": "def main() -> None:\n    print('it runs')\n",
    })  # fmt: skip

    def run() -> Run:
        script = "\n".join(["set -e", *commands_of(dockerfile)]).replace("/opt/pilot", str(tmp_path / "opt"))
        path = f"{machine}{os.pathsep}/usr/bin{os.pathsep}/bin"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "VIRTUAL_ENV"))}
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=project,
            env={**kept, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return project, run, tmp_path / "opt"


def lock(project: Path, pin: str) -> None:
    """Lock a version that is not the newest: made with a pin, and kept when the range is wide again."""
    for text in (PROJECT.replace("idna>=3,<4", pin), PROJECT):
        (project / "pyproject.toml").write_text(text)
        subprocess.run([UV, "lock", "--quiet"], cwd=project, check=True)


def installed(place: Path) -> dict[str, str]:
    found = (
        folder.name.removesuffix(".dist-info") for folder in (place / "lib").glob("python*/site-packages/*.dist-info")
    )
    return dict(name.rsplit("-", 1) for name in found)


def test_the_image_installs_what_the_lock_names_and_nothing_else(build):
    project, run, place = build
    lock(project, "idna==3.6")
    done = run()
    assert done.code == 0, done.err
    brought = {"pip", "setuptools"}  # by the empty environment itself
    assert {name: version for name, version in installed(place).items() if name not in brought} == {
        "idna": "3.6", "small": "0.1.0",
    }  # fmt: skip
    said = subprocess.run([place / "bin" / "small"], capture_output=True, text=True, check=True)
    assert said.stdout == "it runs\n"
    assert not list((place / "lib").rglob("small.pth")), "the source is not in the second stage"


@pytest.mark.parametrize("fault", ["not in sync", "another hash"])
def test_the_image_is_not_built_from_a_lock_that_does_not_hold(build, fault):
    project, run, _ = build
    lock(project, "idna==3.6")
    if fault == "not in sync":
        (project / "pyproject.toml").write_text(PROJECT.replace('["idna>=3,<4"]', '["idna>=3,<4", "iniconfig"]'))
    else:
        text = (project / "uv.lock").read_text()
        (project / "uv.lock").write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", text))
    done = run()
    assert done.code != 0
    assert ("needs to be updated" if fault == "not in sync" else "ash mismatch") in done.err, done.err


def test_without_a_lock_the_image_is_built_as_well(build):
    _, run, place = build
    done = run()
    assert done.code == 0, done.err
    assert {"idna", "small"} <= set(installed(place))


@pytest.mark.parametrize("architecture", ["batch_scoring", "realtime_scoring", "rag_assistant"])
def test_the_image_holds_what_the_pilot_reads_and_does_what_it_is_for(render_pilot: RenderPilot, architecture):
    pilot = render_pilot(prepared_for="production", architecture=architecture)
    dockerfile = (pilot / "ops/Dockerfile").read_text()
    let_in = {line[1:] for line in (pilot / "ops/Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    sources = re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE)
    assert {source.replace("[k]", "k") for line in sources for source in line.split()} <= let_in | {"."}
    assert all((pilot / source).exists() for source in let_in - {"uv.lock"})
    left_out = {path.name for path in pilot.iterdir() if path.is_dir() and path.name not in let_in}
    assert left_out <= {".github", ".gitlab", ".devcontainer", "docs", "governance", "ops", "tests"}
    assert ('CMD ["serve"' in dockerfile) == (pilot / "ops/kpi/web_rules.yml").exists()
