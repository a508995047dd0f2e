"""What people, machines and a pull request are told about a change of the catalog."""

import json
import shutil

import pytest

from tests.helpers import build_file_tree, pilotline
from tests.upgrade.helpers import edit, make_pilot, numbered

ONE = {"owned.txt": numbered(), "pilot.yml": "format: 1\nstage: sandbox\n"}
TWO = {**ONE, "owned.txt": numbered(n0="two")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    first = make_pilot(folder, ONE, TWO)
    conflicting = shutil.copytree(first, folder / "conflicting")
    edit(conflicting, {"owned.txt": numbered(n3="ours")})
    build_file_tree(folder / "catalog", {"owned.txt": numbered(n0="two", n3="next|`<b>`")})
    (folder / "fleet.txt").write_text("# ours\npilot\nconflicting  # edited\n\ngone\n")
    return folder


def impact(folder, *arguments):
    return pilotline("catalog", "impact", *arguments, cwd=folder / "catalog")


def test_a_table_says_it_and_what_somebody_has_to_decide(folder):
    run = impact(folder, "--pilots", "../fleet.txt")
    assert run.code == 0, run.err
    lines = run.out.splitlines()
    assert lines[0] == "What v2.0.0+changes would do"
    assert [line.split()[1] for line in lines[1:4]] == ["clean", "conflict", "error"]
    assert "owned.txt, line 4" in run.out
    assert "    1 conflict  lines that the team edited too: a person decides" in lines


def test_a_limit_that_is_exceeded_ends_in_1_and_says_so(folder):
    run = impact(folder, "../pilot", "../conflicting", "--max-conflicts", "5%")
    assert run.code == 1
    assert "1 of 2 pilots: conflict; at most 5% of 2" in run.out
    assert impact(folder, "../pilot", "../conflicting", "--max-conflicts", "50%", "--max-errors", "0").code == 0


def test_machines_get_every_plan_and_the_readiness_before_and_after(folder):
    run = impact(folder, "../pilot", "../conflicting", "--json")
    shown = json.loads(run.out)
    assert shown["counts"]["conflict"] == 1
    clean, conflicting = shown["pilots"]
    assert (clean["outcome"], clean["plan"]["conflicts"]) == ("clean", [])
    assert conflicting["plan"]["lines"] == {"owned.txt": [{"first": 4, "last": 4}]}
    assert {"checks", "policies", "level"} <= clean["readiness"].keys()
    without = json.loads(impact(folder, "../pilot", "--json", "--no-checks").out)
    assert "readiness" not in without["pilots"][0]


def test_a_pull_request_gets_a_summary_that_no_name_of_a_repository_can_break(folder):
    odd = shutil.copytree(folder / "conflicting", folder / "odd|<b>`x`")
    run = impact(folder, odd, "--markdown")
    assert run.out.startswith("### What `v2.0.0+changes` would do to 1 pilots")
    assert "<b>" not in run.out.replace("`" + f"{odd}".replace("`", "").replace("|", "/") + "`", "")
    rows = [line for line in run.out.splitlines() if line.startswith("|")]
    assert {row.count(" |") for row in rows if row[1:4] != "---"} == {3}


def test_one_page_tells_whoever_decides_and_no_name_of_a_repository_can_break_it(folder):
    odd = shutil.copytree(folder / "conflicting", folder / "<script>alert(1)<b>", dirs_exist_ok=True)
    page = folder / "page.html"
    run = impact(folder, "../pilot", "../conflicting", odd, "--html", page, "--max-conflicts", "1")
    text = page.read_text()
    assert run.code == 1
    assert "<h1>What v2.0.0+changes would do to 3 pilots</h1>" in text
    assert "2 of 3 pilots: conflict; at most 1" in text
    assert "<code>owned.txt</code>, line 4" in text
    assert "alert(1)" in text
    assert "<script" not in text
    assert "http" not in text
    assert impact(folder, "../pilot", "--html", folder).code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the pilots"),
        (("x", "--markdown", "--json"), "give one of them"),
        (("x", "--max-conflicts", "many"), "neither a number of pilots nor a share"),
        (("x", "--max-conflicts", "0.5"), "neither a number of pilots nor a share"),
        (("x", "--max-conflicts", "100%"), "leave it out"),
        (("--pilots", "nowhere.txt"), "cannot be read"),
        (("x", "--catalog-folder", "/"), "no git repository"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder, arguments, message):
    run = impact(folder, *arguments)
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err
