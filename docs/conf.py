"""The documentation as a site: Sphinx reads the pages as they lie here; `nox -s docs` builds it strictly.

Pages stay readable on a host of repositories, so two things are done on the way: pictures that are written as Mermaid
are drawn here (no script is fetched from anywhere), and links to files outside of `docs/` lead to the repository.
"""

import re
import sys
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

from site_diagrams import draw  # noqa: E402 - a module beside this file

from pilotline.about import __version__  # noqa: E402 - as above

_SETTINGS = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
_REPOSITORY = _SETTINGS["project"]["urls"]["Source"]
_MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LANDMARKS = {
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
}
_LINK = re.compile(r"(?<=\]\()(?!https?:|#|mailto:)([^)#\s]+)")

project = "Pilotline"
author = "The Pilotline developers"
copyright = "2026, The Pilotline developers"  # noqa: A001 - Sphinx's name for it
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["*.py"]
nitpicky = True
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "Pilotline"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
# The pages' own pictures; furo brings no font, the reader's system has some.
# Of Pygments' own styles these are such that every word can be read: 4.5 : 1 or more.
pygments_style = "xcode"
pygments_dark_style = "monokai"


def prepare(app: Sphinx, docname: str, source: list[str]) -> None:
    """Draw a page's pictures and lead its links out of `docs/` to the repository."""
    page = Path(app.srcdir) / f"{docname}.md"
    drawn = _MERMAID.sub(lambda found: draw(found[1]), source[0])
    source[0] = _LINK.sub(lambda found: _target(page, found[1]), drawn)
    if docname == "decisions/README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


def _target(page: Path, target: str) -> str:
    inside_names = target.replace("%7B", "{").replace("%7D", "}").replace("%20", " ")
    place = (page.parent / inside_names).resolve()
    if place.is_relative_to(DOCS) or not place.is_relative_to(DOCS.parent):
        return target
    kept = place.relative_to(DOCS.parent).as_posix()
    return f"{_REPOSITORY}/blob/main/{kept}".replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")


def open_to_keyboards(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Let what scrolls be reached by keys, and say the level of the theme's headings, as WCAG asks."""
    del app, pagename, templatename, doctree
    for name, old, new in (
        ("body", "<pre>", '<pre tabindex="0">'),
        ("body", '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
        ("body", '<div class="diagram"', '<div tabindex="0" class="diagram"'),
        ("furo_navigation_tree", 'role="heading"', 'role="heading" aria-level="2"'),
    ):
        if isinstance(text := context.get(name), str):
            context[name] = text.replace(old, new)


def name_landmarks(app: Sphinx, error: Exception | None) -> None:
    """Name the two columns beside a page, and head the page of results: the theme's own templates do neither."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for old, new in _LANDMARKS.items():
            text = text.replace(old, new)
        if page.name == "search.html":
            text = text.replace('<div id="search-results">', '<h1>Search</h1>\n<div id="search-results">')
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is ours."""
    app.connect("source-read", prepare)
    app.connect("html-page-context", open_to_keyboards, priority=900)  # after the theme's own
    app.connect("build-finished", name_landmarks)
    return {"parallel_read_safe": True}
