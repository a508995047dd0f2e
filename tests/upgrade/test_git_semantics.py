"""What git itself knows about files holds in an upgrade too: modes, links, binaries, line endings, names, renames."""

import os
import subprocess
import sys

import pytest

from tests.creation.test_new_pilot import needs_namespaces
from tests.helpers import build_file_tree, commit_all, files_below, git
from tests.upgrade.helpers import edit, make_pilot, numbered, release, state, upgrade

ODD = ["two words.txt", 'quote".txt', "new\nline.txt", "tab\t.txt", "ünï/çödé.txt", "-dash.txt", "back\\slash", "*[x]?"]
SEEDED = {"copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [seed.txt, renamed.txt]\nname: ada\n"}


def clean(pilot):
    return git(pilot, "status", "--porcelain") == ""


def test_an_executable_bit_and_an_edit_meet(tmp_path):
    one, two = {"a.sh": numbered(), "b.sh": numbered()}, {"a.sh": numbered(), "b.sh": numbered(n1="x")}
    pilot = make_pilot(tmp_path, one, two, executable=("a.sh",))
    (pilot / "b.sh").chmod(0o755)
    edit(pilot, {"a.sh": numbered(n9="ours")})
    assert upgrade(pilot, "--commit").code == 0
    assert [os.access(pilot / name, os.X_OK) for name in ("a.sh", "b.sh")] == [True, True]
    assert (pilot / "a.sh").read_text() == numbered(n9="ours")
    assert (pilot / "b.sh").read_text() == numbered(n1="x")


def test_a_file_that_the_team_made_a_link_stays_one(tmp_path):
    pilot = make_pilot(tmp_path, {"a.txt": "a\n", "b.txt": "b\n"}, {"a.txt": "a\n", "b.txt": "two\n"})
    for name in ("a.txt", "b.txt"):
        (pilot / name).unlink()
        (pilot / name).symlink_to("elsewhere.txt")
    edit(pilot, {"elsewhere.txt": "ours\n"})
    run = upgrade(pilot)
    assert run.code == 1, "b.txt was changed on both sides"
    assert "a.txt" not in [line.split("\t")[1] for line in git(pilot, "ls-files", "-u").splitlines()]
    assert (pilot / "a.txt").is_symlink()
    assert (pilot / "elsewhere.txt").read_text() == "ours\n"


def test_nothing_is_written_through_a_link_of_the_team(tmp_path):
    outside = build_file_tree(tmp_path / "outside", {"keep.txt": "keep\n"})
    pilot = make_pilot(tmp_path, {"docs/a.txt": "a\n"}, {"docs/a.txt": "b\n", "docs/new.txt": "new\n"})
    (pilot / "docs/a.txt").unlink()
    (pilot / "docs").rmdir()
    (pilot / "docs").symlink_to(outside)
    commit_all(pilot, "our documents lie elsewhere")
    before = files_below(pilot)
    assert upgrade(pilot).code == 1
    assert files_below(outside) == {"keep.txt": b"keep\n"}
    assert upgrade(pilot, "--abort").code == 0
    assert ((pilot / "docs").is_symlink(), files_below(pilot)) == (True, before)


def test_a_binary_that_both_changed_is_a_conflict_and_stays_as_the_team_has_it(tmp_path):
    pilot = make_pilot(tmp_path, {"x.bin": bytes(range(256))}, {"x.bin": bytes(range(256)) * 2})
    edit(pilot, {"x.bin": bytes(reversed(range(256)))})
    assert upgrade(pilot).code == 1
    assert (pilot / "x.bin").read_bytes() == bytes(reversed(range(256)))
    assert len(git(pilot, "ls-files", "-u").splitlines()) == 3


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "expected"),
    [
        (numbered() + "end", numbered(n2="x") + "end", numbered() + "our end", numbered(n2="x") + "our end"),
        (numbered() + "end", numbered() + "end\n", numbered(n2="x") + "end", numbered(n2="x") + "end\n"),
        (numbered(), numbered() + "more", numbered(n2="x"), numbered(n2="x") + "more"),
    ],
    ids=["kept without", "gets one", "loses one"],
)
def test_a_final_newline_is_merged_like_any_byte(tmp_path, base, theirs, ours, expected):
    pilot = make_pilot(tmp_path, {"a.txt": base}, {"a.txt": theirs})
    edit(pilot, {"a.txt": ours})
    assert upgrade(pilot, "--commit").code == 0
    assert (pilot / "a.txt").read_text() == expected


