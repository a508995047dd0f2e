import gzip
import lzma
from datetime import date

import pytest

from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.readiness.complete import complete
from tests.readiness.helpers import Files, edited, example, remove, replace, run_one, set_value, write

CONTRACT = "data_contracts/sales_ledger.odcs.yaml"
RETRIEVED = {"name": "manuals", "source": "https://wiki.internal", "access": "groups", "refreshed_on": "2026-11-20"}
CORPUS = set_value("pilot.yml", "retrieval", {"corpora": [RETRIEVED]})
SAMPLE = "data/online_retail_sample.csv.xz"
FAILING = {
    "DAT001 none": ("DAT001", remove(CONTRACT), "No dataset"),
    "DAT001 no source": ("DAT001", set_value(CONTRACT, "description", {"purpose": "calls"}), "no source"),
    "DAT001 no owner": ("DAT001", set_value(CONTRACT, "team", "members", []), "no owner"),
    "DAT001 not confirmed": ("DAT001", set_value("pilot.yml", "data", "basis", "to be confirmed"), "not confirmed"),
    "DAT001 for ever": ("DAT001", set_value("pilot.yml", "data", "retention_days", None), "How long"),
    "DAT002 elsewhere": ("DAT002", remove(SAMPLE), "pinned by no hash"),
    "DAT003 none": ("DAT003", set_value("pilot.yml", "data", "contracts", []), "No input has a contract"),
    "DAT003 missing": ("DAT003", set_value("pilot.yml", "data", "contracts", ["data_contracts/x.yaml"]), "not exist"),
    "DAT003 not enforced": ("DAT003", write("config/default.toml", 'role = "x"\n'), "nothing enforces it"),
    "DAT004 raw data": ("DAT004", write("exports/customers.csv", "a,b\n1,2\n"), "no contract covers"),
    "DAT004 large": ("DAT004", write("docs/film.mp4", b"\0" * 2_000_001), "2.0 MB"),
    "DAT004 a person": ("DAT004", write("data/people.txt", "name\nada@company.org\n"), "e-mail address"),
    "DAT004 packed": ("DAT004", write(SAMPLE, lzma.compress(b"ada@company.org\n")), "e-mail address"),
    "DAT004 zipped": ("DAT004", write("data/a.txt.gz", gzip.compress(b"x ada@company.org\n")), "e-mail address"),
    "DAT004 an account": ("DAT004", write("data/a.txt", "DE89 3704 0044 0532 0130 00\n"), "IBAN"),
    "DAT004 a card": ("DAT004", write("data/a.txt", "4111 1111 1111 1111\n"), "card number"),
    "DAT005 not declared": ("DAT005", set_value("pilot.yml", "data", "personal", "perhaps"), "not declared"),
    "DAT005 not assessed": ("DAT005", set_value("pilot.yml", "data", "dpia", None), "no impact assessment"),
    "DAT006 nothing": ("DAT006", set_value("pilot.yml", "evaluation", "held_out", ""), "held out"),
    "DAT006 no file": ("DAT006", set_value("pilot.yml", "evaluation", "held_out", "evals/cases.jsonl"), "do not exist"),
    "DAT006 no test": (
        "DAT006", set_value("pilot.yml", "evaluation", "leakage_test", "tests/unit/test_domain.py::test_x"), "No test",
    ),
    "DAT007 none": ("DAT007", set_value("pilot.yml", "retrieval", {"corpora": [], "on": "yes"}), "No corpus"),
    "DAT007 for all": (
        "DAT007", set_value("pilot.yml", "retrieval", "corpora", [{**RETRIEVED, "access": ""}]), "no access",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [f"DAT00{number}" for number in range(1, 8)])
def test_a_complete_pilot_passes(name):
    result = run_one(name, edited(complete(), CORPUS))
    assert result.status == "pass", result


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(complete(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


@pytest.mark.parametrize(
    "text",
    ["ada@example.org", "DE89 3704 0044 0532 0130 01", "4111 1111 1111 1112", "grace@mail.example.com"],
    ids=["reserved", "no IBAN", "no card", "reserved below"],
)
def test_what_only_looks_like_a_person_is_none(text):
    assert run_one("DAT004", edited(complete(), write("data/a.txt", f"{text}\n"))).status == "pass"


def test_small_fixtures_of_tests_are_no_raw_data():
    assert run_one("DAT004", edited(complete(), write("tests/unit/rows.csv", "a\n1\n"))).status == "pass"


def test_a_dataset_elsewhere_is_pinned_by_its_version():
    pinned = set_value("pilot.yml", "data", "pinned", [{"name": "invoice_lines", "version": "snapshot 4711"}])
    assert run_one("DAT002", edited(complete(), remove(SAMPLE), pinned)).status == "pass"


def test_a_corpus_ages():
    result = run_one("DAT007", edited(complete(), CORPUS), today=date(2027, 12, 1))
    assert (result.status, result.calendar) == ("warn", True)


def test_without_retrieval_there_is_no_corpus():
    assert run_one("DAT007", example()).reason == "not_applicable"


def test_documents_have_sources_in_place_of_contracts(builtin):
    answers = accept_answers(builtin, {"architecture": "rag_assistant", "prepared_for": "pilot"})
    files: Files = {path: file.content for path, file in render(builtin, answers).items()}
    assert {run_one(name, files).reason for name in ("DAT002", "DAT003")} == {"not_applicable"}
    assert run_one("DAT004", files).status == "pass"
    assert "No dataset" not in run_one("DAT001", files).message
    assert run_one("GOV004", files).status == "pass"
    assert run_one("DAT007", files).message == "documents has no owner", "it is the example's"
    owned = edited(files, replace("config/default.toml", "example-head-of-compliance", "ada@example.org"))
    assert run_one("DAT007", owned).status == "pass"
    unread = edited(owned, replace("config/default.toml", 'readers = ["everybody"]', "readers = []"))
    assert "who may read documents" in run_one("DAT007", unread).message


def test_no_file_of_a_new_pilot_looks_like_a_secret(builtin):
    for architecture in ("batch_scoring", "realtime_scoring", "rag_assistant"):
        tree = render(builtin, accept_answers(builtin, {"architecture": architecture, "prepared_for": "production"}))
        assert run_one("ENG005", {path: file.content for path, file in tree.items()}).status != "fail", architecture
