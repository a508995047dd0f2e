"""One look for all pages, and the headers that keep anything foreign off them."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse

from ..capabilities import capabilities
from ..web.capability import WebCapability
from .visitors import Visitor

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def page(template: str, *, status: int = 200, title: str, visitor: Visitor | None, **given: object) -> HTMLResponse:
    """Render a page."""
    text = _environment().get_template(template).render(title=title, visitor=visitor, **given)
    return HTMLResponse(text, status, HEADERS)


@cache
def links() -> tuple[tuple[str, str], ...]:
    """Name the pages that every page leads to; the first one is where people begin."""
    return tuple(link for each in capabilities() if isinstance(each, WebCapability) for link in each.links)


@cache
def _environment() -> "Environment":
    """Find templates here, and those of other layers by their folder: `chat/page.html.j2`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    here = Path(__file__).parent
    found = Environment(
        loader=FileSystemLoader([here, here.parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["links"] = links()
    return found


@cache
def look() -> str:
    """Give the style sheet."""
    return Path(__file__).with_name("look.css").read_text(encoding="utf-8")
