"""`pilotline kpi` as a user sees it."""

import json
from pathlib import Path

from tests.helpers import build_file_tree, pilotline
from tests.kpi.conftest import manifests, write_pilot  # noqa: F401 - fixtures


def test_kpis_trend_worth_and_decision_are_shown_anywhere_in_the_pilot(write_pilot):  # noqa: F811
    pilot = write_pilot(8_000, 16_000)
    below = build_file_tree(pilot / "src", {"a.txt": ""})
    run = pilotline("kpi", cwd=below)
    assert run.code == 0, run.err
    for said in (
        "better: 65,833 GBP per 100 calls",
        "2 measured",
        "leaves -3,4",
        "13.2 %",
        "worth its cost",
        "Not measured yet",
    ):
        assert said in run.out
    assert "\x1b" not in run.out


def test_without_a_case_there_is_no_number_to_show(write_pilot):  # noqa: F811
    run = pilotline("kpi", write_pilot(0, n=0, verdict="not_enough_data"))
    assert "not enough data: no case yet; baseline 49,833" in run.out
    assert "improvement" not in run.out


def test_a_terminal_without_unicode_gets_plain_characters(write_pilot):  # noqa: F811
    run = pilotline("kpi", write_pilot(1, 2), environment={"PYTHONIOENCODING": "ascii"})
    assert run.code == 0, run.err
    assert run.out.isascii()


def test_json_and_page_come_from_one_call(write_pilot):  # noqa: F811
    pilot = write_pilot(16_000)
    run = pilotline("kpi", pilot, "--json", "--html", pilot / "kpi.html")
    assert json.loads(run.out)["decision"]["asked"] == "Decide whether it is worth its cost"
    assert "<h1>Customer call list</h1>" in (pilot / "kpi.html").read_text()


def test_a_page_goes_into_a_new_folder_and_where_it_cannot_is_one_sentence(write_pilot):  # noqa: F811
    pilot = write_pilot(16_000)
    assert pilotline("kpi", pilot, "--html", pilot / "pages/new/kpi.html").code == 0
    assert (pilot / "pages/new/kpi.html").is_file()
    refused = pilotline("kpi", pilot, "--html", pilot / "kpis.yml/kpi.html")
    assert refused.code == 2
    assert "kpis.yml/kpi.html cannot be written: " in refused.err


def test_a_page_follows_a_link_and_leaves_a_device_one(write_pilot, tmp_path):  # noqa: F811
    pilot = write_pilot(16_000)
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "real.html")
    assert pilotline("kpi", pilot, "--html", link).code == 0
    assert link.is_symlink()
    assert "<h1>" in (tmp_path / "real.html").read_text()
    run = pilotline("kpi", pilot, "--html", "/dev/stdout")
    assert (run.code, "<h1>" in run.out) == (0, True), run.err
    assert Path("/dev/stdout").exists()


def test_outside_a_pilot_it_says_so(tmp_path):
    run = pilotline("kpi", tmp_path)
    assert run.code == 2
    assert "There is no pilot in" in run.err
