"""What pilots learned is gathered into the catalog, and whoever begins with the same architecture hears of it."""

import json

import pytest
import yaml

from pilotline.catalog.learnings import LEARNINGS, PAGE
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

CATALOG = {
    "copier.yml": (
        "_exclude: [copier.yml, templates, LEARNINGS.md]\n"
        "architecture: {type: str, choices: [batch, stream], default: batch}\n"
    ),
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "page.md": "A page.\n",
}
DECISION = """\
---
learning: true
challenge: data
---
# 2. Two ledgers of one customer

- Date: 2026-11-02

Refunds come three days late,
so months are read later.

## More

Nothing.
"""
EXPERIMENT = """\
experiment:
  hypothesis: A list of ten is enough
  ends: 2026-10-01
  learning: true
  challenge: culture
  learned: People want to see why, not more names.
"""


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", CATALOG)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


@pytest.fixture
def make(tmp_path, catalog):
    def make(name, files=None, *arguments):
        made = pilotline("new", tmp_path / name, "--defaults", "--catalog", catalog, *arguments, environment=IDENTITY)
        assert made.code == 0, made.err
        if files:
            commit_all(build_file_tree(tmp_path / name, files), "Learn")
        return tmp_path / name

    return make


def gather(catalog, *arguments):
    return pilotline("catalog", "learnings", *arguments, cwd=catalog, environment=IDENTITY)


def test_marked_records_become_one_page_and_a_list(catalog, make):
    first = make("first", {"governance/decisions/0002-two.md": DECISION, "governance/decisions/0001-why.md": "# Why\n"})
    second = make("second", {"pilot.yml": EXPERIMENT}, "-d", "architecture=stream")
    done = gather(catalog, first, second)
    assert (done.code, done.err) == (0, "")
    listed = yaml.safe_load((catalog / LEARNINGS).read_text())["learnings"]
    assert listed == [
        {
            "architecture": "batch", "challenge": "data", "pilot": "first", "title": "Two ledgers of one customer",
            "text": "Refunds come three days late, so months are read later.", "date": "2026-11-02",
            "path": "governance/decisions/0002-two.md",
        },
        {
            "architecture": "stream", "challenge": "culture", "pilot": "second", "title": "A list of ten is enough",
            "text": "People want to see why, not more names.", "date": "2026-10-01", "path": "pilot.yml",
        },
    ]  # fmt: skip
    page = (catalog / PAGE).read_text()
    assert page.index("## batch") < page.index("### Data") < page.index("Two ledgers") < page.index("## stream")


def test_whoever_begins_hears_what_concerns_the_architecture(catalog, make, tmp_path):
    make("first", {"governance/decisions/0002-two.md": DECISION})
    make("second", {"pilot.yml": EXPERIMENT}, "-d", "architecture=stream")
    assert gather(catalog, tmp_path / "first", tmp_path / "second").code == 0
    commit_all(catalog, "learned", tag="v1.1.0")
    made = pilotline("new", tmp_path / "third", "--defaults", "--catalog", catalog, environment=IDENTITY)
    assert "What others learned with this architecture:\n  Two ledgers of one customer (first): Refunds" in made.out
    assert "A list of ten" not in made.out
    shown = pilotline("new", tmp_path / "fourth", "--defaults", "--catalog", catalog, "--dry-run", "--json").out
    assert [each["title"] for each in json.loads(shown)["learnings"]] == ["Two ledgers of one customer"]


def test_a_pilot_is_replaced_and_the_others_stay(catalog, make):
    first = make("first", {"governance/decisions/0002-two.md": DECISION})
    second = make("second", {"pilot.yml": EXPERIMENT})
    assert gather(catalog, first, second).code == 0
    git(first, "rm", "--quiet", "governance/decisions/0002-two.md")
    commit_all(first, "Not so")
    assert gather(catalog, first).code == 0
    assert [each["pilot"] for each in yaml.safe_load((catalog / LEARNINGS).read_text())["learnings"]] == ["second"]


def test_what_is_wrong_is_said_and_nothing_is_lost(catalog, make, tmp_path):
    first = make("first", {"governance/decisions/0002-two.md": DECISION})
    assert gather(catalog, first).code == 0
    before = files_below(catalog)
    (first / ".copier-answers.yml").write_text("[")
    commit_all(first, "Broken")
    done = gather(catalog, first, tmp_path / "gone", "--json")
    assert done.code == 1
    assert len(json.loads(done.out)["problems"]) == 2
    assert files_below(catalog) == before, "nobody can tell, so what was known stays"
    other = make("other", {"governance/decisions/0003-x.md": DECISION.replace("challenge: data\n", "")})
    done = gather(catalog, other, "--plan")
    assert done.code == 1
    assert "names no challenge; one of strategy, data" in done.out
    assert files_below(catalog) == before


def test_a_pilot_s_words_are_words(catalog, make):
    evil = DECISION.replace("Two ledgers", "<script>x</script> **a** [b](javascript:c) \\u202e")
    assert gather(catalog, make("first", {"governance/decisions/0002-two.md": evil})).code == 0
    page = (catalog / PAGE).read_text()
    assert "<script>" not in page
    assert "[b]" not in page
    assert "\\*\\*a" in page


def test_a_folder_that_is_no_catalog_is_refused(tmp_path):
    done = gather(tmp_path, tmp_path)
    assert done.code == 2
    assert "is no catalog" in done.err
