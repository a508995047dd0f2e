"""Upgrading is a git merge: each sentence of the semantics is a test on real git."""

import json
import os
import subprocess
import sys

import pytest

from pilotline.fleet.preview import preview_upgrades
from pilotline.git.fast_import import Script
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
LONG = "".join(f"line {number}\n" for number in range(1, 21))
ONE: dict[str, str | bytes] = {
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\nname: {type: str, default: ada}\n",
    ANSWERS: "{{ _copier_answers | to_nice_yaml }}",
    "owned.txt": LONG,
    "other.txt": "other\n",
    "gone.txt": "will be removed\n" * 5,
    "moved.txt": "".join(f"moved {number}\n" for number in range(20)),
    "run.sh": "#!/bin/sh\necho one\n",
    "seeds/first.txt": "first\n",
    "blob.bin": bytes(range(256)),
    "nolf.txt": "no newline at the end",
    "ü/é.txt": "one\n",
}
TWO: dict[str, str | bytes] = {
    **ONE,
    "owned.txt": LONG.replace("line 2\n", "line two of the catalog\n"),
    "added.txt": "added\n",
    "seeds/first.txt": "first, improved\n",
    "seeds/second.txt": "second\n",
    "ü/é.txt": "two\n",
    "sub/moved.txt": ONE["moved.txt"],
}
del TWO["gone.txt"], TWO["moved.txt"]


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", ONE)
    commit_all(folder, "one", tag="v1.0.0")
    release(folder, TWO, "v2.0.0")
    return folder


def release(folder, files, tag):
    for path in files_below(folder):
        (folder / path).unlink()
    build_file_tree(folder, files)
    commit_all(folder, tag, tag=tag)


@pytest.fixture
def pilot(catalog, tmp_path):
    folder = tmp_path / "pilot"
    made = pilotline("new", folder, "--defaults", "--catalog", f"{catalog}@v1.0.0")
    assert made.code == 0, made.err
    return folder


def upgrade(pilot, *arguments):
    return pilotline("upgrade", *arguments, cwd=pilot)


def state(pilot):
    """Everything that a command could change: HEAD, refs, index, objects, files."""
    objects = git(pilot, "count-objects", "-v")
    return (
        git(pilot, "rev-parse", "HEAD"),
        git(pilot, "for-each-ref"),
        git(pilot, "ls-files", "-s"),
        objects,
        files_below(pilot),
    )


def edit(pilot, path, old, new):
    target = pilot / path
    target.write_text(target.read_text().replace(old, new))
    commit_all(pilot, f"edit {path}")


def test_a_plan_changes_nothing_and_equals_what_apply_does(pilot):
    before = state(pilot)
    plan = json.loads(upgrade(pilot, "--plan", "--json").out)
    assert state(pilot) == before

    done = json.loads(upgrade(pilot, "--commit", "--json").out)

    assert done["changes"] == plan["changes"]
    changed = set(git(pilot, "diff", "--name-only", "--no-renames", "HEAD~1", "HEAD").splitlines())
    expected = {change["path"] for change in plan["changes"]} | {c["from"] for c in plan["changes"] if "from" in c}
    assert {path.encode().decode("unicode_escape").strip('"') for path in changed if '"' not in path} <= expected
    assert git(pilot, "status", "--porcelain") == ""


def test_edits_of_the_team_survive_beside_those_of_the_catalog(pilot):
    edit(pilot, "owned.txt", "line 15\n", "line fifteen of the team\n")
    assert upgrade(pilot, "--commit").code == 0
    text = (pilot / "owned.txt").read_text()
    assert "line fifteen of the team" in text
    assert "line two of the catalog" in text


def test_a_deleted_file_stays_deleted_and_is_no_conflict(pilot):
    (pilot / "owned.txt").unlink()
    (pilot / "moved.txt").unlink()
    commit_all(pilot, "we need neither")
    run = upgrade(pilot, "--commit", "--json")
    assert run.code == 0
    assert json.loads(run.out)["kept_deleted"] == ["owned.txt", "sub/moved.txt"]
    assert not (pilot / "owned.txt").exists()
    assert not (pilot / "sub/moved.txt").exists()


