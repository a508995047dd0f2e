"""Checks a built site as a browser takes it: what it links and loads is there, and nothing loads from another host.

The generator already refuses dead links in the pages; this holds what it and its theme write themselves.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
_STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?(https?:)?//")


class Page(HTMLParser):
    """What a page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors, links and what is loaded."""
        values = {name: value or "" for name, value in attrs}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if values.get(_LOADS.get(tag, "")):
            self.loads.append(values[_LOADS[tag]])


def problems(site: Path) -> Iterator[str]:
    """Name what is missing, and what would be fetched from elsewhere."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for target in page.loads:
            if urlsplit(target).netloc:
                yield f"{path.relative_to(site)} loads {target}"
        for target in (*page.links, *page.loads):
            if not _is_there(path, target, pages):
                yield f"{path.relative_to(site)} leads to {target}, which is not there"
    for path in sorted(site.rglob("*.css")):
        if _STYLE.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} loads from another host"


def _is_there(path: Path, target: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    place = place / "index.html" if place.is_dir() else place
    if not parts.fragment or place not in pages:
        return place.exists()
    return unquote(parts.fragment) in pages[place].anchors


def main() -> int:
    """Check the site that is named."""
    site = Path(sys.argv[1]).resolve()
    found = list(problems(site))
    print("\n".join(found) or f"{len(list(site.rglob('*.html')))} pages, every link leads somewhere")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
