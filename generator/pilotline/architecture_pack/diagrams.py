"""Diagrams as values: boxes and arrows, drawn as Mermaid for repositories and as SVG where people look."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pilotline.architecture_pack.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Point, label_breadth, lay_out

Kind = Literal["focus", "code", "store", "control", "source", "sink", "person", "system"]
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "source": ('[("', '")]'),
    "sink": ('[("', '")]'),
    "store": ('[("', '")]'),
    "control": ('(["', '"])'),
    "person": ('(["', '"])'),
}
_PLAIN_SHAPE: Final = ('["', '"]')
_LETTERS: Final = 24
_STYLE: Final = """
.board text { font: 13px system-ui, sans-serif; fill: var(--ink, #1c2733); }
.board .kind { font-size: 10.5px; fill: var(--soft, #5b6b7b); }
.board .label { font-size: 11.5px; fill: var(--soft, #5b6b7b); paint-order: stroke; stroke: var(--page, #fff); stroke-width: 6px; }
.board .box { fill: var(--box, #eef4fb); stroke: var(--line, #3f6fa8); stroke-width: 1.2; }
.board .focus { fill: var(--accent, #1f5fae); stroke: var(--accent, #1f5fae); }
.board .focus-text, .board .focus-text.kind { fill: #fff; }
.board .outside { fill: var(--page, #fff); stroke: var(--soft, #5b6b7b); stroke-dasharray: 5 4; }
.board .edge { fill: none; stroke: var(--soft, #5b6b7b); stroke-width: 1.2; }
.board .cases { stroke: var(--accent, #1f5fae); stroke-width: 2; }
.board marker path { fill: var(--soft, #5b6b7b); }
"""  # noqa: E501 - one rule a line
_DARK: Final = (
    "@media (prefers-color-scheme: dark) { .board { --ink: #e6edf3; --soft: #9fb0c0; --page: #11181f; --box: #1b2836; "
    "--line: #6fa4e0; --accent: #5b9bee; background: #11181f } "
    ".board .focus-text, .board .focus-text.kind { fill: #0b1117 } }"
)


_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto" '
    'markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z"/></marker></defs>'
)


@dataclass(frozen=True)
class Node:
    """A box: a part of the pilot, a person, or a system around it."""

    id: str
    title: str
    kind: str
    note: str

    @property
    def is_outside(self) -> bool:
        """Whether it is no part of the pilot."""
        return self.kind in {"person", "system"}


@dataclass(frozen=True)
class Edge:
    """An arrow, with what it carries and how that is classified."""

    source: str
    target: str
    carries: str
    has_cases: bool


@dataclass(frozen=True)
class Diagram:
    """Boxes and arrows under a title."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw_mermaid(diagram: Diagram) -> str:
    """Draw a diagram as Mermaid, C4 style: each box names its kind; arrows with single cases are thick."""
    lines = ["flowchart TB"]
    for node in diagram.nodes:
        before, after = _SHAPES.get(node.kind, _PLAIN_SHAPE)
        lines.append(
            f"  {node.id}{before}<b>{_plain(node.title)}</b><br/>[{_plain(node.note)}]{after}:::{_class(node)}"
        )
    for edge in diagram.edges:
        arrow = "==>" if edge.has_cases else "-->"
        lines.append(f'  {edge.source} {arrow}|"{_plain(edge.carries)}"| {edge.target}')
    lines.append("  classDef outside stroke-dasharray: 5 4")
    lines.append("  classDef focus stroke-width: 3px")
    return "\n".join([*lines, ""])


def draw_svg(diagram: Diagram) -> str:
    """Draw a diagram as one SVG element that follows the colours of its page, and light or dark by itself."""
    layout = lay_out([node.id for node in diagram.nodes], [(edge.source, edge.target) for edge in diagram.edges])
    labels = layout.label_places({(edge.source, edge.target): label_breadth(edge.carries) for edge in diagram.edges})
    title = html.escape(diagram.title)
    size = f"{layout.width:.0f} {layout.height:.0f}"
    head = f'<svg class="board" xmlns="http://www.w3.org/2000/svg" width="{layout.width:.0f}" viewBox="0 0 {size}"'
    parts = [
        f'{head} role="img" aria-label="{title}"><title>{title}</title><style>{_STYLE}{_DARK}</style>',
        _TIP,
        *(_draw_edge(edge, layout) for edge in diagram.edges),
        *(_draw_label(edge, labels[edge.source, edge.target]) for edge in diagram.edges),
        *(_draw_node(node, layout) for node in diagram.nodes),
        "</svg>",
    ]
    return "\n".join(parts)


def _plain(text: str) -> str:
    """Write a text so that Mermaid shows it as it is."""
    return html.escape(" ".join(text.split())).replace("&quot;", "#quot;")


def _class(node: Node) -> str:
    return "outside" if node.is_outside else "focus" if node.kind == "focus" else "inside"


def _draw_edge(edge: Edge, layout: Layout) -> str:
    kind = "edge cases" if edge.has_cases else "edge"
    return f'<path class="{kind}" marker-end="url(#tip)" d="{layout.path(edge.source, edge.target)}"/>'


def _draw_label(edge: Edge, place: Point) -> str:
    x, y = place
    return f'<text class="label" x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{html.escape(edge.carries)}</text>'


def _draw_node(node: Node, layout: Layout) -> str:
    x, y = layout.places[node.id]
    kind = {"outside": "outside", "focus": "box focus", "inside": "box"}[_class(node)]
    round_ = 26 if node.kind in {"person", "control"} else 6
    style = "focus-text" if node.kind == "focus" else ""
    lines = textwrap.wrap(node.title, _LETTERS)[:2]
    first = y + BOX_HEIGHT / 2 - 8 * (len(lines) - 1) - 3
    texts = _text_lines(lines, x + BOX_WIDTH / 2, first, style)
    note = f'<text class="kind {style}" x="{x + BOX_WIDTH / 2:.0f}" y="{y + BOX_HEIGHT - 10:.0f}" text-anchor="middle">'
    return (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{round_}"/>'
        f"{texts}{note}[{html.escape(node.note)}]</text>"
    )


def _text_lines(lines: Sequence[str], x: float, y: float, style: str) -> str:
    return "".join(
        f'<text class="{style}" x="{x:.0f}" y="{y + 16 * number:.0f}" text-anchor="middle" font-weight="600">'
        f"{html.escape(line)}</text>"
        for number, line in enumerate(lines)
    )
