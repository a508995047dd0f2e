"""The main jobs of the other architectures, on the real data of their examples and without a network."""

import json
import shutil

import pytest

pytestmark = pytest.mark.slow


def test_a_decision_on_request_is_learned_judged_and_kept(run_once):
    pilot, run = run_once("realtime_scoring")
    assert run.code == 0, run.err
    done = json.loads(run.out)
    assert done["registered"]["promoted"], "the model beats the rule on the source's own costs"
    kpi = done["kpis"][0]
    assert (kpi["id"], kpi["baseline"]) == ("cost_per_application", 60.3)
    assert (pilot / "governance/evidence/evaluation.json").is_file()


def test_questions_are_answered_with_the_article_that_says_so_or_not_at_all(run_once, run_pilot, tmp_path):
    ran, run = run_once("rag_assistant")
    assert run.code == 0, run.err
    pilot = shutil.copytree(ran, tmp_path / "pilot", symlinks=True)
    assert json.loads(run.out)["evaluated"]["passed"]

    known = run_pilot(pilot, "ask", "--json", "Within how many hours must a data breach be notified to the authority?")
    unknown = run_pilot(pilot, "ask", "--json", "What is the recipe for the canteen's vegetable soup?")

    assert (known.code, unknown.code) == (0, 1), known.err + unknown.err
    first = json.loads(known.out)["citations"][0]
    assert (first["document"], "Article 33:" in first["place"]) == ("gdpr.md", True)
    assert (json.loads(unknown.out)["known"], json.loads(unknown.out)["citations"]) == (False, [])