def test_what_was_deleted_is_asked_about_and_merged_by_one_import(pilot, monkeypatch):
    imports, run = [], Script.run

    def counted(script, place):
        imports.append(place)
        run(script, place)

    monkeypatch.setattr(Script, "run", counted)
    (pilot / "owned.txt").unlink()
    commit_all(pilot, "we do not need it")
    [preview] = preview_upgrades([pilot])
    assert preview.plan is not None, preview.error
    assert (preview.plan.kept_deleted, len(imports)) == (("owned.txt",), 1)


def test_a_foreign_catalog_s_upgrade_loads_what_renders_in_the_worker_alone(pilot):
    loaded = "sorted({'jinja2', 'pathspec'} & sys.modules.keys())"
    script = (
        "import sys; from pilotline.cli.main import group\n"
        f"group(['upgrade', '--commit'], standalone_mode=False); print({loaded})"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=pilot, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == [f"Committed as {git(pilot, 'rev-parse', 'HEAD')[:9]}.", "[]"]


def test_what_a_move_brings_is_one_pack_that_stands_alone(pilot):
    before = {*(pilot / ".git/objects/pack").glob("*.pack")}
    assert upgrade(pilot, "--commit").code == 0
    assert len({*(pilot / ".git/objects/pack").glob("*.pack")} - before) == 1
    assert git(pilot, "fsck", "--full", "--strict") == ""


def test_a_file_that_the_team_renamed_still_receives_changes(pilot):
    git(pilot, "mv", "owned.txt", "ours.txt")
    commit_all(pilot, "rename")
    assert upgrade(pilot, "--commit").code == 0
    assert "line two of the catalog" in (pilot / "ours.txt").read_text()
    assert not (pilot / "owned.txt").exists()


def test_a_file_that_the_catalog_renamed_carries_the_edits_along(pilot):
    edit(pilot, "moved.txt", "moved 3\n", "moved three\n")
    assert upgrade(pilot, "--commit").code == 0
    assert "moved three" in (pilot / "sub/moved.txt").read_text()
    assert not (pilot / "moved.txt").exists()


def test_a_removed_file_goes_if_untouched_and_conflicts_if_edited(pilot):
    assert upgrade(pilot, "--commit").code == 0
    assert not (pilot / "gone.txt").exists()

    git(pilot, "reset", "--quiet", "--hard", "HEAD~1")
    edit(pilot, "gone.txt", "will be removed", "we still need it")
    run = upgrade(pilot)
    assert run.code == 1
    assert "gone.txt" in run.out
    assert "we still need it" in (pilot / "gone.txt").read_text()


def test_the_same_change_on_both_sides_is_clean(pilot):
    edit(pilot, "owned.txt", "line 2\n", "line two of the catalog\n")
    assert upgrade(pilot, "--commit").code == 0


def test_seeds_arrive_once_and_are_never_touched_again(pilot):
    edit(pilot, "seeds/first.txt", "first", "ours now")
    done = json.loads(upgrade(pilot, "--commit", "--json").out)
    assert (pilot / "seeds/first.txt").read_text() == "ours now\n"
    assert (pilot / "seeds/second.txt").read_text() == "second\n"
    assert done["seeds_delivered"] == ["seeds/second.txt"]
    assert done["seeds_improved"] == ["seeds/first.txt"]


def test_a_deleted_or_renamed_seed_does_not_return(pilot):
    git(pilot, "mv", "seeds/first.txt", "elsewhere.txt")
    commit_all(pilot, "ours")
    assert upgrade(pilot, "--commit").code == 0
    assert not (pilot / "seeds/first.txt").exists()
    assert (pilot / "elsewhere.txt").read_text() == "first\n"


def test_a_conflict_is_an_ordinary_git_conflict(pilot):
    edit(pilot, "owned.txt", "line 2\n", "line two of the team\n")
    run = upgrade(pilot)
    assert run.code == 1
    text = (pilot / "owned.txt").read_text()
    assert "<<<<<<<" in text
    assert "line two of the team" in text
    assert "line two of the catalog" in text
    stages = git(pilot, "ls-files", "-u").splitlines()
    assert [line.split()[2] for line in stages] == ["1", "2", "3"]
    assert git(pilot, "fsck", "--strict", "--no-dangling") == ""


def test_conflicts_fail_changes_nothing(pilot):
    edit(pilot, "owned.txt", "line 2\n", "line two of the team\n")
    before = state(pilot)
    assert upgrade(pilot, "--conflicts", "fail").code == 1
    assert state(pilot) == before


def test_abort_returns_exactly_to_the_state_before(pilot):
    edit(pilot, "owned.txt", "line 2\n", "line two of the team\n")
    before = files_below(pilot), git(pilot, "ls-files", "-s")
    assert upgrade(pilot).code == 1
    refused = upgrade(pilot)
    assert (refused.code, "not finished" in refused.err) == (2, True)
    assert upgrade(pilot, "--abort").code == 0
    assert (files_below(pilot), git(pilot, "ls-files", "-s")) == before
    assert git(pilot, "status", "--porcelain") == ""


def test_a_hard_reset_is_a_valid_way_out(pilot):
    edit(pilot, "owned.txt", "line 2\n", "line two of the team\n")
    upgrade(pilot)
    git(pilot, "reset", "--quiet", "--hard")
    assert upgrade(pilot).code == 1, "nothing is unfinished any more: it begins anew"
    git(pilot, "reset", "--quiet", "--hard")
    before = state(pilot)
    shown = json.loads(upgrade(pilot, "--abort", "--json").out)
    assert (shown, state(pilot)) == ({"format": 1, "undone": False}, before)


@pytest.mark.parametrize("theirs", ["line two of the catalog", "line two of the team"], ids=["resolved", "clean"])
def test_a_commit_of_the_result_ends_what_could_be_undone(pilot, theirs):
    edit(pilot, "owned.txt", "line 2\n" if theirs.endswith("team") else "line 9\n", f"{theirs}\n")
    upgrade(pilot)
    build_file_tree(pilot, {"owned.txt": "decided\n"})
    commit_all(pilot, "the upgrade, as we want it")
    before = state(pilot)
    run = upgrade(pilot, "--abort")
    assert (run.code, "no unfinished upgrade" in run.out, state(pilot)) == (0, True, before)
    assert "Already at v2.0.0" in upgrade(pilot).out


def test_a_second_upgrade_says_so(pilot):
    upgrade(pilot, "--commit")
    run = upgrade(pilot)
    assert (run.code, "Already at v2.0.0" in run.out) == (0, True)


def test_a_branch_is_all_that_is_written(pilot):
    before = git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "status", "--porcelain")
    run = upgrade(pilot, "--branch", "catalog-v2")
    assert run.code == 0, run.err
    assert (git(pilot, "rev-parse", "HEAD"), files_below(pilot), git(pilot, "status", "--porcelain")) == before
    assert git(pilot, "rev-parse", "catalog-v2~1") == before[0]
    assert upgrade(pilot, "--branch", "catalog-v2").code == 2, "an existing branch is never moved"


