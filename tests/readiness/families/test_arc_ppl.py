from datetime import date

import pytest

from pilotline.readiness.imports import imports_of, possible_imports
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.complete import LAYERS, complete, lab, lines
from tests.readiness.helpers import TODAY, edited, example, remove, run_one, set_value, write

SRC = "src/customer_call_list/"
FEEDBACK = "governance/evidence/feedback.jsonl"
LABS = "governance/evidence/labs.jsonl"
VENDOR = {"name": "House", "does": "Hosts it", "successor": "team-analytics", "hand_over_by": "2027-12-31"}
HELD_OUTSIDE = set_value("pilot.yml", "vendors", [VENDOR])
FAILING = {
    "ARC001 upwards": ("ARC001", write(f"{SRC}domain/up.py", "from ..adapters import ledger\n"), "lies above"),
    "ARC001 in a function": (
        "ARC001", write(f"{SRC}services/up.py", "def f():\n    import customer_call_list.bootstrap\n"), "lies above",
    ),
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


@pytest.mark.parametrize("name", ["ARC001", "ARC002", "PPL001", "PPL002", "PPL003", "PPL004"])
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

[importlinter:contract:order]
name = Downwards
type = layers
containers =
    shop
layers =
    api | jobs
    core

[importlinter:plain]
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
layers = ["api | jobs", "core"]
exhaustive = true

[[tool.importlinter.contracts]]
name = "The core is plain"
type = "forbidden"
source_modules = "shop.core"
forbidden_modules = ["requests"]
"""
SHOP = {
    "src/shop/__init__.py": "",
    "src/shop/api/__init__.py": "",
    "src/shop/core/up.py": "from shop import api\n",
    "src/shop/core/net.py": "import requests\n",
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "setup.cfg": "[metadata]\nname = shop\n",
}
STATED = {"pyproject.toml": TOML, ".importlinter": INI, "setup.cfg": INI}


@pytest.mark.parametrize(("path", "text"), STATED.items(), ids=STATED.keys())
def test_contracts_are_read_wherever_import_linter_reads_them(path, text):
    result = run_one("ARC001", {**SHOP, path: text})
    assert [problem.message for problem in result.problems] == [
        "src/shop/core/net.py imports requests: The core is plain",
        "src/shop/core/up.py is in core and imports from api, which lies above",
    ]


def test_of_several_places_the_one_that_import_linter_takes_holds():
    turned = INI.replace("    api | jobs\n    core\n", "    core\n    api | jobs\n")
    downwards = {path: text for path, text in SHOP.items() if not path.endswith("net.py")}
    assert run_one("ARC001", {**downwards, "pyproject.toml": TOML, ".importlinter": turned}).status == "pass"
    both = {**downwards, ".importlinter": turned, "setup.cfg": INI}
    assert run_one("ARC001", both).status == "fail"


@pytest.mark.parametrize(
    "files",
    [
        {".importlinter": "[importlinter]\nroot_package = shop\n"},
        {".importlinter": "[importlinter]\n[importlinter:contract:a\n"},
        {"setup.cfg": INI.replace("name = Downwards", "name = 100 %")},
        {"pyproject.toml": "[tool.importlinter]\nroot_package = 'shop'\ncontracts = 7\n"},
    ],
    ids=["none", "cannot be parsed", "cannot be interpolated", "no list"],
)
def test_settings_without_a_readable_contract_state_no_layers(files):
    result = run_one("ARC001", {**SHOP, **files})
    assert (result.status, "No layers" in result.message) == ("fail", True), result


@pytest.mark.parametrize("text", ["[metadata\n", "[metadata]\nname = 100 %\n"], ids=["broken", "with a sign"])
def test_a_file_of_settings_that_says_nothing_of_imports_is_none(text):
    assert run_one("ARC001", {**SHOP, "setup.cfg": text}).reason == "not_applicable"


def test_a_sentence_that_looks_like_an_import_is_none():
    files = edited(complete(), write(f"{SRC}domain/text.py", '"""\nimport pandas and be happy\n"""\n'))
    assert run_one("ARC001", files).status == "pass"


@pytest.mark.parametrize(
    "text",
    [
        "import a.b, c as d\n",
        "from . import x, y as z\n",
        "from ..ports import (\n    A,\n    B,\n)\n",
        "def f():\n    from .deep.er import g\n",
        "if True: import q; import r\n",
        "from .._platform import errors\n",
    ],
)
def test_no_import_is_overlooked_by_looking_first(text):
    path = f"{SRC}adapters/some.py"
    repo = Repository.of({path: text}, TODAY)
    found = {each.module for each in imports_of(repo, path)}
    assert found
    assert found <= {each.module for each in possible_imports(path, text)}


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


def test_a_suggestion_may_wait_for_a_while_and_then_warns():
    files = edited(complete(), write(FEEDBACK, lines({"format": 1, "id": 2, "given_on": "2026-11-01"})))
    assert run_one("PPL002", files).status == "pass"
    result = run_one("PPL002", files, today=date(2026, 12, 5))
    assert (result.status, result.calendar) == ("warn", True)


def test_a_hand_over_that_did_not_happen_warns():
    result = run_one("PPL004", edited(complete(), HELD_OUTSIDE), today=date(2028, 1, 2))
    assert (result.status, result.calendar) == ("warn", True)


def test_the_example_follows_its_architecture():
    assert run_one("ARC001", example()).status == "pass"
