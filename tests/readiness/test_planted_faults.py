"""A fault is found by its check and by no other, so that nobody chases the same mistake under three names."""

import pytest

from pilotline.readiness.engine import Proofs
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.helpers import TODAY, Edit, Files, edited, pilot, remove, replace, set_value, write

PRESENT = True
CI = ".github/workflows/ci.yml"


def without(folder: str, word: str) -> Edit:
    """Make an edit that takes a word out of every file below a folder."""

    def edit(files: Files) -> None:
        for path, content in files.items():
            if path.startswith(folder) and isinstance(content, bytes):
                files[path] = content.replace(word.encode(), b"printing")

    return edit


FAULTS = {
    "OWN001": set_value("pilot.yml", "operation", "every_days", "monthly"),
    "OWN002": set_value("pilot.yml", "owners", "business", "TBD"),
    "OWN003": set_value("pilot.yml", "review_by", "2026-01-01"),
    "OWN004": set_value("catalog-info.yaml", "spec", "owner", "a-stranger"),
    "OWN005": set_value("pilot.yml", "exit", "steps", ["TODO", "TODO"]),
    "TPL001": set_value(".copier-answers.yml", "_src_path", "../catalog"),
    "TPL003": write("docs/team/notes.md", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"),
    "TPL004": write("noxfile.py", "import nox\n"),
    "TPL005": remove("renovate.json"),
    "TPL006": set_value("governance/answers.lock", "kpi", "0000000000000000"),
    "ENG001": replace("README.md", "## Limits", "## More"),
    "ENG003": replace(CI, "imports, tests", "imports"),
    "ENG005": write("config/local.toml", f'key = "{"ghp_" + "a1B2" * 9}"\n'),
    "ENG007": write(".github/workflows/other.yml", "permissions: {}\njobs: {a: {steps: [{uses: a/b@v1}]}}"),
    "ENG010": write("config/integrations/x.toml", '[x]\nurl = "https://api.example.com/v1"\n'),
}
PACKAGE = "src/customer_call_list"
FAULTS |= {
    "DAT002": set_value("data_contracts/sales_ledger.odcs.yaml", "servers", 0, "path", "elsewhere.csv"),
    "DAT003": write("data_contracts/returns.odcs.yaml", "id: returns\nschema: []\n"),
    "DAT004": write("exports/customers.csv", "a,b\n1,2\n"),
    "MOD002": write("config/extra.toml", '[llm]\nmodel = "large-latest"\n'),
    "MOD003": write("models/ranker.pkl", "x"),
    "MOD008": replace("pyproject.toml", "[project.scripts]", "[project.gui-scripts]"),
    "OPS001": without("src/customer_call_list", "JSONRenderer"),
    "OPS002": set_value(f"{PACKAGE}/_platform/organisation.yml", "retention", "logs_days", 30),
    "OPS004": write("ops/kpi/rules.yml", "groups: []\n"),
    "GOV002": set_value("pilot.yml", "ai_act", "prohibited_practices", "present", PRESENT),
    "GOV003": set_value("pilot.yml", "uses", "unsupported", []),
    "GOV013": set_value("pilot.yml", "uses", "case", "judge-staff"),
    "VAL006": set_value("pilot.yml", "objective", "id", "be-cool"),
    "VAL007": set_value("kpis.yml", "kpis", 1, "formula", "another one"),
    "VAL009": set_value("pilot.yml", "experiment", "ends", "2026-01-01"),
    "ARC001": write(f"{PACKAGE}/domain/frames.py", "import pandas\n"),
    "ARC002": write(f"{PACKAGE}/adapters/weather.py", "import httpx\n"),
}
ALSO = {
    "OWN001": {"TPL004"}, "OWN002": {"TPL004"}, "OWN003": {"TPL004"}, "OWN004": {"TPL004"}, "OWN005": {"TPL004"},
    "DAT002": {"DAT004"}, "DAT003": {"DAT001"}, "MOD008": {"TPL004"}, "OPS001": {"TPL004"},
    "OPS002": {"ENG010", "TPL004"}, "OPS004": {"OPS005", "TPL004"}, "GOV002": {"TPL004"},
    "GOV003": {"TPL004"}, "GOV013": {"TPL004"}, "VAL006": {"TPL004"},
    "VAL007": {"TPL004"}, "VAL009": {"TPL004"},
    "TPL001": {"TPL002", "TPL004"}, "TPL005": {"TPL004"}, "ENG003": {"TPL004"},
}  # fmt: skip
"""Checks that rightly see the same edit: a changed manifest makes derived files stale, an owned file is changed."""


def results(files: Files) -> tuple[Result, ...]:
    return tuple(run_checks(Repository.of(files, TODAY, CatalogOrigin()), builtin_checks(), (), Proofs()))


def open_checks(files: Files) -> dict[str, str]:
    return {result.card.id: result.message for result in results(files) if result.is_open}


@pytest.fixture(scope="module")
def clean() -> dict[str, str]:
    return open_checks(pilot())


@pytest.mark.parametrize(("name", "fault"), FAULTS.items(), ids=FAULTS.keys())
def test_a_planted_fault_is_found_by_its_check_and_no_other(clean, name, fault):
    found = open_checks(edited(pilot(), fault))
    new = {check for check, message in found.items() if clean.get(check) != message}
    assert new - ALSO.get(name, set()) == {name}, {check: found[check] for check in new}


def test_every_check_that_a_new_pilot_passes_has_a_planted_fault(clean):
    passing = {check.card.id for check in builtin_checks()} - clean.keys()
    not_applicable = {result.card.id for result in results(pilot()) if result.reason}
    of_the_calendar = {"OPS011"}  # a warning until a promotion: planted in test_every_check
    assert passing - not_applicable - FAULTS.keys() - of_the_calendar <= {"TPL002"}
