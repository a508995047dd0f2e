"""What a pilot changed goes back into a template only where the template then gives exactly the pilot's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from pilotline.template.back_translation import carry_back, choose_words

VALUES: dict[str, object] = {
    "package_name": "call_list",
    "title": "Whom to call",
    "team": "ops",
    "wide": True,
    "rows": ["a", "b"],
}
OTHERS = {**VALUES, "package_name": "stock", "title": "What to order", "wide": False, "rows": ["c"]}
TEMPLATE = """\
# {{ title }}

Run `{{ package_name }} run`, and look.
{% if wide %}
A wide line.
{% endif %}
{% for row in rows %}
- {{ row }}
{% endfor %}
{% raw %}
env: ${{ secrets.KEY }}
{% endraw %}
The end.
"""
JINJA = Environment(keep_trailing_newline=True, trim_blocks=False, autoescape=False)


def render(text, values=None):
    return JINJA.from_string(text).render(values or VALUES)


def evaluate(text):
    try:
        return render(text)
    except Exception:  # noqa: BLE001 - as a half-carried template may raise whatever
        return None


def carry(edited, template=TEMPLATE):
    words = choose_words(template, VALUES, "package_name")
    return carry_back(template, render(template), edited, evaluate, words, "call_list")


def changed(*pairs):
    text = render(TEMPLATE)
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("edits", "elsewhere"),
    [
        ([("The end.", "The very end.")], "The very end.\n"),
        ([("A wide line.", "A wider line.")], ""),
        ([("# Whom to call", "# Whom to call, and when")], "# What to order, and when\n"),
        ([("`call_list run`, and", "`call_list run --json`, and")], "Run `stock run --json`, and look.\n"),
        ([("The end.\n", "See src/call_list.\nThe end.\n")], "See src/stock.\nThe end.\n"),
        ([("The end.\n", "Write {{ x }} here.\nAnd call_list.\nThe end.\n")], "Write {{ x }} here.\nAnd stock.\n"),
        ([("secrets.KEY }}\n", "secrets.KEY }}\nmore: ${{ secrets.B }}\n")], "more: ${{ secrets.B }}\n"),
        ([("The end.\n", "")], ""),
        ([("The end.\n", "A\nB\nThe end.\n"), ("# Whom", "Before.\n# Whom")], "A\nB\n"),
    ],
)
def test_a_change_is_carried_and_holds_for_another_pilot(edits, elsewhere):
    edited = changed(*edits)
    found = carry(edited)
    assert (found.left, found.carried) == ((), found.changes)
    assert render(found.text) == edited == found.gives
    other = render(found.text, OTHERS)
    assert elsewhere in other
    assert "call_list" not in other


@pytest.mark.parametrize(
    ("edit", "line", "why"),
    [
        (("- a\n", "- z\n"), "- z", "the template computes what stands here"),
        (("secrets.KEY }}\n", "secrets.KEY }}\nin: call_list\n"), "in: call_list", "it names call_list"),
    ],
)
def test_what_cannot_be_carried_is_named_and_the_rest_is_carried(edit, line, why):
    found = carry(changed(edit, ("The end.", "The very end.")))
    assert [(left.text, left.why[: len(why)]) for left in found.left] == [(line, why)]
    assert changed(edit, ("The end.", "The very end.")).splitlines()[found.left[0].number - 1] == line
    assert render(found.text) == found.gives == changed(("The end.", "The very end."))


def test_the_expressions_that_took_the_place_of_names_are_said():
    assert carry(changed(("The end.", "See call_list."))).turned == ("{{ package_name }}",)


LINES = st.sampled_from(
    ["plain\n", "other\n", "x {{ title }} y\n", "{{ team }}\n", "\n", "{% if wide %}\n{% endif %}\n"]
)
NEW = st.sampled_from(["plain\n", "fresh\n", "call_list\n", "Whom to call\n", "{{ ops }}\n", "{% x %}\n", "\n"])


@given(st.lists(LINES, max_size=8), st.data())
def test_whatever_is_carried_gives_the_pilot_s_bytes(lines, data):
    template = "".join(lines)
    edited = render(template).splitlines(keepends=True)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(edited)))
        end = data.draw(st.integers(at, min(at + 2, len(edited))))
        edited[at:end] = data.draw(st.lists(NEW, max_size=2))
    found = carry("".join(edited), template)
    assert render(found.text) == found.gives
    assert (found.gives == "".join(edited)) == (not found.left)
    assert "call_list" not in found.text
