"""Draws the few forms of Mermaid that our pages use as SVG, in the colours of the site, light and dark.

A flowchart becomes boxes and arrows by the layout that architecture packs have; one of subgraphs becomes levels that
stand on each other.
"""

import html
import re
import textwrap

from pilotline.architecture_pack.layout import BOX_HEIGHT, BOX_WIDTH, label_breadth, lay_out

_NODE = r"(\w+)(?:(\[|\{\{)\"([^\"]*)\"(?:\]|\}\}))?"
_EDGE = re.compile(rf"^\s*{_NODE}\s*(?:-- \"([^\"]*)\" )?-->\s*{_NODE}\s*$")
_SUBGRAPH = re.compile(r"subgraph level\d+.*?\n(.*?)^\s*end$", re.MULTILINE | re.DOTALL)
_LETTERS = 24
_LEVEL, _WING = 54, 150


def draw(mermaid: str) -> str:
    """Draw a chart, as one block of HTML.

    Raises:
        ValueError: A line is of no form that is known here, so that nothing is left out silently.
    """
    levels = _SUBGRAPH.findall(mermaid)
    picture = _levels([level.split()[2:] for level in levels]) if levels else _flowchart(mermaid)
    return f'<div class="diagram">\n{picture}\n</div>\n'


def _flowchart(mermaid: str) -> str:
    titles: dict[str, str] = {}
    labels: dict[tuple[str, str], str] = {}
    for line in mermaid.splitlines()[1:]:
        found = _EDGE.match(line)
        if found is None:
            raise ValueError(f"{line!r} is no arrow that site_diagrams.py can draw")
        source, _, title, label, target, _, other = found.groups()
        for name, text in ((source, title), (target, other)):
            titles[name] = text or titles.get(name, name)
        labels[source, target] = label or ""
    layout = lay_out(list(titles), list(labels))
    parts = [f'<path class="edge" marker-end="url(#tip)" d="{layout.path(*edge)}"/>' for edge in labels]
    places = layout.label_places({edge: label_breadth(label) for edge, label in labels.items()})
    parts += [_text(label, *places[edge], "label") for edge, label in labels.items()]
    for name, title in titles.items():
        x, y = layout.places[name]
        parts.append(_box(x, y, BOX_WIDTH, BOX_HEIGHT, title))
    return _svg(layout.width, layout.height, parts, "How the parts follow from each other")


def _levels(rows: list[list[str]]) -> str:
    width = _WING * max(map(len, rows))
    parts = []
    for number, row in enumerate(rows):
        share = width / len(row)
        parts += [
            _box(share * place + 4, _LEVEL * number + 4, share - 8, _LEVEL - 12, name) for place, name in enumerate(row)
        ]
    return _svg(width, _LEVEL * len(rows), parts, "Levels: each imports only from those below it")


def _box(x: float, y: float, width: float, height: float, title: str) -> str:
    lines = textwrap.wrap(title, _LETTERS)
    first = y + height / 2 + 5 - 8 * (len(lines) - 1)
    texts = "".join(_text(line, x + width / 2, first + 16 * number, "") for number, line in enumerate(lines))
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"/>{texts}'


def _text(text: str, x: float, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{html.escape(text)}</text>'


def _svg(width: float, height: float, parts: list[str], title: str) -> str:
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto" '
        'markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    size = f'width="{width:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return "\n".join([f'<svg {size} role="img" aria-label="{title}">{tip}', *parts, "</svg>"])
