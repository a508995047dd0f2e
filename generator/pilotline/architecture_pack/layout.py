"""Placing boxes in rows and arrows between them, after Sugiyama, Tagawa and Toda (1981).

Each box gets the row below everything that points to it; arrows that would close a circle count the other way round;
an arrow over several rows gets a place in each, so that it runs between the boxes; rows are ordered by the average
place of their neighbours, which keeps crossings few. Lengths are in pixels.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

BOX_WIDTH: Final = 178
BOX_HEIGHT: Final = 62
_GAP: Final = 34
_ROW_GAP: Final = 76
_BEND_WIDTH: Final = 90
_MARGIN: Final = 16
_SWEEPS: Final = 12
_LABEL_HEIGHT: Final = 15
_LETTER_BREADTH: Final = 6.6
_SHARES: Final = tuple(share / 20 for share in range(3, 18))
"""Where along a piece of an arrow its label may stand."""

Pair = tuple[str, str]
Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where every box lies (its upper left corner), and through which points every arrow runs."""

    width: float
    height: float
    places: dict[str, Point]
    routes: dict[Pair, tuple[Point, ...]]

    def path(self, source: str, target: str) -> str:
        """Draw an arrow as the path of an SVG: a smooth curve from point to point."""
        points = self.routes[source, target]
        text = "M{:.0f} {:.0f}".format(*points[0])
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            bend = (y2 - y1) / 2
            text += f" C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
        return text

    def label_places(self, breadths: Mapping[Pair, float]) -> dict[Pair, Point]:
        """Find a place for the label of each arrow, where it covers no other label and no box if there is one.

        Args:
            breadths: How wide each arrow's label is.
        """
        taken = [_Area(x, y, BOX_WIDTH, BOX_HEIGHT) for x, y in self.places.values()]
        found: dict[Pair, Point] = {}
        for edge in sorted(breadths, key=lambda edge: -breadths[edge]):
            areas = ((place, _around(place, breadths[edge])) for place in self._candidates(edge))
            best = min(areas, key=lambda each: sum(each[1].common(other) for other in taken))
            found[edge] = best[0]
            taken.append(best[1])
        return found

    def _candidates(self, edge: Pair) -> Iterator[Point]:
        """Give the places on an arrow, first where it is most alone: near the end at which fewer arrows meet."""
        segments = list(itertools.pairwise(self.routes[edge]))
        leaving = sum(start == edge[0] for start, _ in self.routes)
        arriving = sum(end == edge[1] for _, end in self.routes)
        first, share = (
            (segments[-1], 0.68) if leaving > arriving else (segments[0], 0.32 if arriving > leaving else 0.5)
        )
        yield _on_curve(*first, share)
        for segment in (first, *(other for other in segments if other != first)):
            yield from (_on_curve(*segment, other) for other in sorted(_SHARES, key=lambda each: abs(each - share)))


