import hashlib

import pytest

from pilotline.readiness.engine import Proofs
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.origin import NoOrigin
from pilotline.readiness.view.pilot_view import open_pilot_view
from tests.helpers import build_file_tree, commit_all, git
from tests.readiness.complete import complete, lines, measured, report
from tests.readiness.helpers import (
    TODAY,
    edited,
    example,
    find_check,
    pilot,
    remove,
    replace,
    run_one,
    set_value,
    write,
)

SRC = "src/customer_call_list/"
CARD = "governance/model_card.md"
EVALUATION = "governance/evidence/evaluation.json"
KPI = "governance/evidence/kpi.jsonl"
PROMPT = write(f"{SRC}prompts/answer.md", "You are a helpful assistant.\n")
LONG = f'PROMPT = """You are an assistant. {"Answer the question. " * 20}"""\n'
FAILING = {
    "MOD001 none": ("MOD001", remove(CARD), "no model card"),
    "MOD001 open": ("MOD001", replace(CARD, "## Limits", "## Limits\n\n*To fill in*"), "not filled in"),
    "MOD001 no limits": ("MOD001", replace(CARD, "## Limits", "## Other"), "its limits"),
    "MOD002 a setting": ("MOD002", write("config/llm.toml", '[llm]\nmodel = "gpt-latest"\n'), "gpt-latest"),
    "MOD002 in code": ("MOD002", write(f"{SRC}adapters/m.py", 'NAME = "models:/x/latest"\n'), "moves"),
    "MOD002 an image": ("MOD002", write("ops/Dockerfile", "FROM python:latest\n"), "python:latest"),
    "MOD003 a pickle": ("MOD003", write("models/a.pkl", b"\x80"), "can run code"),
    "MOD003 reads pickles": ("MOD003", write(f"{SRC}adapters/m.py", "import pickle\n"), "imports pickle"),
    "MOD003 from joblib": ("MOD003", write(f"{SRC}adapters/m.py", "from joblib import load\n"), "imports joblib"),
    "MOD003 remote code": (
        "MOD003", write(f"{SRC}adapters/m.py", "load('x', trust_remote_code=True)\n"), "trusts remote code",
    ),
    "MOD003 whole objects": ("MOD003", write(f"{SRC}adapters/m.py", "import torch\ntorch.load('x')\n"), "weights"),
    "MOD003 unsafe YAML": ("MOD003", write(f"{SRC}adapters/m.py", "import yaml\nyaml.load('x')\n"), "YAML"),
    "MOD003 no hash": ("MOD003", write("models/a.onnx", b"x"), "not recorded"),
    "MOD006 alone": ("MOD006", write(KPI, ""), "something simple"),
    "MOD007 undeclared": ("MOD007", set_value("pilot.yml", "evaluation", "groups", []), "No groups"),
    "MOD007 not shown": ("MOD007", set_value("pilot.yml", "evaluation", "groups", ["abroad"]), "abroad"),
    "MOD008 no command": ("MOD008", replace("pyproject.toml", "[project.scripts]", "[tool.other]"), "No command"),
    "MOD009 no age": ("MOD009", set_value("pilot.yml", "model", "max_age_days", None), "greatest age"),
    "MOD009 no reason": ("MOD009", set_value("pilot.yml", "model", "retrain_when", "TODO"), "train again"),
    "MOD010 none": ("MOD010", set_value("pilot.yml", "model", "registry", None), "no name"),
    "MOD010 a stranger": ("MOD010", set_value("pilot.yml", "model", "registry", "approved_by", "me"), "with the right"),
    "MOD010 no day": ("MOD010", set_value("pilot.yml", "model", "registry", "approved_on", "soon"), "no day"),
}  # fmt: skip


