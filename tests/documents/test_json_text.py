"""A long list is written piece by piece, and what comes out is the object as a whole."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.documents.json_text import json_pieces, json_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=4).filter(lambda name: name != "rows"), VALUES, max_size=3),
    st.lists(VALUES, max_size=4),
)
def test_the_pieces_are_the_whole(head, rows):
    assert "".join(json_pieces(head, "rows", iter(rows))) == json_text({**head, "rows": rows})
