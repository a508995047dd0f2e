"""A pilot's improvement goes back into the catalog, and the others receive it by their upgrade."""

import json

import pytest

from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline

ANSWERS = "{{ _copier_answers | to_nice_yaml }}"
QUESTIONS = """\
_exclude: [copier.yml, changelog.d]
_skip_if_exists: [/seed.txt]
package_name: {type: str, default: call_list}
"""
PAGE = "# Page of {{ package_name }}\n\n" + "".join(f"line {n}\n" for n in range(20)) + "The end.\n"
CATALOG = {
    "copier.yml": QUESTIONS,
    "{{ _copier_conf.answers_file }}.jinja": ANSWERS,
    "page.md.jinja": PAGE,
    "src/{{ package_name }}/code.py": "ONE = 1\nTWO = 2\n",
    "seed.txt.jinja": "For {{ package_name }}.\n",
}


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", CATALOG)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


@pytest.fixture
def pilots(tmp_path, catalog):
    made = {}
    for name in ("first", "second"):
        made[name] = tmp_path / name
        run = pilotline(
            "new", made[name], "--defaults", "--catalog", catalog, "-d", f"package_name={name}_list",
            environment=IDENTITY,
        )  # fmt: skip
        assert run.code == 0, run.err
    return made


def learn(catalog, *arguments):
    return pilotline("catalog", "learn", *arguments, cwd=catalog, environment=IDENTITY)


def improve(pilot, changes):
    commit_all(build_file_tree(pilot, changes), "Improve")


def page(name):
    return PAGE.replace("{{ package_name }}", name)


def test_what_one_pilot_learned_reaches_the_other(catalog, pilots):
    better = page("first_list").replace("line 7\n", "line 7, for first_list too\n")
    improve(pilots["first"], {"page.md": better, "src/first_list/code.py": "ONE = 1\nTWO = 2\nTHREE = 3\n"})
    before = files_below(catalog), git(catalog, "rev-parse", "HEAD"), files_below(pilots["first"])
    done = learn(catalog, pilots["first"])
    assert done.code == 0, done.err + done.out
    assert (files_below(catalog), git(catalog, "rev-parse", "HEAD"), files_below(pilots["first"])) == before
    assert "turned back: {{ package_name }}" in done.out
    git(catalog, "merge", "--quiet", "learn/first")
    assert "Learned from the pilot first: " in (catalog / "changelog.d/learned-from-first.changed.md").read_text()
    git(catalog, "tag", "v2.0.0")
    for name in ("first", "second"):
        moved = pilotline("upgrade", "--commit", cwd=pilots[name], environment=IDENTITY)
        assert moved.code == 0, moved.err + moved.out
        text = (pilots[name] / "page.md").read_text()
        assert text == page(f"{name}_list").replace("line 7\n", f"line 7, for {name}_list too\n")
        assert (pilots[name] / f"src/{name}_list/code.py").read_text().endswith("THREE = 3\n")


def test_a_renamed_package_is_turned_back_too(catalog, pilots):
    pilot = pilots["first"]
    improve(pilot, {"pilot.yml": "package: calls\n"})
    git(pilot, "mv", "src/first_list", "src/calls")
    build_file_tree(pilot, {"src/calls/__init__.py": ""})
    improve(pilot, {"page.md": page("calls").replace("line 7\n", "line 7 of calls\n")})
    assert learn(catalog, pilot, "page.md").code == 0
    assert "line 7 of {{ package_name }}\n" in git(catalog, "show", "learn/first:page.md.jinja")


def test_it_is_merged_with_what_the_catalog_has_become(catalog, pilots):
    improve(pilots["first"], {"page.md": page("first_list").replace("line 7\n", "line 7, ours\n")})
    commit_all(build_file_tree(catalog, {"page.md.jinja": PAGE.replace("line 15\n", "line 15, new\n")}), "two")
    done = learn(catalog, pilots["first"], "--commit")
    assert done.code == 0, done.err
    text = (catalog / "page.md.jinja").read_text()
    assert text == PAGE.replace("line 7\n", "line 7, ours\n").replace("line 15\n", "line 15, new\n")


def test_where_both_changed_a_line_a_person_decides(catalog, pilots):
    improve(pilots["first"], {"page.md": page("first_list").replace("line 7\n", "line 7, ours\n")})
    commit_all(build_file_tree(catalog, {"page.md.jinja": PAGE.replace("line 7\n", "line 7, new\n")}), "two")
    before = files_below(catalog)
    refused = learn(catalog, pilots["first"])
    assert (refused.code, files_below(catalog)) == (1, before)
    assert "A branch takes no conflicts" in refused.out
    assert learn(catalog, pilots["first"], "--commit").code == 1
    assert (
        "<<<<<<< catalog\nline 7, new\n=======\nline 7, ours\n>>>>>>> pilot" in (catalog / "page.md.jinja").read_text()
    )


def test_what_is_left_behind_is_named_and_exits_with_1(catalog, pilots):
    improve(
        pilots["first"], {"src/first_list/code.py": "ONE = 1\n# first_list\n", "seed.txt": "Ours.\n", "own.py": "x\n"}
    )
    done = learn(catalog, pilots["first"], "--plan", "--json")
    assert done.code == 1
    lessons = json.loads(done.out)["lessons"]
    assert [(each["path"], each["carried"]) for each in lessons] == [("src/first_list/code.py", 0)]
    assert "names first_list" in lessons[0]["why"]
    named = json.loads(learn(catalog, pilots["first"], "seed.txt", "own.py", "--plan", "--json").out)
    assert [(each["path"], each["carried"]) for each in named["lessons"]] == [("own.py", 0), ("seed.txt", 1)]


def test_a_deleted_file_is_never_deleted_for_all(catalog, pilots):
    git(pilots["first"], "rm", "--quiet", "page.md")
    commit_all(pilots["first"], "Without")
    done = learn(catalog, pilots["first"])
    assert done.code == 1
    assert "has no such file any more" in done.out
    assert "learn/first" not in git(catalog, "branch")


@pytest.mark.parametrize(
    ("arguments", "said"), [(["nowhere.txt"], "The pilot has no nowhere.txt."), (["--branch", "a..b"], "a..b")]
)
def test_what_cannot_be_done_is_one_sentence(catalog, pilots, arguments, said):
    improve(pilots["first"], {"page.md": page("first_list").replace("line 7\n", "line 7, ours\n")})
    done = learn(catalog, pilots["first"], *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_pilot_of_another_catalog_is_refused(tmp_path, pilots):
    other = build_file_tree(tmp_path / "other", CATALOG)
    commit_all(other, "one", tag="v1.0.0")
    assert "not from this catalog" in learn(other, pilots["first"]).err


def test_a_second_lesson_has_a_fragment_and_a_branch_of_its_own(catalog, pilots):
    improve(pilots["first"], {"page.md": page("first_list").replace("line 7\n", "line 7, ours\n")})
    assert learn(catalog, pilots["first"], "--commit").code == 0
    again = learn(catalog, pilots["first"])
    assert (again.code, again.out.splitlines()[0]) == (0, "From the pilot first at v1.0.0: nothing to do.")
    improve(pilots["first"], {"src/first_list/code.py": "ONE = 1\nTWO = 2\nTHREE = 3\n"})
    assert learn(catalog, pilots["first"], "src").code == 0
    assert "changelog.d/learned-from-first-2.changed.md" in git(catalog, "show", "--stat", "--format=", "learn/first")
