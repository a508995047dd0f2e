import pytest

from pilotline.catalog.upgrade_notes import notes_between
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