@pytest.mark.parametrize("name", [f"MOD0{number:02}" for number in (1, 2, 3, 6, 7, 8, 9, 10)])
def test_a_complete_pilot_passes(name):
    assert run_one(name, complete()).status == "pass", run_one(name, complete())


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    files = complete()
    if name == "MOD006":
        files.pop(EVALUATION)
    result = run_one(name, edited(files, edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


def test_a_committed_model_is_known_by_its_hash():
    model = write("models/a.onnx", b"x")
    entry = {"path": "models/a.onnx", "sha256": hashlib.sha256(b"x").hexdigest()}
    assert (
        run_one("MOD003", edited(complete(), model, set_value("pilot.yml", "model", "artefacts", [entry]))).status
        == "pass"
    )
    other = set_value("pilot.yml", "model", "artefacts", [{**entry, "sha256": "0" * 64}])
    assert "not the file" in run_one("MOD003", edited(complete(), model, other)).message


def test_a_safe_loader_and_weights_alone_are_fine():
    code = "import torch, yaml\ntorch.load('x', weights_only=True)\nyaml.load('x', Loader=yaml.SafeLoader)\n"
    assert run_one("MOD003", edited(complete(), write(f"{SRC}adapters/m.py", code))).status == "pass"


def test_prompts_are_files():
    assert run_one("MOD004", example()).reason == "not_applicable"
    assert run_one("MOD004", edited(complete(), PROMPT)).status == "pass"
    inline = edited(complete(), PROMPT, write(f"{SRC}adapters/ask.py", LONG))
    assert "long prompt" in run_one("MOD004", inline).message
    docstring = edited(complete(), PROMPT, write(f"{SRC}adapters/ask.py", LONG.removeprefix("PROMPT = ")))
    assert run_one("MOD004", docstring).status == "pass"
    nowhere = edited(complete(), set_value("pilot.yml", "llm", {"self_hosted": "here"}))
    assert "no prompt in a file" in run_one("MOD004", nowhere).message


def test_groups_may_be_none_with_a_reason():
    none = set_value("pilot.yml", "evaluation", {"no_groups_because": "Machines only"})
    assert run_one("MOD007", edited(complete(), none)).status == "pass"


def check_committed(folder, files, later=()):
    git(folder, "init", "-q")
    build_file_tree(folder, {path: content for path, content in files.items() if path not in (EVALUATION, KPI)})
    commit_all(folder, "one")
    head = git(folder, "rev-parse", "HEAD").strip()
    evidence = {EVALUATION: report(commit=head), KPI: lines(measured("minutes_per_request", commit=head))}
    build_file_tree(folder, {path: text for path, text in evidence.items() if path in files})
    build_file_tree(folder, dict(later))
    repo = open_pilot_view(folder, TODAY, NoOrigin())
    return run_checks(repo, [find_check("MOD005")], proofs=Proofs())[0]


@pytest.mark.parametrize("missing", [[], [EVALUATION], [KPI]], ids=["both", "of the KPI", "of a suite"])
def test_a_report_of_this_model_passes(tmp_path, missing):
    files = complete()
    for path in missing:
        files.pop(path)
    result = check_committed(tmp_path, files)
    assert (result.status, result.grade) == ("pass", "executed"), result


@pytest.mark.parametrize(
    "path", [f"{SRC}adapters/model.py", f"{SRC}prompts/a.md", "config/default.toml"], ids=["model", "prompt", "setting"]
)
def test_a_report_of_an_earlier_model_is_stale(tmp_path, path):
    result = check_committed(tmp_path, complete(), {path: "# changed\n"})
    assert "changed since the report" in result.message


def test_a_change_of_something_else_leaves_the_report_valid(tmp_path):
    assert check_committed(tmp_path, complete(), {"README.md": "# Changed\n"}).status == "pass"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (write(EVALUATION, report(metrics=[{"name": "recall", "value": 0.5, "passed": True}])), "no threshold"),
        (write(EVALUATION, report(metrics=[])), "no metric"),
        (replace(".github/workflows/ci.yml", ", gate]", "]"), "No CI job"),
    ],
    ids=["no threshold", "no metric", "not in CI"],
)
def test_an_evaluation_has_thresholds_and_runs_in_ci(edit, message):
    result = run_one("MOD005", edited(complete(), edit))
    assert any(message in problem.message for problem in result.problems), result.problems


def test_without_a_report_nothing_is_known():
    assert "no report" in run_one("MOD005", pilot()).message
    worse = edited(complete(), remove(EVALUATION), write(KPI, lines(measured("minutes_per_request", verdict="worse"))))
    assert "says worse" in run_one("MOD005", worse).message
