"""Boxes never overlap, arrows point downwards unless they close a circle, and both ends lie on their boxes."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.architecture_pack.layout import BOX_HEIGHT, BOX_WIDTH, lay_out

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
    assert layout.label_place("a", "b") != layout.label_place("b", "a")