@pytest.mark.parametrize("attributes", ["* text=auto eol=crlf\n", "*.txt text eol=crlf\n", "sub/** text eol=crlf\n"])
def test_line_endings_are_compared_as_the_pilot_stores_them(tmp_path, attributes):
    crlf = numbered().replace("\n", "\r\n")
    one: dict[str, str | bytes] = {"sub/lf.txt": numbered(), "sub/crlf.txt": crlf, "sub/bin.dat": b"\0\r\n" * 9}
    two: dict[str, str | bytes] = {
        "sub/lf.txt": numbered(n2="two"),
        "sub/crlf.txt": crlf.replace("line 2\r", "two\r"),
        "sub/new.txt": crlf,
        "sub/bin.dat": b"\0\r\n" * 10,
    }
    pilot = make_pilot(tmp_path, one, two)
    build_file_tree(pilot, {".gitattributes": attributes + "*.dat -text\n"})
    git(pilot, "add", "--renormalize", ".")
    commit_all(pilot, "our line endings")
    git(pilot, "rm", "-r", "--cached", "--quiet", ".")
    git(pilot, "reset", "--quiet", "--hard")
    for name in ("lf.txt", "crlf.txt"):
        text = (pilot / "sub" / name).read_bytes()
        assert b"\r\n" in text
        (pilot / "sub" / name).write_bytes(text.replace(b"line 20\r", b"ours\r"))
    commit_all(pilot, "our work")

    run = upgrade(pilot, "--commit")

    assert run.code == 0, run.out
    for name in ("lf.txt", "crlf.txt"):
        assert (pilot / "sub" / name).read_text() == numbered(n2="two", n20="ours")
        assert b"\r" not in git_bytes(pilot, f"HEAD:sub/{name}")
    assert b"\r" not in git_bytes(pilot, "HEAD:sub/new.txt")
    assert (pilot / "sub/bin.dat").read_bytes() == two["sub/bin.dat"]
    git(pilot, "rm", "-r", "--cached", "--quiet", ".")
    git(pilot, "add", ".")
    assert clean(pilot), "storing everything anew changes nothing"


def git_bytes(pilot, name):
    return git(pilot, "cat-file", "blob", name).encode()


def test_odd_names_are_merged_conflict_and_are_put_back(tmp_path):
    one = {f"d/{name}": numbered() for name in ODD}
    two = {f"d/{name}": numbered(n2="two") for name in ODD} | {f"new/{name}": "new\n" for name in ODD}
    pilot = make_pilot(tmp_path, one, two)
    edit(pilot, {f"d/{name}": numbered(n20="ours") for name in ODD})
    head = git(pilot, "rev-parse", "HEAD")
    assert upgrade(pilot, "--commit").code == 0
    assert {(pilot / "d" / name).read_text() for name in ODD} == {numbered(n2="two", n20="ours")}
    assert {(pilot / "new" / name).read_text() for name in ODD} == {"new\n"}
    assert clean(pilot)

    git(pilot, "reset", "--quiet", "--hard", head)
    edit(pilot, {f"d/{name}": numbered(n2="ours") for name in ODD})
    before = files_below(pilot)
    assert upgrade(pilot).code == 1
    assert len(git(pilot, "ls-files", "-u", "-z").split("\0")) == 3 * len(ODD) + 1
    assert upgrade(pilot, "--abort").code == 0
    assert files_below(pilot) == before
    assert clean(pilot)


def test_a_renamed_package_folder_receives_changes_and_new_files(tmp_path):
    names = ("__init__.py", "_platform/a.py", "_platform/b.py", "adapters/c.py")
    one = {f"src/pilot/{name}": numbered(name) for name in names}
    two = {**{path: numbered(path[10:], n2="two") for path in one}, "src/pilot/_platform/new.py": "new\n",
           "src/pilot/adapters/new.py": "new\n"}  # fmt: skip
    pilot = make_pilot(tmp_path, one, two)
    git(pilot, "mv", "src/pilot", "src/churn")
    edit(pilot, {"src/churn/_platform/a.py": numbered("_platform/a.py", n20="ours")})
    run = upgrade(pilot, "--commit")
    assert run.code == 0, run.out
    assert not (pilot / "src/pilot").exists()
    assert (pilot / "src/churn/_platform/a.py").read_text() == numbered("_platform/a.py", n2="two", n20="ours")
    assert (pilot / "src/churn/_platform/new.py").read_text() == "new\n"
    assert (pilot / "src/churn/adapters/new.py").read_text() == "new\n"


@pytest.mark.parametrize(("mine", "code"), [("same\n", 0), ("other\n", 1)])
def test_both_add_a_file(tmp_path, mine, code):
    pilot = make_pilot(tmp_path, {}, {"new.txt": "same\n"})
    edit(pilot, {"new.txt": mine})
    assert upgrade(pilot).code == code
    assert mine.strip() in (pilot / "new.txt").read_text()


def test_a_seed_that_becomes_owned_is_merged_from_its_base_render(tmp_path):
    pilot = make_pilot(tmp_path, {**SEEDED, "seed.txt": numbered()}, {"seed.txt": numbered(n2="two")})
    edit(pilot, {"seed.txt": numbered(n20="ours")})
    assert upgrade(pilot, "--commit").code == 0
    assert (pilot / "seed.txt").read_text() == numbered(n2="two", n20="ours")


