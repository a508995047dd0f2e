import pytest

from pilotline.authoring.changelog import extend_changelog, format_changes, read_fragments
from pilotline.errors import CatalogError


def test_fragments_are_gathered_by_kind():
    found = read_fragments(
        {
            "changelog.d/README.md": b"x",
            "changelog.d/b.added.md": b"B.\n",
            "changelog.d/a.added.md": b"A,\nin two lines.\n",
            "changelog.d/c.fixed.md": b"- C.\n- D,\n  too.\n",
            "other.added.md": b"x",
        }
    )
    assert format_changes(found, 2) == "## Added\n\n- A,\n  in two lines.\n- B.\n\n## Fixed\n\n- C.\n- D,\n  too.\n"


def test_what_is_no_fragment_is_named_all_at_once():
    with pytest.raises(CatalogError, match=r"changelog\.d/a\.md, changelog\.d/b\.new\.md, changelog\.d/c\.fixed\.md"):
        read_fragments({"changelog.d/a.md": b"x", "changelog.d/b.new.md": b"x", "changelog.d/c.fixed.md": b" \n"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Changelog\n\nIntro.\n\nNothing is released yet.\n", "# Changelog\n\nIntro.\n\n## v2\n\nNEW\n"),
        ("# C\n\nIntro.\n\n## v1\n\nold\n", "# C\n\nIntro.\n\n## v2\n\nNEW\n\n## v1\n\nold\n"),
        ("", "# Changelog\n\n## v2\n\nNEW\n"),
    ],
    ids=["first release", "second release", "no file"],
)
def test_a_version_s_section_stands_on_top(before, after):
    assert extend_changelog(before, "v2", "NEW\n") == after
