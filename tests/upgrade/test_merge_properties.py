"""Whatever both sides do: no line of the team is lost, no deleted file returns, and a plan is what apply then does."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.files.disk import write_tree
from pilotline.files.tree import File, Tree
from pilotline.pilot.pilot import open_pilot
from pilotline.template.snapshot import Identity, Snapshot
from pilotline.upgrade.answer_changes import UpgradeRequest
from pilotline.upgrade.apply import apply_merge
from pilotline.upgrade.plan import plan_move
from pilotline.upgrade.undo import abort_move
from tests.helpers import IDENTITY, commit_all, files_below, git

ANSWERS = {
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seeds]\nname: ada\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
}
NAMES = st.sampled_from(
    ["a.txt", "b.txt", "d/c.txt", "d/e.txt", "f", "g/h/i.txt", "seeds/s.txt", "two words.txt", "ü.txt"]
)
BINARY = st.binary(min_size=1, max_size=12).map(lambda data: b"\0" + data)


def texts(*words):
    lines = st.lists(st.sampled_from(words), max_size=10)
    return st.tuples(lines, st.booleans()).map(
        lambda pair: ("\n".join(pair[0]) + ("\n" if pair[1] and pair[0] else "")).encode()
    )


def trees(*words):
    files = st.builds(File, st.one_of(texts(*words), BINARY), st.booleans(), link=st.just(value=False))
    return st.dictionaries(NAMES, files, max_size=7)


@dataclass(frozen=True)
class Edit:
    """What the team does to one path: writes, deletes, renames it or changes its mode."""

    kind: str
    content: bytes = b""


EDITS = st.dictionaries(
    NAMES,
    st.one_of(
        st.builds(Edit, st.just("write"), st.one_of(texts("one", "mine", "three", "ours"), BINARY)),
        st.sampled_from([Edit("delete"), Edit("rename"), Edit("mode"), Edit("link")]),
    ),
    max_size=6,
)


def snapshot(files, version):
    plain = {path: File(text.encode()) for path, text in ANSWERS.items()}
    return Snapshot(Identity("https://example.org/c.git", version, "c"), Tree({**plain, **files}))


def work(folder, edits):
    """Do the edits in a pilot; return the paths that were deleted."""
    deleted = set()
    for path, edit in edits.items():
        place = folder / path
        there = place.is_file() or place.is_symlink()
        if edit.kind == "write" and not place.is_dir():
            if place.is_symlink():
                place.unlink()
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(edit.content)
        elif there and edit.kind == "mode":
            place.chmod(0o755 if not os.access(place, os.X_OK) else 0o644)
        elif there:
            if edit.kind == "rename":
                shutil.move(place, place.with_name(f"our-{place.name}"))
            else:
                place.unlink()
                deleted |= {path} if edit.kind == "delete" else set()
            if edit.kind == "link":
                place.symlink_to("nowhere")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "our work")
    return {path for path in deleted if not (folder / path).exists()}


def former(path):
    """Return what a renamed file was called: unedited, its lines are the catalog's and follow what that changes."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.removeprefix('our-')}"


def tree_of(folder, tree_id):
    entries = git(folder, "ls-tree", "-r", "-z", "--full-tree", tree_id).split("\0")
    return {name: meta for meta, _, name in (entry.partition("\t") for entry in entries) if name}


def blob(folder, name):
    return subprocess.run(["git", "cat-file", "blob", name], cwd=folder, capture_output=True, check=True).stdout


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(base=trees("one", "two", "three", "four", "five"), theirs=trees("one", "two", "six", "seven"), team=EDITS)
def test_nothing_of_the_team_is_lost_and_a_plan_is_what_happens(tmp_path_factory, base, theirs, team):
    os.environ.update(IDENTITY)
    folder = tmp_path_factory.mktemp("pilot")
    recorded, target = snapshot(base, "v1.0.0"), snapshot(theirs, "v2.0.0")
    answers = b"_commit: v1.0.0\n_src_path: https://example.org/c.git\nname: ada\n"
    write_tree(Tree({**base, ".copier-answers.yml": File(answers)}), folder)
    commit_all(folder, "made")
    deleted = work(folder, team)
    before = tree_of(folder, "HEAD")
    pilot, seen = open_pilot(folder), files_below(folder)

    with plan_move(pilot, recorded, UpgradeRequest(target, {})) as plan:
        planned = tree_of(plan.merge.scratch, plan.merge.tree_id)
        conflicts = set(plan.merge.conflicts)
        assert files_below(folder) == seen, "a plan touches nothing"
        commit = apply_merge(pilot, plan.merge, "upgrade", commit=not conflicts)

    if commit:
        assert tree_of(folder, "HEAD") == planned
        assert git(folder, "status", "--porcelain") == ""
    indexed = {} if conflicts else tree_of(folder, git(folder, "write-tree"))
    assert indexed == ({} if conflicts else planned)
    present = files_below(folder)
    for path, entry in before.items():
        new = blob(folder, entry.split()[2])
        if entry.startswith("120000") or b"\0" in new or path == ".copier-answers.yml":
            continue
        made_as = path if path in base else former(path)
        own = set(new.split(b"\n")) - set(base.get(made_as, File(b"")).content.split(b"\n"))
        kept = {line for content in present.values() for line in content.split(b"\n")}
        assert own <= kept, f"lost lines of {path}"
    assert {path for path in deleted if path in present} - conflicts == set(), "a deleted file returned"
    for path in team:
        if path.startswith("seeds/") and path in seen:
            assert present[path] == seen[path], "a seed was touched"

    if conflicts:
        assert abort_move(pilot)
        assert files_below(folder) == seen
        assert git(folder, "status", "--porcelain") == ""
