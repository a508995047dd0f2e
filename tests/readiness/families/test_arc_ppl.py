import sys
from datetime import date

import pytest

from pilotline.pilot.stages import Stage
from pilotline.readiness.base import NotProvenError
from pilotline.readiness.imports import imports_of, possible_imports
from pilotline.readiness.tools import PilotTools
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from tests.helpers import build_file_tree
from tests.readiness.complete import LAYERS, complete, lab, lines
from tests.readiness.helpers import TODAY, edited, example, find_executed, remove, run_one, set_value, write

SRC = "src/customer_call_list/"
FEEDBACK = "governance/evidence/feedback.jsonl"
LABS = "governance/evidence/labs.jsonl"
VENDOR = {"name": "House", "does": "Hosts it", "successor": "team-analytics", "hand_over_by": "2027-12-31"}
HELD_OUTSIDE = set_value("pilot.yml", "vendors", [VENDOR])
FAILING = {
    "ARC001 technology": ("ARC001", write(f"{SRC}domain/frames.py", "import pandas as pd\n"), "plain Python"),
    "ARC001 a technology that no list names": (
        "ARC001",
        write(f"{SRC}domain/trees.py", "def grow():\n    from lightgbm import LGBMClassifier\n"),
        "imports lightgbm: the domain is plain Python",
    ),
    "ARC001 no layers": ("ARC001", remove("pyproject.toml"), "No layers"),
    "ARC002 a component": ("ARC002", remove(f"{SRC}adapters/ledger.py"), "The component Ledger is missing"),
    "ARC002 a client": ("ARC002", write(f"{SRC}adapters/w.py", "import httpx\n"), "httpx that is declared nowhere"),
    "ARC002 a part of a package": (
        "ARC002",
        write(f"{SRC}adapters/w.py", "from google.cloud import storage\n"),
        "google.cloud that is",
    ),
    "ARC002 a client of Python's own": (
        "ARC002",
        write(f"{SRC}adapters/w.py", "import urllib.request\n"),
        "urllib.request that is",
    ),
    "ARC002 servers by any name": (
        "ARC002",
        write("config/weather.toml", '[w]\nbootstrap_servers = ["w.internal:9092"]\n'),
        "w.bootstrap_servers names w.internal",
    ),
    "ARC002 a host": ("ARC002", write("config/weather.toml", '[w]\nurl = "https://w.internal"\n'), "w.internal"),
    "PPL001 nobody": ("PPL001", set_value("pilot.yml", "people", "consulted", []), "Nobody"),
    "PPL001 nothing": ("PPL001", set_value("pilot.yml", "people", "consulted", 0, "what_changed", ""), "what_changed"),
    "PPL001 not yet": ("PPL001", set_value("pilot.yml", "people", "consulted", 0, "on", "2031-01-01"), "a day"),
    "PPL002 unknown": ("PPL002", remove(FEEDBACK), "Nothing tells"),
    "PPL002 no day": ("PPL002", write(FEEDBACK, lines({"format": 1, "id": 2})), "on no day"),
    "PPL003 a layer": ("PPL003", write(LABS, lines(*map(lab, LAYERS[1:]))), "executive"),
    "PPL003 nobody came": ("PPL003", write(LABS, lines(*({**lab(each), "people": 0} for each in LAYERS))), "engineer"),
    "PPL004 no successor": ("PPL004", set_value("pilot.yml", "vendors", [{**VENDOR, "successor": ""}]), "successor"),
    "PPL004 no day": ("PPL004", set_value("pilot.yml", "vendors", [{**VENDOR, "hand_over_by": "soon"}]), "no day"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["ARC002", "PPL001", "PPL002", "PPL003", "PPL004"])
def test_a_complete_pilot_passes(name):
    result = run_one(name, edited(complete(), HELD_OUTSIDE))
    assert result.status == "pass", result


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(complete(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


INI = """[metadata]
name = shop

[importlinter]
root_package = shop
include_external_packages = True

[importlinter:contract:order]
name = Whoever imports, imports downwards, so that what the business says can be read without its technology
type = layers
containers =
    shop
layers =
    api | jobs
    core

[importlinter:contract:plain]
name = The core is plain
type = forbidden
source_modules = shop.core
forbidden_modules =
    requests
"""
TOML = """
[tool.importlinter]
root_package = "shop"

[[tool.importlinter.contracts]]
name = "Downwards"
type = "layers"
containers = ["shop"]
layers = ["api : jobs", "core"]
"""
SHOP = {
    "src/shop/__init__.py": "",
    "src/shop/api/__init__.py": "",
    "src/shop/jobs/__init__.py": "",
    "src/shop/core/__init__.py": "",
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "setup.cfg": "[metadata]\nname = shop\n",
}
UP = {"src/shop/core/up.py": "from shop import api\n"}
NET = {"src/shop/core/net.py": "def get():\n    import requests\n"}
ASIDE = {"src/shop/api/aside.py": "from shop import jobs\n"}
DOWNWARDS = "Whoever imports, imports downwards, so that what the business says can be read without its technology"


@pytest.mark.parametrize(
    ("files", "broken"),
    [
        ({"setup.cfg": INI}, []),
        ({"setup.cfg": INI, **UP}, [DOWNWARDS]),
        ({".importlinter": INI, **NET, **UP}, [DOWNWARDS, "The core is plain"]),
        ({".importlinter": INI, **ASIDE}, [DOWNWARDS]),
        ({"pyproject.toml": TOML, **ASIDE}, []),
        ({"pyproject.toml": TOML, **UP}, ["Downwards"]),
        ({"setup.cfg": INI, "pyproject.toml": TOML, **ASIDE}, [DOWNWARDS]),
    ],
    ids=["kept", "upwards", "two", "independent", "siblings", "toml", "the first place holds"],
)
def test_import_linter_judges_the_imports_wherever_its_contracts_stand(tmp_path, monkeypatch, files, broken):
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PYTHONPATH", "src")
    build_file_tree(tmp_path, {**SHOP, **files})
    check = find_executed("ARC001")
    measured = check.measure(Repository.of({**SHOP, **files}, TODAY, CatalogOrigin()), PilotTools(tmp_path))
    assert measured["broken"] == broken
    assert [problem.message.rpartition(": ")[2] for problem in check.judge(measured)] == broken


def test_what_import_linter_cannot_judge_is_not_proven(tmp_path, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    build_file_tree(tmp_path, {"setup.cfg": INI.replace("root_package = shop", "root_package = no_such_shop")})
    repo = Repository.of({"setup.cfg": INI}, TODAY, CatalogOrigin())
    with pytest.raises(NotProvenError, match=r"lint-imports could not judge .*no_such_shop"):
        find_executed("ARC001").measure(repo, PilotTools(tmp_path))


def test_in_sandbox_stated_layers_are_enough():
    result = run_one("ARC001", {**SHOP, "setup.cfg": INI, **UP})
    assert (result.reason, result.stage, "lint-imports" in result.message) == ("not_proven", Stage.PILOT, True)


@pytest.mark.parametrize(
    "files",
    [
        {".importlinter": "[importlinter]\nroot_package = shop\n"},
        {".importlinter": "[importlinter]\n[importlinter:contract:a\n"},
        {"pyproject.toml": "[tool.importlinter]\nroot_package = 'shop'\ncontracts = 7\n"},
    ],
    ids=["none", "cannot be parsed", "no list"],
)
def test_settings_without_a_readable_contract_state_no_layers(files):
    result = run_one("ARC001", {**SHOP, **files})
    assert (result.status, "No layers" in result.message) == ("fail", True), result


@pytest.mark.parametrize("text", ["[metadata\n", "[metadata]\nname = 100 %\n"], ids=["broken", "with a sign"])
def test_a_file_of_settings_that_says_nothing_of_imports_is_none(text):
    assert run_one("ARC001", {**SHOP, "setup.cfg": text}).reason == "not_applicable"


def test_a_sentence_that_looks_like_an_import_is_none():
    files = edited(complete(), write(f"{SRC}domain/text.py", '"""\nimport pandas and be happy\n"""\n'))
    assert run_one("ARC001", files).reason == "not_proven"


@pytest.mark.parametrize(
    "text",
    [
        "import a.b, c as d\n",
        "from . import x, y as z\n",
        "from ..ports import (\n    A,\n    B,\n)\n",
        "def f():\n    from .deep.er import g\n",
        "if True: import q; import r\n",
        "from .._platform import errors\n",
        "from a import (  # important (very)\n    b,\n)\nimport c\n",
        "import importlib; from imports import important\n",
        "from a import (b, importer)\nfrom c import d",
    ],
)
def test_no_import_is_overlooked_by_looking_first(text):
    path = f"{SRC}adapters/some.py"
    repo = Repository.of({path: text}, TODAY)
    found = {each.module for each in imports_of(repo, path)}
    assert found
    assert found <= {*possible_imports(path, text)}


def test_lists_of_names_that_never_end_take_no_longer_than_the_file():
    endless = "from a import (\n" + "    b,\n" * 300_000
    many = "from a import (  # and on\n" * 60_000
    for text in (endless, many):
        assert "httpx" in {*possible_imports("src/x.py", f"{text}\nimport httpx\n")}


def test_what_is_declared_may_be_reached():
    client = write(f"{SRC}adapters/w.py", "import httpx\n")
    host = write("config/weather.toml", '[w]\nurl = "https://w.internal"\n')
    declared = set_value("pilot.yml", "outside_systems", [{"name": "W", "modules": ["httpx"], "hosts": ["w.internal"]}])
    assert run_one("ARC002", edited(complete(), client, host, declared)).status == "pass"


def test_the_components_come_from_the_catalog_where_the_page_is_gone():
    gone = edited(complete(), remove("docs/platform.md"))
    assert run_one("ARC002", gone).status == "pass"
    assert "Ledger" in run_one("ARC002", edited(gone, remove(f"{SRC}adapters/ledger.py"))).message


@pytest.mark.parametrize("name", ["ARC001", "PPL004"])
def test_what_does_not_apply_says_why(name):
    result = run_one(name, {"README.md": "# Mine\n"})
    assert result.reason == "not_applicable"
    assert result.message


def test_a_day_written_as_the_advice_shows_it_is_read():
    plain = "people:\n  consulted:\n    - {role: Sales, on: 2026-11-20, what_changed: The order}\n"
    assert run_one("PPL001", edited(complete(), write("pilot.yml", plain))).status == "pass"


def test_a_lab_counts_for_a_year():
    assert run_one("PPL003", complete(), today=date(2027, 11, 20)).status == "pass"
    result = run_one("PPL003", complete(), today=date(2027, 11, 22))
    assert (result.status, result.calendar) == ("warn", True)
    assert result.message.startswith("The lab with the layer executive was done on 2026-11-20")


def test_a_lab_on_other_data_does_not_count():
    other = write(LABS, lines(*({**lab(each), "contract": "another"} for each in LAYERS)))
    result = run_one("PPL003", edited(complete(), other))
    assert (result.status, "No lab was done on the data contract in force" in result.message) == ("fail", True)


def test_a_suggestion_may_wait_for_a_while_and_then_warns():
    files = edited(complete(), write(FEEDBACK, lines({"format": 1, "id": 2, "given_on": "2026-11-01"})))
    assert run_one("PPL002", files).status == "pass"
    result = run_one("PPL002", files, today=date(2026, 12, 5))
    assert (result.status, result.calendar) == ("warn", True)


@pytest.mark.parametrize(("stage", "status"), [("pilot", "warn"), ("production", "fail")])
def test_a_hand_over_that_did_not_happen_warns_and_is_an_error_in_production(stage, status):
    files = edited(complete(), HELD_OUTSIDE, set_value("pilot.yml", "stage", stage))
    assert run_one("PPL004", files, today=date(2027, 12, 31)).status == "pass"
    result = run_one("PPL004", files, today=date(2028, 1, 2))
    assert (result.status, result.calendar) == (status, status == "warn")
    assert result.message == "House was to hand over on 2027-12-31"


def test_the_example_follows_its_architecture():
    assert run_one("ARC001", example()).reason == "not_proven"
