"""An answer that no pilot records, a secret above all, never goes away without a word."""

import json

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.upgrade.helpers import upgrade

CATALOG = {
    "copier.yml": "_exclude: [copier.yml]\nname: ada\ntoken: {type: str, secret: true, default: none}\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
}


@pytest.fixture
def make(tmp_path):
    def made(files):
        catalog = build_file_tree(tmp_path / "catalog", {**CATALOG, **files})
        commit_all(catalog, "one", tag="v1.0.0")
        run = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", catalog, environment=IDENTITY)
        assert run.code == 0, run.err
        return tmp_path / "pilot"

    return made


@pytest.mark.parametrize("value", ["other", "none"], ids=["another value", "the default"])
def test_where_nothing_in_git_changes_it_says_what_came_of_the_value(make, value):
    pilot = make({".gitignore": ".env\n", ".env.jinja": "TOKEN={{ token }}\n"})
    git(pilot, "rm", "--quiet", "--cached", ".env")
    git(pilot, "commit", "--quiet", "--message", "as people have it: what is ignored is not in git")
    run = upgrade(pilot, "-d", f"token={value}", "--commit")
    assert run.code == 0, run.err
    assert "Answered now and recorded nowhere: it holds only in what changes above\n  token" in run.out
    assert ("left as they lie; the catalog has changed them\n  .env" in run.out) is (value == "other")
    shown = json.loads(upgrade(pilot, "-d", f"token={value}", "--plan", "--json").out)
    assert (shown["up_to_date"], shown["not_recorded"]) == (True, ["token"])
    assert git(pilot, "rev-list", "--count", "HEAD") == "2"


def test_where_a_file_changes_it_is_written_at_the_same_version(make):
    pilot = make({"settings.ini.jinja": "token = {{ token }}\n"})
    run = upgrade(pilot, "-d", "token=other", "--commit")
    assert (run.code, "recorded nowhere" in run.out) == (0, True), run.err
    assert (pilot / "settings.ini").read_text() == "token = other\n"
    assert "token" not in (pilot / ".copier-answers.yml").read_text()
    assert "nothing to do" in upgrade(pilot).out
