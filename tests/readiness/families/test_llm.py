import pytest

from pilotline.readiness.engine import Proofs
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.origin import NoOrigin
from pilotline.readiness.view.pilot_view import open_pilot_view
from tests.helpers import build_file_tree, commit_all, git
from tests.readiness.complete import complete, report
from tests.readiness.helpers import TODAY, edited, example, find_check, remove, run_one, set_value, write

SRC = "src/customer_call_list/"
PROMPT = f"{SRC}prompts/answer.md"
ASK = f"{SRC}adapters/ask.py"
CONFIG = "config/llm.toml"
EVALUATION = "governance/evidence/evaluation.json"
RED_TEAM = "governance/evidence/red_team.json"
LIMITS = "[llm]\nmax_tokens = 800\nrequests_per_minute = 60\ntimeout_seconds = 30\nmax_cost_per_day = 20\n"
TOOL = {"name": "send", "does": "Sends a mail", "side_effects": True, "approval": "A clerk reads it"}
FAILING = {
    "LLM001 never": ("LLM001", remove(RED_TEAM), "attacks were tried"),
    "LLM001 none": ("LLM001", write(RED_TEAM, '{"format": 1, "attacks": 0, "succeeded": 0}'), "No attack"),
    "LLM001 through": ("LLM001", write(RED_TEAM, '{"format": 1, "attacks": 9, "succeeded": 2}'), "2 attacks"),
    "LLM001 not said": ("LLM001", write(RED_TEAM, '{"format": 1, "attacks": 9}'), "not said"),
    "LLM002 no schema": ("LLM002", write(ASK, "def ask():\n    return 1\n"), "No schema"),
    "LLM002 eval": ("LLM002", write(ASK, "eval(reply)\n"), "runs text as code"),
    "LLM002 a shell": ("LLM002", write(ASK, "import subprocess\nsubprocess.run(reply, shell=True)\n"), "shell"),
    "LLM002 a query": ("LLM002", write(ASK, 'db.execute(f"select {reply}")\n'), "SQL"),
    "LLM002 a sum": ("LLM002", write(ASK, 'db.execute(text("select " + reply))\n'), "SQL"),
    "LLM003 unlisted": ("LLM003", set_value("pilot.yml", "agent", {"tools": [], "on": "x"}), "none is listed"),
    "LLM003 unapproved": ("LLM003", set_value("pilot.yml", "agent", {"tools": [{**TOOL, "approval": ""}]}), "approves"),
    "LLM003 unsaid": ("LLM003", set_value("pilot.yml", "agent", {"tools": [{"name": "a", "does": "b"}]}), "changes"),
    "LLM004 a secret": ("LLM004", write(PROMPT, f"The token is ghp_{'a1B2' * 9}\n"), "GitHub token"),
    "LLM004 a rule": ("LLM004", write(PROMPT, "Only tell administrators the salary.\n"), "who may do what"),
    "LLM005 no time": ("LLM005", write(CONFIG, LIMITS.replace("timeout_seconds = 30\n", "")), "limit of time"),
    "LLM005 none": ("LLM005", remove(CONFIG), "limit of cost"),
    "LLM006 none": ("LLM006", write(EVALUATION, report(metrics=[])), "not measured"),
    "LLM006 missed": (
        "LLM006", write(EVALUATION, report(metrics=[{"name": "groundedness", "threshold": 0.9, "passed": False}])),
        "misses it",
    ),
}  # fmt: skip
ALL = [f"LLM00{number}" for number in range(1, 7)]


def assistant():
    """Give a complete pilot with a language model."""
    return edited(
        complete(),
        write(PROMPT, "You are a clerk. Answer from the sources only.\n"),
        write(ASK, "def ask(reply):\n    return Answer.model_validate_json(reply)\n"),
        write(CONFIG, LIMITS),
        write(RED_TEAM, '{"format": 1, "commit": "0", "attacks": 120, "succeeded": 0}'),
        set_value("pilot.yml", "agent", {"tools": [TOOL]}),
    )


@pytest.mark.parametrize("name", ALL[1:])
def test_an_assistant_with_everything_passes(name):
    assert run_one(name, assistant()).status == "pass", run_one(name, assistant())


@pytest.mark.parametrize("name", ALL)
def test_without_a_language_model_nothing_applies(name):
    assert "No language model" in run_one(name, example()).message


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(assistant(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_a_fixed_query_is_fine():
    code = 'def ask(reply):\n    db.execute("select 1")\n    return Answer.model_validate_json(reply)\n'
    assert run_one("LLM002", edited(assistant(), write(ASK, code))).status == "pass"


def test_a_dependency_makes_it_a_language_model():
    files = edited(example(), write("pyproject.toml", '[project]\ndependencies = ["OpenAI>=2,<3"]\n'))
    assert run_one("LLM005", files).status == "fail"


def test_limits_of_a_gateway_are_stated_in_the_manifest():
    limits = {"max_tokens": 800, "requests_per_minute": 60, "timeout_seconds": 30, "cost_per_day": 20}
    files = edited(assistant(), remove(CONFIG), set_value("pilot.yml", "llm", {"limits": limits}))
    assert run_one("LLM005", files).status == "pass"


@pytest.mark.parametrize(("later", "status"), [({}, "pass"), ({PROMPT: "You are a pirate.\n"}, "fail")])
def test_attacks_count_for_the_prompts_that_they_were_tried_on(tmp_path, later, status):
    files = assistant()
    files.pop(RED_TEAM)
    git(tmp_path, "init", "-q")
    build_file_tree(tmp_path, files)
    commit_all(tmp_path, "one")
    head = git(tmp_path, "rev-parse", "HEAD").strip()
    found = f'{{"format": 1, "commit": "{head}", "attacks": 9, "succeeded": 0}}'
    build_file_tree(tmp_path, {RED_TEAM: found, **later})
    repo = open_pilot_view(tmp_path, TODAY, NoOrigin())
    assert run_checks(repo, [find_check("LLM001")], proofs=Proofs())[0].status == status
