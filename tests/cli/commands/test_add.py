"""Integrations and stages come and go by the merge: what they bring is what `new` would have brought."""

import json
import re

import pytest

from pilotline.catalog.loading import load_builtin
from pilotline.creation.new_pilot import plan_pilot
from pilotline.pilot.paths import ANSWERS_LOCK
from pilotline.template.answers import accept_answers, resolve_answers
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

BUILTIN = load_builtin("https://pilotline.invalid/pilotline.git")
STAGES = ("sandbox", "pilot", "production")
ANSWERS = resolve_answers(BUILTIN, {})[0]
INTEGRATIONS = ANSWERS.choices("integrations")
"""What a pilot of the first architecture may have; others bring further ones."""
OTHERS = {
    integration: name
    for name in ANSWERS.choices("architecture")
    for integration in resolve_answers(BUILTIN, {"architecture": name})[0].choices("integrations")
    if integration not in INTEGRATIONS
}
"""The integrations that the first architecture cannot have, with one that can."""


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def pilots(tmp_path_factory):
    """Give one pilot per stage; a test leaves it at the commit at which it found it."""
    folder = tmp_path_factory.mktemp("stages")
    for stage in STAGES:
        made = pilotline("new", folder / stage, "--defaults", "-d", f"prepared_for={stage}", environment=IDENTITY)
        assert made.code == 0, made.err
    return folder


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Give a pilot of each architecture that other integrations need."""
    folder = tmp_path_factory.mktemp("others")
    for name in set(OTHERS.values()):
        made = pilotline("new", folder / name, "--defaults", "-d", f"architecture={name}", environment=IDENTITY)
        assert made.code == 0, made.err
    return folder


@pytest.fixture
def pilot(pilots):
    yield pilots / "sandbox"
    git(
        pilots / "sandbox", "reset", "--quiet", "--hard", git(pilots / "sandbox", "rev-list", "--max-parents=0", "HEAD")
    )


def tree_id(folder):
    return git(folder, "rev-parse", "HEAD^{tree}")


def without_documents(files):
    """Leave out the team's texts: they tell of the day on which they arrived, whatever came later."""
    return {path: content for path, content in files.items() if not re.fullmatch(r"governance/.*\.md", path)}


def rendered(pilot, **changes):
    """Render what `new` would give with this pilot's answers and some others."""
    answers = json.loads(pilotline("answers", "--json", cwd=pilot).out)["answers"]
    tree = plan_pilot(BUILTIN, accept_answers(BUILTIN, {**answers, **changes})).tree
    return {path: file.content for path, file in tree.items()}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_adding_gives_what_new_gives_and_removing_gives_exactly_the_old_tree(pilots, integration, stage):
    pilot = pilots / stage
    before = tree_id(pilot)

    added = pilotline("add", integration, "--commit", cwd=pilot)
    assert added.code == 0, added.err
    assert without_documents(files_below(pilot)) == without_documents(rendered(pilot, integrations=[integration]))
    assert tree_id(pilot) != before

    removed = pilotline("remove", integration, "--commit", cwd=pilot)
    assert removed.code == 0, removed.err
    assert tree_id(pilot) == before
    assert git(pilot, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize("integration", OTHERS)
def test_what_needs_another_architecture_is_added_and_removed_there_and_refused_here(pilot, others, integration):
    there = others / OTHERS[integration]
    before = tree_id(there)
    added = pilotline("add", integration, "--commit", cwd=there)
    assert added.code == 0, added.err
    assert files_below(there) == rendered(there, integrations=[integration])
    assert pilotline("remove", integration, "--commit", cwd=there).code == 0
    assert tree_id(there) == before

    refused = pilotline("add", integration, "--commit", cwd=pilot)
    assert refused.code == 2
    assert "does not fit Batch scoring: it needs the layer" in refused.err
    assert f"It may have: {', '.join(INTEGRATIONS)}." in refused.err
    made = pilotline("new", pilot.parent / "none", "--defaults", "-d", f"integrations=[{integration}]")
    assert (made.code, "does not fit Batch scoring" in made.err) == (2, True)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_an_integration_brings_files_of_the_catalog_only(integration, stage):
    without = plan_pilot(BUILTIN, accept_answers(BUILTIN, {"prepared_for": stage}))
    with_it = plan_pilot(BUILTIN, accept_answers(BUILTIN, {"prepared_for": stage, "integrations": [integration]}))
    brought = {path for path in with_it.tree if path not in without.tree}
    assert brought
    assert {path: with_it.owners[path] for path in brought if with_it.owners[path] != "owned"} == {}
    changed = {path for path in without.tree if with_it.tree.get(path) != without.tree[path]}
    seeds = {path for path in changed if with_it.owners[path] == "seed"}
    assert without_documents(dict.fromkeys(seeds)) == {ANSWERS_LOCK: None}, (
        "a seed would not change in a pilot; the lock is carried along by the move"
    )


def test_several_at_once_in_any_order_and_those_present_are_kept(pilot):
    assert pilotline("add", *reversed(INTEGRATIONS), "--commit", cwd=pilot).code == 0
    assert files_below(pilot) == rendered(pilot, integrations=list(INTEGRATIONS))

    again = pilotline("add", INTEGRATIONS[0], "--commit", cwd=pilot)
    assert (again.code, "nothing to do" in again.out) == (0, True)
    assert pilotline("remove", *INTEGRATIONS, "--commit", cwd=pilot).code == 0
    assert files_below(pilot) == rendered(pilot, integrations=[])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "postgress"), "no integration postgress. Did you mean postgres?"),
        (("add", "postgres", "oracle9"), "no integration oracle9."),
        (("remove", "postgres"), "This pilot has no postgres."),
        (("prepare", "moon"), "is not one of"),
        (("answers", "-d", "architecture=other"), "fixed since the pilot was made"),
    ],
    ids=["typo", "one of two", "absent", "no stage", "fixed"],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(pilot, arguments, message):
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot)
    run = pilotline(*arguments, "--commit", cwd=pilot)
    assert run.code == 2
    assert message in run.err
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot)) == before


