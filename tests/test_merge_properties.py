"""Whatever both sides do: no line of the team is lost, and no deleted file returns."""

import subprocess

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.catalog import Identity, Snapshot
from pilotline.pilot import open_pilot
from pilotline.target import Target
from pilotline.tree import File, Tree, write_tree
from pilotline.upgrade import plan_move
from tests.helpers import commit_all, git

ANSWERS = {
    "copier.yml": "_exclude: [copier.yml]\nname: ada\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
}
NAMES = st.sampled_from(["a.txt", "b.txt", "d/c.txt", "d/e.txt", "f"])
LINES = st.lists(st.sampled_from(["one", "two", "three", "four", "five"]), max_size=8)
TREES = st.dictionaries(NAMES, LINES, max_size=5)
TEAM = st.dictionaries(
    NAMES, st.one_of(st.none(), st.lists(st.sampled_from(["one", "mine", "three", "ours"]), max_size=8))
)


def snapshot(files, version):
    texts = {path: "".join(f"{line}\n" for line in lines) for path, lines in files.items()}
    tree = Tree({path: File(text.encode()) for path, text in {**ANSWERS, **texts}.items()})
    return Snapshot(Identity("https://example.org/c.git", version, "c"), tree)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=TREES, theirs=TREES, team=TEAM)
def test_no_line_of_the_team_is_lost_and_no_deleted_file_returns(tmp_path_factory, base, theirs, team):
    folder = tmp_path_factory.mktemp("pilot")
    recorded, target = snapshot(base, "v1.0.0"), snapshot(theirs, "v2.0.0")
    answers = b"_commit: v1.0.0\n_src_path: https://example.org/c.git\nname: ada\n"
    rendered = {path: file for path, file in recorded.tree.items() if path not in ANSWERS}
    write_tree(Tree({**rendered, ".copier-answers.yml": File(answers)}), folder)
    commit_all(folder, "made")
    deleted = set()
    for path, lines in team.items():
        place = folder / path
        if lines is None:
            if place.exists():
                place.unlink()
                deleted.add(path)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("".join(f"{line}\n" for line in lines))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "our work")

    with plan_move(open_pilot(folder), recorded, Target(target, {})) as plan:
        names = git(plan.merge.scratch, "ls-tree", "-r", "--name-only", plan.merge.tree_id).splitlines()
        result = {
            name: subprocess.run(
                ["git", "show", f"{plan.merge.tree_id}:{name}"], cwd=plan.merge.scratch, capture_output=True, check=True
            ).stdout.decode()
            for name in names
        }

    everything = "\n".join(result.values()).split("\n")
    for path, lines in team.items():
        new = set(lines or ()) - set(base.get(path, ()))
        assert new <= set(everything), f"lost {new} of {path}"
    returned = {path for path in deleted if path in result} - set(plan.merge.conflicts)
    assert returned == set()