@pytest.mark.parametrize("ignored", [False, True])
def test_an_untracked_or_ignored_file_is_never_overwritten(pilot, ignored):
    if ignored:
        build_file_tree(pilot, {".git/info/exclude": "added.txt\n"})
    build_file_tree(pilot, {"added.txt": "mine\n"})
    run = upgrade(pilot)
    assert run.code == 2
    assert "added.txt" in run.err
    assert (pilot / "added.txt").read_text() == "mine\n"


def test_evidence_that_a_run_left_is_refused_with_the_command_that_commits_it(pilot):
    evidence = ("governance/evidence/kpi.jsonl", "docs/kpis.md")
    build_file_tree(pilot, dict.fromkeys(evidence, "1\n"))
    commit_all(pilot, "measured")
    build_file_tree(pilot, dict.fromkeys(evidence, "2\n"))
    run = upgrade(pilot)
    assert run.code == 2
    assert "2 uncommitted changes: docs/kpis.md, governance/evidence/kpi.jsonl.\n" in run.err
    command = run.err.partition("`git add")[2].partition("`")[0]
    subprocess.run(["sh", "-c", f"git add{command}"], cwd=pilot, check=True)
    assert upgrade(pilot, "--plan").code == 0


def test_a_dirty_work_tree_and_a_merge_in_progress_are_refused(pilot):
    (pilot / "other.txt").write_text("not committed\n")
    run = upgrade(pilot)
    assert (run.code, "1 uncommitted change: other.txt.\nCommit or stash them" in run.err) == (2, True)
    commit_all(pilot, "now it is")
    build_file_tree(pilot, {".git/MERGE_HEAD": git(pilot, "rev-parse", "HEAD") + "\n"})
    assert "in the middle of a merge" in upgrade(pilot).err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text", "cannot be read as answers"),
        ("_src_path: [", "cannot be read as answers"),
        ("name: x\n", "cannot be read as answers"),
        ("_src_path: CATALOG\nname: x\n", "records no version"),
        ("_src_path: CATALOG\n_commit: --upload-pack=touch x\n", "no version --upload-pack"),
        ("_src_path: 'ext::sh -c touch% pwned'\n_commit: v1\n", "There is no catalog at ext::"),
        ("_src_path: CATALOG\n_commit: v9.9\n", "no version v9.9"),
    ],
)
def test_a_broken_or_hostile_answers_file_is_one_sentence(pilot, catalog, text, message):
    build_file_tree(pilot, {".copier-answers.yml": text.replace("CATALOG", str(catalog))})
    commit_all(pilot, "broken")
    run = upgrade(pilot)
    assert run.code == 2
    assert message in run.err
    assert not (pilot / "pwned").exists()