def test_a_plan_changes_nothing(pilot):
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "count-objects", "-v")
    plan = json.loads(pilotline("add", "postgres", "--plan", "--json", cwd=pilot).out)
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "count-objects", "-v")) == before
    assert "config/integrations/postgres.toml" in [change["path"] for change in plan["changes"]]
    assert plan["seeds_delivered"] == []


def test_an_edited_file_of_an_integration_is_a_conflict_when_it_goes(pilot):
    pilotline("add", "postgres", "--commit", cwd=pilot)
    with (pilot / "config/integrations/postgres.toml").open("a") as file:
        file.write("statement_timeout_seconds = 30\n")
    commit_all(pilot, "our setting")
    run = pilotline("remove", "postgres", cwd=pilot)
    assert run.code == 1
    assert "statement_timeout_seconds = 30" in (pilot / "config/integrations/postgres.toml").read_text()
    assert pilotline("upgrade", "--abort", cwd=pilot).code == 0


@pytest.mark.parametrize("stage", ["pilot", "production"])
def test_preparing_gives_what_new_gives_and_going_back_leaves_only_what_is_the_team_s(pilot, stage):
    before = files_below(pilot)
    ready = pilotline("prepare", stage, "--commit", "--json", cwd=pilot)
    assert ready.code == 0, ready.err
    assert files_below(pilot) == rendered(pilot, prepared_for=stage)
    delivered = set(json.loads(ready.out)["seeds_delivered"])
    assert delivered
    assert pilotline("prepare", stage, "--commit", cwd=pilot).out.endswith("nothing to do.\n")

    back = pilotline("prepare", "sandbox", "--commit", cwd=pilot)
    assert back.code == 0, back.err
    left = files_below(pilot)
    assert set(left) - set(before) == delivered
    assert {path: left[path] for path in before} == before


def test_a_seed_that_the_team_deleted_or_edited_is_not_brought_by_the_next_stage(pilot):
    pilotline("prepare", "pilot", "--commit", cwd=pilot)
    seeds = sorted(set(rendered(pilot, prepared_for="pilot")) - set(rendered(pilot, prepared_for="sandbox")))
    cards = [path for path in seeds if path.startswith("governance/")]
    (pilot / cards[0]).unlink()
    (pilot / cards[1]).write_text("ours\n")
    commit_all(pilot, "ours")
    assert pilotline("prepare", "production", "--commit", cwd=pilot).code == 0
    assert not (pilot / cards[0]).exists()
    assert (pilot / cards[1]).read_text() == "ours\n"


def test_going_back_keeps_a_derived_file_that_was_written_by_hand(pilot):
    pilotline("prepare", "pilot", "--commit", cwd=pilot)
    build_file_tree(pilot, {".github/CODEOWNERS": "* @us\n"})
    commit_all(pilot, "our owners")
    assert pilotline("prepare", "sandbox", "--commit", cwd=pilot).code == 0
    assert (pilot / ".github/CODEOWNERS").read_text() == "* @us\n"
    assert not (pilot / "catalog-info.yaml").exists()


def test_answers_are_shown_but_for_computed_and_secret_ones(tmp_path):
    catalog = build_file_tree(
        tmp_path / "catalog",
        {
            "copier.yml": "_exclude: [copier.yml]\nname: ada\n"
            "token: {type: str, secret: true, default: none}\n"
            "upper: {type: str, when: false, default: '{{ name | upper }}'}\n",
            "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
            "greeting.txt.jinja": "{{ upper }} {{ token }}\n",
        },
    )
    commit_all(catalog, "one", tag="v1.0.0")
    pilot = tmp_path / "pilot"
    made = pilotline("new", pilot, "--defaults", "-d", "token=t0ps3cret", "--catalog", catalog)
    assert made.code == 0, made.err
    with (pilot / ".copier-answers.yml").open("a") as file:
        file.write("upper: BOB\ntoken: t0ps3cret\n")
    commit_all(pilot, "somebody wrote more into it")

    run = pilotline("answers", cwd=pilot)
    assert run.out.splitlines() == ["name  ada"]
    assert json.loads(pilotline("answers", "--json", cwd=pilot).out) == {"format": 1, "answers": {"name": "ada"}}


def test_a_catalog_without_integrations_or_stages_says_so(tmp_path):
    catalog = build_file_tree(
        tmp_path / "catalog",
        {"copier.yml": "_exclude: [copier.yml]\nname: ada\n",
         "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"},
    )  # fmt: skip
    commit_all(catalog, "one", tag="v1.0.0")
    pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", catalog)
    assert "has no integrations" in pilotline("add", "postgres", cwd=tmp_path / "pilot").err
    assert "has no integrations" in pilotline("remove", "postgres", cwd=tmp_path / "pilot").err
    assert "knows no stages" in pilotline("prepare", "pilot", cwd=tmp_path / "pilot").err
