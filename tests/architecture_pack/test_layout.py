"""Boxes never overlap, arrows point downwards unless they close a circle, and both ends lie on their boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.architecture_pack.layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from pilotline.architecture_pack.pack import gather_pack
from pilotline.template.answers import accept_answers

OWN = {
    "kpi": "Days until paid", "kpi_unit": "days", "kpi_baseline": 41, "kpi_target": 30, "kpi_unit_value": 2,
    "currency": "EUR", "owner": "head-of-collections", "objective": "lower-cost-to-serve",
}  # fmt: skip

NAMES = "abcdefgh"
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda e: e[0] != e[1]), max_size=14)


@given(EDGES)
def test_boxes_do_not_overlap_and_lie_inside(edges):
    layout = lay_out(NAMES, edges)
    places = list(layout.places.values())
    assert len(places) == len(NAMES)
    for number, (x, y) in enumerate(places):
        assert 0 <= x <= layout.width - BOX_WIDTH
        assert 0 <= y <= layout.height - BOX_HEIGHT
        for other_x, other_y in places[number + 1 :]:
            assert abs(x - other_x) >= BOX_WIDTH or abs(y - other_y) >= BOX_HEIGHT


@given(EDGES)
def test_an_arrow_begins_and_ends_at_its_boxes(edges):
    layout = lay_out(NAMES, edges)
    for source, target in edges:
        route = layout.routes[source, target]
        for name, (x, y) in ((source, route[0]), (target, route[-1])):
            left, top = layout.places[name]
            assert left <= x <= left + BOX_WIDTH
            assert y in {top, top + BOX_HEIGHT}


@given(EDGES)
def test_a_label_stands_on_its_arrow_inside_the_picture(edges):
    layout = lay_out(NAMES, edges)
    places = layout.label_places(dict.fromkeys(edges, 60.0))
    assert places.keys() == set(edges)
    for edge, (x, y) in places.items():
        route = layout.routes[edge]
        assert min(p[0] for p in route) <= x <= max(p[0] for p in route)
        assert min(p[1] for p in route) <= y <= max(p[1] for p in route) + 4


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"integrations": ["postgres", "mlflow_server"]},
        {"start": "own_case", **OWN, "shape": "snapshots"},
        {"start": "own_case", **OWN, "shape": "events", "integrations": ["postgres"]},
    ],
    ids=["default", "integrations", "snapshots", "events"],
)
def test_labels_of_the_pictures_cover_neither_each_other_nor_a_box(builtin, answers):
    pack = gather_pack(builtin, "batch_scoring", accept_answers(builtin, answers))
    for diagram in (pack.context, pack.components):
        pairs = [(edge.source, edge.target) for edge in diagram.edges]
        layout = lay_out([node.id for node in diagram.nodes], pairs)
        breadths = {pair: len(edge.carries) * 6.0 for pair, edge in zip(pairs, diagram.edges, strict=True)}
        covered: list[tuple[float, ...]] = [(x, y, BOX_WIDTH, BOX_HEIGHT) for x, y in layout.places.values()]
        for pair, (x, y) in layout.label_places(breadths).items():
            area = (x - breadths[pair] / 2, y - 10, breadths[pair], 12)
            assert not [other for other in covered if overlap(area, other)], (diagram.title, pair)
            covered.append(area)


def overlap(one, other):
    (x, y, width, height), (x2, y2, width2, height2) = one, other
    return x < x2 + width2 and x2 < x + width and y < y2 + height2 and y2 < y + height


def test_a_chain_runs_downwards():
    layout = lay_out(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    assert layout.places["a"][1] < layout.places["b"][1] < layout.places["c"][1]
    assert len(layout.routes["a", "c"]) == 4, "it passes the row of b beside the box"


def test_an_arrow_back_runs_upwards_beside_the_one_down():
    layout = lay_out(["a", "b"], [("a", "b"), ("b", "a")])
    down, up = layout.routes["a", "b"], layout.routes["b", "a"]
    assert down[0][1] < down[-1][1]
    assert up[0][1] > up[-1][1]
    assert down[0][0] != up[-1][0]
    places = layout.label_places(dict.fromkeys([("a", "b"), ("b", "a")], 60.0))
    assert places["a", "b"] != places["b", "a"]