@pytest.mark.parametrize("mine", [numbered(n20="ours"), None], ids=["edited", "deleted"])
def test_an_owned_file_that_becomes_a_seed_is_left_alone(tmp_path, mine):
    pilot = make_pilot(tmp_path, {"seed.txt": numbered()}, {**SEEDED, "seed.txt": numbered(n2="two")})
    edit(pilot, {"seed.txt": mine})
    assert upgrade(pilot, "--commit").code == 0
    assert files_below(pilot).get("seed.txt") == (mine.encode() if mine else None)


@pytest.mark.parametrize("mine", [numbered(n20="ours"), None], ids=["edited", "deleted"])
def test_a_seed_that_the_catalog_renamed_is_not_delivered_again(tmp_path, mine):
    two = {**SEEDED, "renamed.txt": numbered(n2="two")}
    pilot = make_pilot(tmp_path, {**SEEDED, "seed.txt": numbered()}, two)
    edit(pilot, {"seed.txt": mine})
    assert upgrade(pilot, "--commit").code == 0
    assert "renamed.txt" not in files_below(pilot)
    assert files_below(pilot).get("seed.txt") == (mine.encode() if mine else None)
    release(tmp_path / "catalog", {**two, "other.txt": "x\n"}, "v3.0.0")
    assert upgrade(pilot, "--commit").code == 0
    assert "renamed.txt" not in files_below(pilot), "nor by the next version"


SETTINGS = [
    ("merge.conflictStyle", "diff3"), ("merge.renames", "false"), ("diff.renames", "false"), ("merge.renormalize", "1"),
    ("core.autocrlf", "input"), ("diff.algorithm", "patience"), ("diff.external", "false"), ("diff.noprefix", "true"),
    ("merge.directoryRenames", "false"), ("merge.default", "broken"), ("merge.broken.driver", "false"),
    ("core.hooksPath", "HOOKS"), ("core.attributesFile", "ATTRIBUTES"), ("status.renames", "false"),
    ("core.quotePath", "false"), ("status.showUntrackedFiles", "all"), ("merge.verbosity", "5"), ("color.ui", "always"),
    ("submodule.recurse", "true"), ("commit.verbose", "true"), ("core.abbrev", "4"), ("diff.renameLimit", "1"),
]  # fmt: skip


@pytest.mark.parametrize("conflicting", [False, True])
def test_settings_of_the_user_change_nothing(tmp_path, conflicting):
    one = {"a.txt": numbered(), **{f"old/{n}.txt": numbered(f"file {n}") for n in range(6)}}
    two = {"a.txt": numbered(n2="two"), **{f"new/{n}.txt": numbered(f"file {n}", n4="x") for n in range(6)}}
    pilot = make_pilot(tmp_path, one, two)
    text = numbered(n2="ours") if conflicting else numbered(n20="ours")
    edit(pilot, {"a.txt": text, "old/3.txt": numbered("file 3", n20="ours")})
    end = () if conflicting else ("--branch", "plain")
    plain = upgrade(pilot, *end)
    seen = files_below(pilot), git(pilot, "ls-files", "-s")
    if conflicting:
        assert upgrade(pilot, "--abort").code == 0
    names = "pre-commit commit-msg prepare-commit-msg post-index-change reference-transaction post-checkout"
    hooks = build_file_tree(tmp_path / "hooks", dict.fromkeys(names.split(), "#!/bin/sh\nexit 1\n"))
    for path in hooks.iterdir():
        path.chmod(0o755)
    build_file_tree(tmp_path, {"attributes": "* merge=ours -text filter=broken\n"})
    places = {"HOOKS": str(hooks), "ATTRIBUTES": str(tmp_path / "attributes")}
    for name, value in SETTINGS:
        git(pilot, "config", "--global", name, places.get(value, value))

    again = upgrade(pilot, *(() if conflicting else ("--branch", "set")))

    assert again.code == plain.code, again.err
    if conflicting:
        assert (files_below(pilot), git(pilot, "ls-files", "-s")) == seen
    else:
        assert git(pilot, "rev-parse", "set^{tree}") == git(pilot, "rev-parse", "plain^{tree}")
        assert upgrade(pilot, "--commit").code == 0


@needs_namespaces
def test_a_plan_works_where_nothing_can_be_written(tmp_path):
    pilot = make_pilot(tmp_path, {"a.txt": numbered()}, {"a.txt": numbered(n2="two"), "new.txt": "new\n"})
    edit(pilot, {"a.txt": numbered(n20="ours")})
    before = state(pilot)
    git(pilot, "config", "--global", "--add", "safe.directory", "*")
    script = (
        f"mount --bind {pilot} {pilot} && mount -o remount,bind,ro {pilot} && cd {pilot} && ! touch x 2>/dev/null && "
        '"$0" -m pilotline upgrade --plan'
    )
    command = ["unshare", "-rm", "sh", "-c", script, sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "+ new.txt" in done.stdout
    assert state(pilot) == before