@dataclass(frozen=True)
class _Area:
    """What a box or a label covers."""

    x: float
    y: float
    width: float
    height: float

    def common(self, other: "_Area") -> float:
        """Measure what two areas both cover."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(across, 0) * max(down, 0)


def _around(place: Point, breadth: float) -> _Area:
    """Give the area of a label that is centred over the place of its base line."""
    return _Area(place[0] - breadth / 2, place[1] - _LABEL_HEIGHT + 3, breadth, _LABEL_HEIGHT)


def label_breadth(label: str) -> float:
    """Estimate how wide a label is, in pixels: no font is at hand where a picture is drawn."""
    return len(label) * _LETTER_BREADTH


def lay_out(nodes: Sequence[str], edges: Sequence[Pair]) -> Layout:
    """Place boxes and arrows.

    Args:
        nodes: Names of the boxes.
        edges: Pairs of names; both ends are among the boxes.
    """
    directed = _without_circles(nodes, edges)
    rows = _rank(nodes, directed)
    chains = {edge: _chain(edge, rows) for edge in directed}
    ordered = _order(rows, chains)
    return _place(ordered, edges, chains)


def _on_curve(start: Point, end: Point, share: float) -> Point:
    """Find a point of the curve between two points, which leaves and arrives vertically."""
    (x1, y1), (x2, y2) = start, end
    rest = 1 - share
    middle = (y1 + y2) / 2
    x = x1 + (x2 - x1) * share * share * (3 - 2 * share)
    y = rest**3 * y1 + 3 * rest * share * middle + share**3 * y2
    return x, y + 4


def _without_circles(nodes: Sequence[str], edges: Sequence[Pair]) -> tuple[Pair, ...]:
    """Turn the arrows that close a circle, so that every arrow can point downwards."""
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        after[source].append(target)
    state: dict[str, int] = {}
    turned: set[Pair] = set()

    def visit(node: str) -> None:
        state[node] = 1
        for target in after[node]:
            if state.get(target) == 1:
                turned.add((node, target))
            elif target not in state:
                visit(target)
        state[node] = 2

    for node in nodes:
        if node not in state:
            visit(node)
    kept = dict.fromkeys((t, s) if (s, t) in turned else (s, t) for s, t in edges if s != t)
    return tuple(kept)


def _rank(nodes: Sequence[str], edges: Sequence[Pair]) -> dict[str, int]:
    """Give each box the row after the last of those that point to it."""
    rows = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for source, target in edges:
            rows[target] = max(rows[target], rows[source] + 1)
    above: dict[str, list[int]] = defaultdict(list)
    for source, target in edges:
        above[source].append(rows[target])
    pointed_at = {target for _, target in edges}
    return {node: min(above[node]) - 1 if node not in pointed_at and above[node] else row for node, row in rows.items()}


def _chain(edge: Pair, rows: dict[str, int]) -> tuple[str, ...]:
    """Name the places that an arrow takes in the rows it passes."""
    source, target = edge
    between = range(rows[source] + 1, rows[target])
    return (source, *(f"{source}>{target}#{row}" for row in between), target)


def _order(rows: dict[str, int], chains: dict[Pair, tuple[str, ...]]) -> list[list[str]]:
    """Order every row by the average place of its neighbours above, then below, several times."""
    ordered: list[list[str]] = [[] for _ in range(max(rows.values(), default=0) + 1)]
    for node, row in rows.items():
        ordered[row].append(node)
    near: dict[str, set[str]] = defaultdict(set)
    for (source, _), chain in chains.items():
        for offset, name in enumerate(chain[1:-1], start=1):
            ordered[rows[source] + offset].append(name)
        for one, other in itertools.pairwise(chain):
            near[one].add(other)
            near[other].add(one)
    for sweep in range(_SWEEPS):
        for line in ordered if sweep % 2 == 0 else reversed(ordered):
            place = {name: number - len(each) / 2 for each in ordered for number, name in enumerate(each)}
            line.sort(key=partial(_wanted_place, near=near, place=place))
    return ordered


def _wanted_place(name: str, near: Mapping[str, set[str]], place: Mapping[str, float]) -> float:
    """Average the places of a name's neighbours; without any it stays where it is."""
    places = [place[other] for other in near.get(name, ())]
    return sum(places) / len(places) if places else place[name]


def _place(ordered: list[list[str]], edges: Sequence[Pair], chains: dict[Pair, tuple[str, ...]]) -> Layout:
    def breadth(name: str) -> int:
        return _BEND_WIDTH if "#" in name else BOX_WIDTH

    widths = [sum(map(breadth, row)) + _GAP * max(len(row) - 1, 0) for row in ordered]
    width = max(widths, default=0) + 2 * _MARGIN
    corners: dict[str, Point] = {}
    for number, row in enumerate(ordered):
        x, y = (width - widths[number]) / 2, _MARGIN + number * (BOX_HEIGHT + _ROW_GAP)
        for name in row:
            corners[name] = (x, float(y))
            x += breadth(name) + _GAP
    routes = {}
    for edge in edges:
        turned = edge not in chains
        chain = chains[edge[1], edge[0]] if turned else chains[edge]
        points = _route(chain, corners, shift=14 if (edge[1], edge[0]) in edges else 0, turned=turned)
        routes[edge] = points
    height = len(ordered) * (BOX_HEIGHT + _ROW_GAP) - _ROW_GAP + 2 * _MARGIN
    places = {name: corner for name, corner in corners.items() if "#" not in name}
    return Layout(width, float(height), places, routes)


def _route(chain: Sequence[str], corners: dict[str, Point], *, shift: int, turned: bool) -> tuple[Point, ...]:
    """Run from the lower edge of the first box through the bends to the upper edge of the last; back when turned."""
    aside = -shift if turned else shift
    (x1, y1), (x2, y2) = corners[chain[0]], corners[chain[-1]]
    points = [(x1 + BOX_WIDTH / 2 + aside, y1 + BOX_HEIGHT)]
    for name in chain[1:-1]:
        x, y = corners[name]
        points += [(x + _BEND_WIDTH / 2 + aside, y), (x + _BEND_WIDTH / 2 + aside, y + BOX_HEIGHT)]
    points.append((x2 + BOX_WIDTH / 2 + aside, y2))
    return tuple(reversed(points)) if turned else tuple(points)
