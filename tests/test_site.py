"""The documentation as a site: a dead link fails the build, and so does what would load from another host."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, build_file_tree

STRICT = ("-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[gone](how-to/gone.md)", "how-to/gone.md"),
        ("[no such part](how-to/install.md#nowhere)", "nowhere"),
        ("```mermaid\nsequenceDiagram\n  a->>b: hello\n```", "no arrow that site_diagrams.py can draw"),
    ],
)
def test_a_page_that_leads_nowhere_or_cannot_be_drawn_fails_the_build(tmp_path, line, said):
    docs = tmp_path / "docs"
    build_file_tree(
        docs, {"index.md": f"# Title\n\n{line}\n", "how-to/install.md": "---\norphan: true\n---\n# Install\n"}
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("conf.py", "site_diagrams.py", "site.css"):
        shutil.copy(ROOT / "docs" / name, docs)
    built = run(*STRICT, docs, tmp_path / "site")
    assert built.returncode != 0
    assert said in built.stderr


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('<a href="b.html">', "a.html leads to b.html, which is not there"),
        ('<a href="#b">', "a.html leads to #b, which is not there"),
        ('<img src="b.png">', "a.html leads to b.png, which is not there"),
        ('<script src="https://cdn.example.org/x.js"></script>', "a.html loads https://cdn.example.org/x.js"),
        ('<link rel="stylesheet" href="//cdn.example.org/x.css">', "a.html loads //cdn.example.org/x.css"),
    ],
)
def test_what_is_missing_or_comes_from_another_host_is_named(tmp_path, page, said):
    build_file_tree(tmp_path, {"a.html": f'<p id="here"><a href="#here">{page}'})
    checked = run(ROOT / "docs" / "check_site.py", tmp_path)
    assert (checked.returncode, checked.stdout) == (1, f"{said}\n")


def test_a_style_that_loads_from_another_host_is_named(tmp_path):
    build_file_tree(tmp_path, {"a.css": "@import url('https://fonts.example.org/x');"})
    assert run(ROOT / "docs" / "check_site.py", tmp_path).stdout == "a.css loads from another host\n"
