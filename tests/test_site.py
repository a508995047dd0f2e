"""The documentation as a site: a dead link fails the build, and so does what would load from another host."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pygments.styles import get_style_by_name

from tests.helpers import ROOT, build_file_tree

STRICT = ("-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)


def build(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Build pages with the settings of ours."""
    docs = build_file_tree(folder / "docs", files)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("conf.py", "site_diagrams.py", "site.css"):
        shutil.copy(ROOT / "docs" / name, docs)
    return run(*STRICT, docs, folder / "site")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[gone](how-to/gone.md)", "how-to/gone.md"),
        ("[no such part](how-to/install.md#nowhere)", "nowhere"),
        ("```mermaid\nsequenceDiagram\n  a->>b: hello\n```", "no arrow that site_diagrams.py can draw"),
    ],
)
def test_a_page_that_leads_nowhere_or_cannot_be_drawn_fails_the_build(tmp_path, line, said):
    install = "---\norphan: true\n---\n# Install\n"
    built = build(tmp_path, {"index.md": f"# Title\n\n{line}\n", "how-to/install.md": install})
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


def test_pages_can_be_used_by_keys_and_heard(tmp_path):
    """What axe asks of a page: what scrolls has a stop, each landmark its own name, and there is one first heading."""
    page = "# Title\n\n|a|b|\n|-|-|\n|1|2|\n\n```python\nx = 1\n```\n\n```mermaid\nflowchart LR\n  a --> b\n```\n"
    built = build(tmp_path, {"index.md": page})
    assert built.returncode == 0, built.stderr
    for name in ("index.html", "search.html"):
        text = (tmp_path / "site" / name).read_text(encoding="utf-8")
        scrolls = re.findall(r'<pre\b[^>]*>|<div\b[^>]*class="(?:table-wrapper|diagram)[^>]*>', text)
        assert len(scrolls) == (3 if name == "index.html" else 0)
        assert all('tabindex="0"' in each for each in scrolls)
        labels = re.findall(r'<aside\b[^>]*aria-label="([^"]+)"', text)
        assert len(set(labels)) == len(re.findall("<aside", text)) == 2
        assert text.count("<h1") == 1


@pytest.mark.parametrize("setting", ["pygments_style", "pygments_dark_style"])
def test_every_word_of_code_can_be_read(setting):
    found = re.search(rf'^{setting} = "([^"]+)"', (ROOT / "docs" / "conf.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    style = get_style_by_name(found[1])
    colours = {token: (each["color"], each["bgcolor"] or style.background_color[1:]) for token, each in style}
    weak = {token for token, (colour, ground) in colours.items() if colour and contrast(colour, ground) < 4.5}
    assert weak == set()


def contrast(one: str, other: str) -> float:
    """Compare two colours as WCAG does."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    whole = "".join(2 * part for part in colour) if len(colour) == 3 else colour
    parts = [int(whole[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
