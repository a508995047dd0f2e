import pytest

from pilotline.documents.rewriting import RewritingError, add_section, append_item, set_scalar

MANIFEST = """\
# why
stage: sandbox  # proven so far
experiment:
  ends: "2027-05-24"
  rule: >
    folded
    text
list: [a, b]
"""


@pytest.mark.parametrize(
    ("keys", "value", "old", "new"),
    [
        (("stage",), "pilot", "stage: sandbox  # proven", "stage: pilot  # proven"),
        (("experiment", "ends"), "2027-08-01", 'ends: "2027-05-24"', 'ends: "2027-08-01"'),
        (("list", 1), "no", "[a, b]", '[a, "no"]'),
        (("stage",), 'say "ä": #', "stage: sandbox ", 'stage: "say \\"ä\\": #" '),
    ],
    ids=["with a remark", "a date in quotes", "an item of a list, that is no truth", "with signs of YAML"],
)
def test_one_value_changes_and_no_other_byte(keys, value, old, new):
    assert set_scalar(MANIFEST, keys, value) == MANIFEST.replace(old, new)


@pytest.mark.parametrize("keys", [("absent",), ("experiment",), ("experiment", "rule"), ("list", 7)])
def test_what_is_no_plain_value_is_refused(keys):
    with pytest.raises(RewritingError):
        set_scalar(MANIFEST, keys, "x")


def test_a_value_on_several_lines_is_replaced_as_a_whole():
    assert set_scalar('a: "one\n  two"  # why\nb: 1\n', ("a",), "three") == "a: three  # why\nb: 1\n"
    assert set_scalar("a: one\n  two\nb: 1\n", ("a",), "three") == "a: three\nb: 1\n"


def test_a_value_behind_an_anchor_is_refused_because_another_one_would_change_with_it():
    with pytest.raises(RewritingError):
        set_scalar("a: &x one\nb: *x\n", ("a",), "two")


HISTORY = "# dated\nhistory:\n  - stage: sandbox\n    since: 2026-11-25\n"


def test_an_item_is_added_with_the_indentation_of_the_others():
    added = append_item(HISTORY, "history", {"stage": "pilot", "since": "2026-12-01"})
    assert added == f'{HISTORY}  - stage: pilot\n    since: "2026-12-01"\n'


@pytest.mark.parametrize(
    "text",
    ["history: []\n", "history: {}\n", "other: 1\n", f"{HISTORY}later: 1\n", "history: [", "history:\n- a: 1\nz: 2\n"],
    ids=["in one line", "a mapping", "none", "not the last part", "no YAML", "without indentation, not the last"],
)
def test_a_list_of_another_form_is_refused(text):
    with pytest.raises(RewritingError):
        append_item(text, "history", {"stage": "pilot"})


def test_a_section_is_added_once():
    text = add_section(MANIFEST, "retired", {"since": "2026-12-01", "because": "No: nobody used it"})
    assert text == f'{MANIFEST}\nretired:\n  since: "2026-12-01"\n  because: "No: nobody used it"\n'
    with pytest.raises(RewritingError, match="already"):
        add_section(text, "retired", {})
