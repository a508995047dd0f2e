# ruff: noqa: E501 - templates stand in one line each, so that a feature is seen whole
"""Symbolic links of a template: rendered as Copier renders them, never followed or written outside."""

import os
import shutil
from pathlib import Path

import pytest

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.errors import CatalogError, DestinationError, PilotlineError
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.foreign.histories import RECORD, History, by_copier, by_pilotline, change, look, make
from tests.helpers import IDENTITY, commit_all, pilotline

KEPT = "_preserve_symlinks: true\nname: {type: str, default: target}\n_exclude: [.git, copier.yml, gone, gone.md]\n"
FOLLOWED = KEPT.partition("\n")[2]
RARE = "_envops: {optimized: false}\n"
"""What only Copier itself renders, so that its way is gone too."""
LINKS = {
    "{{ name }}.txt": "what it leads to\n", "plain -> {{ name }}.txt": "", "rendered.jinja -> {{ name }}.txt": "",
    "named-{{ name }} -> ./nested/../nested/x": "", "nested/x": "x\n", "nested/run.sh": "#!/bin/sh\n", "folder -> nested": "",
    "{% if false %}off{% endif %} -> nested": "", "gone -> nested": "", "gone.md -> nested/x": "",
}  # fmt: skip
KEEPING = {
    "copier.yml": KEPT, **LINKS, "nowhere -> missing": "", "deep/er/top -> ../../": "", "far -> /nowhere/at/all": "",
}  # fmt: skip
FOLLOWING = {
    "copier.yml": FOLLOWED, "target.txt": "what it leads to\n", "plain -> target.txt": "", "chain -> plain": "",
    "rendered.md.jinja -> nested/x": "", "nested/x": "{{ name }}\n", "nested/deep/y": "y\n", "nested/run.sh": "#!/bin/sh\n",
    "folder -> nested": "", "sub/again -> ../folder/deep": "", "run -> nested/run.sh": "", "gone -> nested": "",
    "o.jinja": "{% include 'folder/x' %}", "{{ name }}-d -> nested/deep": "",
}  # fmt: skip
HISTORIES = {
    "preserved": History(KEEPING, {"nested/x": "x, better\n", "folder": None, "folder -> deep": "", "target2 -> plain": ""}),
    "followed": History(FOLLOWING, {"nested/x": "{{ name }}, better\n", "nested/deep/z": "z\n", "plain -> nested/x": ""}),
    "from a file to a link and back": History(
        {"copier.yml": KEPT, "a": "a\n", "b": "b\n", "c -> a": ""}, {"b -> a": "", "c": "c\n"}
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("history", "rare"),
    [
        *(pytest.param(history, "", id=name) for name, history in HISTORIES.items()),
        pytest.param(HISTORIES["preserved"], RARE, id="preserved, through Copier"),
    ],
)
def test_links_are_upgraded_as_copier_renders_them(tmp_path, history, rare):
    one = {**history.one, "copier.yml": f"{rare}{history.one['copier.yml']}"}
    template, project = make(tmp_path, History(one, history.two))
    shutil.copytree(project, tmp_path / "other", symlinks=True)
    made = pilotline("new", tmp_path / "made", "--defaults", "--catalog", f"{template}@v1.0.0", environment=IDENTITY)
    assert made.code == 0, made.err
    assert look(tmp_path / "made") == look(project)

    done = by_pilotline(tmp_path / "other", history, "--commit")

    assert done.code == 0, done.err + done.out
    assert look(tmp_path / "other") == by_copier(project, history)


def load(folder: Path, files: dict[str, str]):
    change(folder, {**RECORD, **files})
    commit_all(folder, "one", tag="v1.0.0")
    return load_snapshot(Reference(str(folder)), "")


OUTSIDE = {
    "a/abs -> /etc": "",
    "a/up -> ../../..": "",
    "a/nowhere -> x": "",
    "a/circle -> circle": "",
    "a/self -> .": "",
}


def test_a_link_outside_of_what_is_rendered_is_no_business_of_ours(tmp_path):
    files = {
        "copier.yml": "_subdirectory: t\nx: 1\n",
        "t/a.jinja": "{{ x }}",
        **OUTSIDE,
        "t2 -> t": "",
        "README -> a/abs/passwd": "",
    }
    snapshot = load(tmp_path / "template", files)
    assert {path: file.content for path, file in render(snapshot, accept_answers(snapshot, {})).items()} == {"a": b"1"}
    linked = load(tmp_path / "linked", {**files, "copier.yml": "_subdirectory: t2\nx: 1\n"})
    assert list(render(linked, accept_answers(linked, {}))) == ["a"]


@pytest.mark.parametrize(
    ("link", "rare"),
    [*((link, "") for link in OUTSIDE), ("a/abs -> /etc", RARE), ("a/circle -> circle", RARE)],
)
def test_a_link_is_never_followed_out_of_its_template(tmp_path, link, rare):
    snapshot = load(tmp_path / "template", {"copier.yml": f"{rare}x: 1\n", "b": "b\n", link: ""})
    with pytest.raises(CatalogError, match=r"link a/|Copier cannot render"):
        render(snapshot, accept_answers(snapshot, {}))


@pytest.mark.parametrize("rare", ["", RARE], ids=["itself", "through Copier"])
@pytest.mark.parametrize(
    "files",
    [
        {"copier.yml": "{rare}x: 1\n_preserve_symlinks: true\n", "o.jinja": "{% include 'out/passwd' %}", "out -> /etc": ""},
        {"q.yml -> /etc/passwd": "", "copier.yml": "{rare}!include q.yml\n"},
        {"copier.yml -> ../secret.yml": "", "o": ""},
    ],
    ids=["included", "included in the questions", "the questions"],
)  # fmt: skip
def test_nothing_outside_is_read_through_a_link(tmp_path, files, rare):
    (tmp_path / "secret.yml").write_text("secret: {default: shh}\n")
    snapshot = load(tmp_path / "template", {path: text.replace("{rare}", rare) for path, text in files.items()})
    with pytest.raises(PilotlineError) as caught:
        render(snapshot, accept_answers(snapshot, {}))
    assert "root:" not in str(caught.value)


def test_nothing_is_written_behind_a_link(tmp_path):
    """Two templates of one catalog: a link, and a file whose path goes through it."""
    out = tmp_path / "out"
    out.mkdir()
    files = {"copier.yml": f"{KEPT}out: out\n", f"out -> {out}": "", "{{ out }}{{ '' }}/x": "x\n"}
    snapshot = load(tmp_path / "template", files)
    with pytest.raises(DestinationError, match=r"'out/x' lies behind the link 'out'"):
        render(snapshot, accept_answers(snapshot, {}))
    made = pilotline("new", tmp_path / "p", "--defaults", "--catalog", tmp_path / "template", environment=IDENTITY)
    assert (made.code, list(out.iterdir()), (tmp_path / "p").exists()) == (2, [], False)


def test_a_team_s_folder_that_a_link_replaces_conflicts_and_nothing_goes_through_it(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    history = History(
        {"copier.yml": KEPT, "d/a": "a\n"}, {"d": None, f"d -> {out}": ""}, {"d/ours": "ours\n", "d/a": "changed\n"}
    )
    _, project = make(tmp_path, history)
    done = by_pilotline(project, history)
    assert done.code == 1, done.err + done.out
    assert (list(out.iterdir()), (project / "d/ours").read_text()) == ([], "ours\n")
    undone = by_pilotline(project, History({}), "--abort")
    assert undone.code == 0, undone.err + done.out
    assert (project / "d/a").read_text() == "changed\n"


def test_links_only_in_the_old_version_do_not_stop_an_upgrade(tmp_path):
    history = History({"copier.yml": "_subdirectory: t\nx: 1\n", "t/a": "one\n", **{f"t/{k}": v for k, v in RECORD.items()}, "CLAUDE.md -> docs": ""}, {"CLAUDE.md": None, "t/a": "two\n"})  # fmt: skip
    _, project = make(tmp_path, history)
    assert by_pilotline(project, history).code == 0
    assert look(project).files["a"] == "two\n"


def test_a_link_arrives_in_a_folder_that_people_stand_in(tmp_path):
    load(tmp_path / "template", KEEPING)
    (tmp_path / "here").mkdir()
    made = pilotline(
        "new", ".", "--defaults", "--catalog", tmp_path / "template", cwd=tmp_path / "here", environment=IDENTITY
    )
    assert made.code == 0, made.err
    assert os.readlink(tmp_path / "here/plain") == "{{ name }}.txt"  # noqa: PTH115 - as it is written
    assert pilotline("diff", cwd=tmp_path / "here").out.startswith("Every file of the catalog is as")