def test_a_pilot_in_a_subfolder_is_upgraded_without_touching_its_neighbours(catalog, tmp_path):
    outer = build_file_tree(tmp_path / "outer", {"neighbour.txt": "n\n", "pilots/other/owned.txt": "theirs\n"})
    commit_all(outer, "outer")
    assert pilotline("new", outer / "pilots/one", "--defaults", "--catalog", f"{catalog}@v1.0.0").code == 0
    commit_all(outer, "a pilot")
    run = pilotline("upgrade", "--commit", cwd=outer / "pilots/one")
    assert run.code == 0, run.err
    assert "line two of the catalog" in (outer / "pilots/one/owned.txt").read_text()
    assert git(outer, "diff", "--stat", "HEAD~1", "--", "neighbour.txt", "pilots/other") == ""
    assert not (outer / "added.txt").exists()


def test_a_plan_in_a_subfolder_names_the_pilot_s_own_paths(catalog, tmp_path):
    outer = build_file_tree(tmp_path / "outer", {"neighbour.txt": "n\n"})
    commit_all(outer, "outer")
    pilot = outer / "pilots/one"
    assert pilotline("new", pilot, "--defaults", "--catalog", f"{catalog}@v1.0.0").code == 0
    edit(pilot, "owned.txt", "line 2\n", "line two of the team\n")
    run = upgrade(pilot, "--plan")
    assert "pilots/one" not in run.out
    assert {"  ! owned.txt (conflict)", "  > moved.txt -> sub/moved.txt"} <= set(run.out.splitlines())
    shown = json.loads(upgrade(pilot, "--plan", "--json").out)
    assert shown["conflicts"] == shown["merged"] == [cause["path"] for cause in shown["causes"]] == ["owned.txt"]
    assert shown["messages"] == ["CONFLICT (content): Merge conflict in owned.txt"]


def test_modes_binaries_and_files_without_newline_are_merged_by_git(catalog, pilot):
    three = {**TWO, "blob.bin": bytes(reversed(range(256))), "nolf.txt": "still none"}
    release(catalog, three, "v3.0.0")
    (catalog / "run.sh").chmod(0o755)
    commit_all(catalog, "mode", tag="v3.1.0")
    assert upgrade(pilot, "--commit").code == 0
    assert os.access(pilot / "run.sh", os.X_OK)
    assert (pilot / "blob.bin").read_bytes() == three["blob.bin"]
    assert (pilot / "nolf.txt").read_text() == "still none"


def test_an_answer_that_is_no_longer_accepted_stops_the_upgrade(catalog, pilot):
    changed = "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\nname: {type: str, choices: [bob, eve], default: bob}\n"
    release(catalog, {**TWO, "copier.yml": changed}, "v3.0.0")
    run = upgrade(pilot, "--commit")
    assert run.code == 2
    assert "name: 'ada' is none of the choices: bob, eve" in run.err
    assert upgrade(pilot, "--commit", "-d", "name=eve").code == 0
    assert "name: eve" in (pilot / ".copier-answers.yml").read_text()


def test_answers_are_changed_by_the_same_merge(pilot):
    run = pilotline("answers", "-d", "name=grace", "--commit", cwd=pilot)
    assert run.code == 0, run.err
    assert "name: grace" in (pilot / ".copier-answers.yml").read_text()
    assert json.loads(pilotline("answers", "--json", cwd=pilot).out)["answers"] == {"name": "grace"}
    assert git(pilot, "log", "-1", "--format=%(trailers:key=Answers,valueonly)").strip() == "name"


