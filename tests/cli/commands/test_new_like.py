"""A sibling has its model's contracts, integrations and answers, and an outcome of its own."""

import json
import sys

import pexpect
import pytest

from pilotline.template.question_roles import read_roles
from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline

OUTCOME = {
    "project_name": "Late payers",
    "kpi": "Late money reached",
    "kpi_baseline": "10",
    "kpi_target": "20",
    "kpi_unit_value": "1",
    "kpi_unit": "euro",
    "currency": "EUR",
}
DATA = [part for key, value in OUTCOME.items() for part in ("-d", f"{key}={value}")]


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    made = pilotline(
        "new", folder, "--defaults", "-d", "integrations=postgres", "-d", "prepared_for=pilot",
        "-d", "owner=head-of-sales", "-d", "data_owner=ledger-team", "-d", "start=example",
    )  # fmt: skip
    assert made.code == 0, made.err
    (folder / "data/make_sample.py").unlink()
    settings = (folder / "config/integrations/postgres.toml").read_text()
    build_file_tree(
        folder,
        {
            "data_contracts/returns.odcs.yaml": "kind: DataContract\n",
            "config/integrations/postgres.toml": settings.replace("pool_size = 5", "pool_size = 9"),
            "src/customer_call_list/domain/ours.py": "# of the model alone\n",
        },
    )
    commit_all(folder, "our work")
    build_file_tree(folder, {"data_contracts/draft.odcs.yaml": "not committed\n"})
    return folder


def test_a_sibling_takes_what_it_reads_and_nothing_of_the_outcome(model, tmp_path):
    run = pilotline("new", tmp_path / "sibling", "--like", model, *DATA, "--json")
    assert run.code == 0, run.err
    result = json.loads(run.out)
    old, new = files_below(model), files_below(tmp_path / "sibling")
    answers = result["answers"]

    assert answers["integrations"] == ["postgres"]
    assert (answers["owner"], answers["data_owner"]) == ("head-of-sales", "ledger-team")
    assert (answers["project_name"], answers["package_name"]) == ("Late payers", "late_payers")
    assert (answers["kpi"], answers["kpi_baseline"], answers["kpi_target"]) == ("Late money reached", 10, 20)
    assert answers["prepared_for"] == "sandbox", "a sibling has proven nothing yet"

    contracts = {path for path in old if path.startswith(("data/", "data_contracts/"))}
    assert {path: new[path] for path in contracts - {"data_contracts/draft.odcs.yaml"}} == {
        path: old[path] for path in contracts - {"data_contracts/draft.odcs.yaml"}
    }
    assert "data_contracts/draft.odcs.yaml" not in new, "only what is committed"
    assert "data/make_sample.py" not in new, "the model has none"
    assert b"pool_size = 9" in new["config/integrations/postgres.toml"]
    assert set(result["taken"]) <= set(new)
    assert not any(path.endswith("ours.py") for path in new), "the model's code is the model's"
    assert git(tmp_path / "sibling", "status", "--porcelain") == ""


def test_the_catalog_and_its_version_are_the_model_s_unless_another_is_named(tmp_path):
    one = {
        "copier.yml": "_exclude: [copier.yml]\nproject_name: a\nkpi: k\ncolour: red\n",
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "a.txt": "one\n",
    }
    catalog = build_file_tree(tmp_path / "catalog", one)
    commit_all(catalog, "one", tag="v1.0.0")
    assert pilotline("new", tmp_path / "model", "--defaults", "-d", "colour=blue", "--catalog", catalog).code == 0
    build_file_tree(catalog, {"a.txt": "two\n"})
    commit_all(catalog, "two", tag="v2.0.0")
    own = ("-d", "project_name=b", "-d", "kpi=l")

    assert pilotline("new", tmp_path / "same", "--like", tmp_path / "model", *own).code == 0
    assert (tmp_path / "same/.copier-answers.yml").read_text().splitlines()[0] == "_commit: v1.0.0"
    assert "colour: blue" in (tmp_path / "same/.copier-answers.yml").read_text()
    newer = pilotline("new", tmp_path / "newer", "--like", tmp_path / "model", *own, "--catalog", catalog)
    assert newer.code == 0
    assert (tmp_path / "newer/a.txt").read_text() == "two\n"


@pytest.mark.parametrize("arguments", [(), ("--defaults",)], ids=["alone", "with defaults"])
def test_the_outcome_is_required_whatever_the_defaults(builtin, model, tmp_path, arguments):
    run = pilotline("new", tmp_path / "sibling", "--like", model, *arguments)
    assert run.code == 2
    for name in read_roles(builtin).sibling_own:
        assert f"- {name} is missing" in run.err
    assert "owner is missing" not in run.err
    assert not (tmp_path / "sibling").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kpi": "Revenue of lapsing customers reached"}, "is that of model; a sibling has its own"),
        ({"project_name": "Customer call list"}, "package_name: 'customer_call_list' is that of model"),
        ({"package_name": "customer_call_list"}, "package_name: 'customer_call_list' is that of model"),
        ({"kpi_target": "10"}, "The target is the baseline"),
        ({"colour": "red"}, "colour: there is no such question"),
    ],
    ids=["kpi", "name", "package", "target", "unknown"],
)
def test_what_would_be_no_sibling_is_refused(model, tmp_path, changes, message):
    if "kpi" in changes:
        shown = json.loads(pilotline("answers", "--json", cwd=model).out)
        changes = {"kpi": shown["answers"]["kpi"]}
    data = [part for key, value in {**OUTCOME, **changes}.items() for part in ("-d", f"{key}={value}")]
    run = pilotline("new", tmp_path / "sibling", "--like", model, *data)
    assert run.code == 2
    assert message in run.err
    assert not (tmp_path / "sibling").exists()


def test_there_has_to_be_a_pilot(tmp_path):
    run = pilotline("new", tmp_path / "sibling", "--like", tmp_path, *DATA)
    assert (run.code, "There is no pilot in" in run.err) == (2, True)


def test_the_wizard_asks_for_the_new_outcome_alone(builtin, model, tmp_path):
    child = pexpect.spawn(
        sys.executable, ["-m", "pilotline", "new", str(tmp_path / "sibling"), "--like", str(model)],
        cwd=ROOT, dimensions=(50, 150), timeout=30, encoding="utf-8",
    )  # fmt: skip
    asked = [OUTCOME[name] for name in read_roles(builtin).one_by_one if name in OUTCOME and name != "currency"]
    for number, typed in enumerate(asked, start=1):
        child.expect(f"{number}/{len(asked)}")
        child.sendcontrol("u")
        child.send("\x1b[F" + "\x7f" * 80 + typed + "\r")
    child.expect("Create the pilot")
    child.send("\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "owner: head-of-sales" in (tmp_path / "sibling/.copier-answers.yml").read_text()
