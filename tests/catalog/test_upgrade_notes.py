import pytest

from pilotline.catalog.upgrade_notes import extend_changelog, format_changes, notes_between, read_fragments
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree

NOTES = Tree(
    {
        "upgrade_notes/README.md": File(b"x"),
        "upgrade_notes/next.md": File(b"x"),
        "upgrade_notes/v1.0.0.md": File(b"# v1.0.0\n"),
        "upgrade_notes/v1.9.0.md": File(b"# v1.9.0\n\n## Manual steps\n\n1. Rename it.\n2. Run it.\n\n## Later\n\nx\n"),
        "upgrade_notes/v1.10.0.md": File(b"# v1.10.0\n"),
        "upgrade_notes/v2.0.0.md": File(b"# v2.0.0\n"),
    }
)


@pytest.mark.parametrize(
    ("base", "target", "expected"),
    [
        ("v1.0.0", "v1.10.0", ["v1.9.0", "v1.10.0"]),
        ("v1.9.0", "v2.0.0", ["v1.10.0", "v2.0.0"]),
        ("v1.9.0", "v1.9.0", []),
        ("v1.0.0-3-g1234abc", "v1.9.0", ["v1.9.0"]),
        (None, "v1.0.0", ["v1.0.0"]),
        ("v1.10.0", None, ["v2.0.0"]),
    ],
)
def test_the_notes_between_two_versions_come_oldest_first(base, target, expected):
    assert [note.version for note in notes_between(NOTES, base, target)] == expected


def test_manual_steps_are_told_apart():
    note = notes_between(NOTES, "v1.0.0", "v1.9.0")[0]
    assert note.manual_steps == "1. Rename it.\n2. Run it."
    assert notes_between(NOTES, None, "v1.0.0")[0].manual_steps == ""


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