def test_git_offers_the_message_with_the_answers_that_change(pilot):
    run = pilotline("answers", "-d", "name=grace", cwd=pilot)
    assert "Keep the line `Answers: name` of the message that git offers." in run.out
    git(pilot, "commit", "--quiet", "--no-edit")
    assert git(pilot, "log", "-1", "--format=%(trailers:key=Answers,valueonly)").strip() == "name"
    pilotline("answers", "-d", "name=ada", cwd=pilot)
    assert upgrade(pilot, "--abort").code == 0
    assert not (pilot / ".git/MERGE_MSG").exists()


def test_a_move_is_whole_where_its_message_cannot_be_offered(pilot):
    (pilot / ".git/MERGE_MSG").mkdir()
    run = pilotline("answers", "-d", "name=grace", cwd=pilot)
    assert (run.code, "Ready for `git commit`" in run.out) == (0, True), run.err
    assert "name: grace" in (pilot / ".copier-answers.yml").read_text()


def test_a_version_may_be_written_in_any_way(pilot):
    """By people, and in an answers file that somebody wrote by hand: what is written there is what is merged from."""
    answers = pilot / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace("_commit: v1.0.0", "_commit: 1.0.0"))
    commit_all(pilot, "by hand")
    run = pilotline("upgrade", "--to", "2.0", "--commit", cwd=pilot)
    assert run.code == 0, run.out + run.err
    assert "_commit: v2.0.0\n" in answers.read_text()
    assert pilotline("upgrade", "--to", "2", cwd=pilot).out == "Already at v2.0.0; nothing to do.\n"
    assert "has no version 2.0.1" in pilotline("upgrade", "--to", "2.0.1", cwd=pilot).err


def test_a_version_with_two_tags_is_not_guessed(pilot, catalog):
    git(catalog, "tag", "2.0", "v1.0.0")
    run = upgrade(pilot, "--to", "2.0.0")
    assert (run.code, "Several tags are version 2.0.0: v2.0.0, 2.0." in run.err) == (2, True)
    assert json.loads(upgrade(pilot, "--to", "2.0", "--plan", "--json").out)["to"] == "2.0"


def test_outside_a_pilot_one_sentence_says_so(tmp_path):
    run = pilotline("upgrade", cwd=tmp_path)
    assert (run.code, "There is no pilot" in run.err) == (2, True)


def test_a_diff_shows_what_the_team_changed_in_the_catalog_s_files(pilot):
    assert pilotline("diff", "--check", cwd=pilot).code == 0
    edit(pilot, "seeds/first.txt", "first", "ours")
    assert pilotline("diff", "--check", cwd=pilot).code == 0, "a seed is the team's own"

    edit(pilot, "owned.txt", "line 3\n", "line three\n")
    git(pilot, "mv", "moved.txt", "renamed.txt")
    (pilot / "gone.txt").unlink()
    build_file_tree(pilot, {"own.txt": "a file of the team's\n"})
    commit_all(pilot, "more")

    shown = json.loads(pilotline("diff", "--json", cwd=pilot).out)["changes"]
    assert shown == [
        {"kind": "removed", "path": "gone.txt", "added": 0, "removed": 5},
        {"kind": "changed", "path": "owned.txt", "added": 1, "removed": 1},
        {"kind": "renamed", "path": "renamed.txt", "from": "moved.txt", "added": 0, "removed": 0},
    ]
    assert pilotline("diff", "--check", cwd=pilot).code == 1
    patch = pilotline("diff", "--patch", cwd=pilot).out
    assert "-line 3" in patch
    assert "+line three" in patch
    assert "own.txt" not in patch


def test_a_diff_notes_uncommitted_work_and_counts_lines(pilot):
    edit(pilot, "owned.txt", "line 3\n", "line three\nand more\n")
    (pilot / "other.txt").write_text("not committed\n")

    run = pilotline("diff", cwd=pilot)
    assert "owned.txt  +2 -1" in run.out
    assert "other.txt" not in run.out
    assert "One file has uncommitted work" in run.err
    shown = json.loads(pilotline("diff", "--json", "--patch", cwd=pilot).out)
    assert shown["uncommitted"] == 1
    assert "+line three" in shown["patch"]
