"""Advice at the command line: by flags, for people and programs, and when nothing fits."""

import json

from tests.helpers import build_file_tree, pilotline

COMMAND = ("architectures", "recommend")


def test_needs_lead_to_an_architecture_with_reasons_and_the_next_command():
    run = pilotline(*COMMAND, "-n", "material=numbers", "-n", "latency=rhythm")
    assert run.code == 0, run.err
    for part in (
        "Take Batch scoring (batch_scoring)",
        "+ A whole list is scored",
        "pilotline new -d architecture=batch",
    ):
        assert part in run.out


def test_the_advice_is_json_too():
    run = pilotline(*COMMAND, "--need", "material=numbers", "--json")
    said = json.loads(run.out)
    assert (said["format"], said["recommended"], said["needs"]) == (1, "batch_scoring", {"material": "numbers"})
    first = said["ranked"][0]
    assert {"id", "title", "points", "fits", "ruled_out", "reasons", "objections"} == set(first)
    assert first["reasons"][0]["because"]
    assert {"need", "answer", "then"} == set(said["would_change_it"][0])


def test_where_none_fits_it_says_so_and_why_and_ends_with_1():
    run = pilotline(*COMMAND, "-n", "material=tasks", "-n", "legacy=screens")
    assert run.code == 1
    for part in ("None of these architectures fits.", "- It ends with a list", "Tell your centre"):
        assert part in run.out


def test_a_need_that_is_not_asked_and_an_answer_that_is_none_are_refused_with_those_there_are():
    for pair, said in (("speed=high", "no need speed: material, latency"), ("latency=soon", "rhythm, waiting, event")):
        run = pilotline(*COMMAND, "-n", pair)
        assert (run.code, said in run.err) == (2, True), run.err


def test_without_a_person_to_ask_it_says_what_can_be_said():
    run = pilotline(*COMMAND)
    assert run.code == 2
    assert "latency=rhythm|waiting|event" in run.err


def test_a_catalog_that_asks_nothing_is_no_fault(tmp_path):
    catalog = build_file_tree(tmp_path, {"copier.yml": "_subdirectory: templates\n", "templates/a.txt": "a\n"})
    run = pilotline(*COMMAND, "--catalog", str(catalog), "-n", "latency=rhythm")
    assert run.code == 2
    assert "asks nothing about needs" in run.err
