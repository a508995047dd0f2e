"""The pack as pages: Markdown with Mermaid for a repository, one HTML file for people."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from pilotline.architecture_pack.diagrams import draw_mermaid, draw_svg
from pilotline.architecture_pack.pack import Pack

_HERE: Final = Path(__file__).parent


def write_markdown(pack: Pack) -> str:
    """Write the pack as Markdown, its diagrams as Mermaid."""
    return _environment().get_template("pack.md.j2").render(pack=pack, mermaid=draw_mermaid, cell=_cell)


def write_html(pack: Pack) -> str:
    """Write the pack as one HTML file that needs nothing else, its diagrams as SVG."""
    return _environment().get_template("pack.html.j2").render(pack=pack, svg=_svg, markdown=_markdown, inline=_inline)


def _cell(text: object) -> str:
    """Write a text so that it stays in its cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def _svg(diagram: object) -> Markup:
    return Markup(draw_svg(diagram))  # type: ignore[arg-type]  # noqa: S704 - built here, every text escaped


def _markdown(text: str) -> Markup:
    """Render Markdown of the catalog; HTML in it is shown as text, never obeyed."""
    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))  # noqa: S704 - html is off


def _inline(text: str) -> Markup:
    """Render the code and emphasis of one line; HTML in it is shown as text, too."""
    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704 - html is off


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=select_autoescape(["html.j2"], ["md.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
