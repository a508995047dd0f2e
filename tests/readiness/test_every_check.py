"""Every check has a repository that passes it and one that does not, and its advice is worth following."""

import importlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from pilotline.git.signatures import Signature
from pilotline.readiness.engine import Proofs
from pilotline.readiness.evidence import Record
from pilotline.readiness.registry import FAMILIES, builtin_checks
from pilotline.readiness.results import Result
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.git_history import Commit, NoHistory
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.complete import COMMIT, complete, lines
from tests.readiness.families import test_arc_ppl as arc_ppl
from tests.readiness.families import test_dat as dat
from tests.readiness.families import test_eng as eng
from tests.readiness.families import test_gov as gov
from tests.readiness.families import test_llm as llm
from tests.readiness.families import test_mod as mod
from tests.readiness.families import test_ops as ops
from tests.readiness.helpers import TODAY, Edit, Files, edited, find_check, pilot, remove, set_value, write

IDS = [check.card.id for check in builtin_checks()]
HIGH_RISK = [gov.HIGH, gov.ANNEX, gov.PROVIDER]
NOTICED = write("tests/unit/test_page.py", "def test_the_notice_is_shown():\n    pass\n")
MARKED = write("tests/unit/test_marking.py", "def test_marking_is_read():\n    pass\n")
LIMITED = set_value("pilot.yml", "ai_act", "class", "limited")
ANNEX_IV = [write(f"governance/annex_iv/{number}-point.md", "# Done\n") for number in range(1, 10)]
NAMED = [set_value("pilot.yml", "ai_act", key, "entry 4711") for key in ("declaration", "registration")]
FRIA = [
    set_value("pilot.yml", "ai_act", "fria", "https://records.example.org/fria-7"),
    set_value("pilot.yml", "ai_act", "fria_notified_on", "2026-11-15"),
]
SMALL_GOV = set_value("pilot.yml", "vendors", [gov.VENDOR])
TESTED: dict[str, object] = {"passed": 1, "code": 0}
UNTESTED: dict[str, object] = {"passed": 0, "code": 1}
GOOD: dict[str, list[Edit]] = {
    "TPL004": [remove("governance/evidence/kpi.jsonl"), lambda files: files.update(pilot())],
    "ENG002": [write("uv.lock", "version = 1\n")],
    "ENG008": eng.PASSING["ENG008"],
    "DAT007": [dat.CORPUS],
    "MOD004": [mod.PROMPT],
    "GOV004": [LIMITED, NOTICED],
    "GOV005": [gov.GENERATIVE, MARKED],
    "GOV007": [*HIGH_RISK, *FRIA],
    "GOV010": [*HIGH_RISK, *ANNEX_IV, *NAMED],
    "GOV011": [SMALL_GOV],
    "OPS010": [ops.BUDGET],
    "PPL004": [arc_ppl.HELD_OUTSIDE],
    **{f"LLM00{number}": [lambda files: files.update(llm.assistant())] for number in range(1, 7)},
}
"""What a complete pilot needs besides, where a check would otherwise not apply or has nothing to look at."""
MEASURED: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "ENG002": ({"in_sync": True}, {"in_sync": False, "said": "out of date"}),
    "ARC001": ({"kept": 2, "broken": []}, {"kept": 1, "broken": ["Downwards"]}),
    "ENG004": ({"passed": True, "coverage": 91.0}, {"passed": False, "said": "1 failed", "coverage": 91.0}),
    "ENG005": ({"commits": 1, "found": []}, {"commits": 1, "found": ["a token (a.py, commit 1)"]}),
    "ENG006": ({"packages": 3, "holes": []}, {"packages": 3, "holes": ["a 1: CVE-1"]}),
    "ENG009": ({"approvals": 1}, {"approvals": 0}),
    "GOV005": (TESTED, UNTESTED),
    "OPS009": (TESTED, UNTESTED),
    "OPS010": (TESTED, UNTESTED),
}
"""What the command of an executed check measured: once it is well, once it is not."""
OPENED = {
    "format": 1, "id": "2026-11-20-1", "event": "opened", "day": "2026-11-20", "kind": "serious",
    "what": "A join lost rows", "by": "ada", "reviews": "ada@example.org", "repairs": "team",
    "due": "2026-12-04", "legal_due": None,
}  # fmt: skip
BAD: dict[str, Edit] = {
    "TPL002": set_value(".copier-answers.yml", "_commit", "nothing"),
    "TPL004": write("noxfile.py", "import nox\n"),
    "ENG008": remove("ops/ml-bom.cdx.json"),
    "MOD004": write("src/customer_call_list/adapters/ask.py", mod.LONG),
    "MOD005": lambda files: [files.pop(f"governance/evidence/{name}") for name in ("evaluation.json", "kpi.jsonl")],
    "MOD006": lambda files: [files.pop(f"governance/evidence/{name}") for name in ("evaluation.json", "kpi.jsonl")],
    "GOV004": remove(gov.NOTICE),
    "GOV007": set_value("pilot.yml", "ai_act", "fria", ""),
    "GOV010": write("governance/annex_iv/5-point.md", "TODO"),
    "OPS011": write("governance/evidence/incidents.jsonl", lines(OPENED)),
    "OPS012": remove("governance/evidence/drills.jsonl"),
    "VAL009": set_value("pilot.yml", "experiment", "ends", "2026-01-01"),
    "VAL011": remove("governance/evidence/kpi.jsonl"),
}
"""What breaks a check whose family's table breaks it on its own ground."""


class Approved(NoHistory):
    """A history in which whoever approves committed each gate, and nothing changed since."""

    def __init__(self) -> None:
        super().__init__(COMMIT)

    def commits(self, path: str = "") -> tuple[Commit, ...]:
        ada, day = "ada@example.org", datetime(2026, 11, 20, tzinfo=UTC)
        return (Commit(COMMIT, "Ada", ada, "Ada", ada, day, path),)

    def differing(self, commit: str) -> frozenset[str]:
        del commit
        return frozenset()

    def signature(self, commit: str, signers: Sequence[str]) -> Signature:
        del commit, signers
        return Signature("good", "ada@example.org", "SHA256:key")


def evaluate(name: str, files: Files, measured: dict[str, object] | None = None, today: date = TODAY) -> Result:
    contents = {path: content if isinstance(content, bytes) else content.encode() for path, content in files.items()}
    repo = Repository.of(contents, today, CatalogOrigin())
    object.__setattr__(repo, "history", Approved())
    recorded = {} if measured is None else {name: Record(name, COMMIT, "2026-11-20", "a command", 1.0, measured)}
    (result,) = run_checks(repo, [find_check(name)], proofs=Proofs(recorded))
    return result


def breaking_edit(name: str) -> Edit:
    """Find an edit that breaks what a check looks at, in our table or in that of its family."""
    module = importlib.import_module(f"tests.readiness.families.{family_module(name)}")
    return BAD.get(name) or next(edit for check, edit, _ in module.FAILING.values() if check == name)


def family_module(name: str) -> str:
    family = name[:3].lower()
    return "test_arc_ppl" if family in {"arc", "ppl"} else f"test_{family}"


def test_there_are_as_many_checks_as_were_decided():
    assert len(IDS) == len(set(IDS)) == 86
    assert {name[:3] for name in IDS} == set(FAMILIES)


@pytest.mark.parametrize("name", IDS)
def test_a_repository_passes(name):
    good = MEASURED.get(name, (None, None))[0]
    result = evaluate(name, edited(complete(), *GOOD.get(name, [])), good)
    assert result.status == "pass", result


@pytest.mark.parametrize("name", IDS)
def test_a_repository_does_not_pass(name):
    base = edited(complete(), *GOOD.get(name, []))
    bad = MEASURED.get(name, (None, None))[1]
    result = evaluate(name, base, bad) if bad else evaluate(name, edited(base, breaking_edit(name)))
    assert result.status in {"fail", "warn"}, result
    assert result.message != result.card.title


def merge(path: str) -> Callable[[str], Edit]:
    """Put an example into a YAML file, key by key, as who copies it does."""

    def put(example: str) -> Edit:
        parts = yaml.safe_load(example)

        def edit(files: Files) -> None:
            data = yaml.safe_load(files[path])
            for key, part in parts.items():
                data[key] = (
                    {**data[key], **part} if isinstance(part, dict) and isinstance(data.get(key), dict) else part
                )
            files[path] = yaml.safe_dump(data, sort_keys=False)

        return edit

    return put


def save(path: str) -> Callable[[str], Edit]:
    """Write an example as a file."""
    return lambda example: write(path, example + "\n")


def append(path: str) -> Callable[[str], Edit]:
    """Add an example at the end of a file."""

    def put(example: str) -> Edit:
        return lambda files: files.__setitem__(path, f"{text(files, path)}\n{example}\n")

    return put


def text(files: Files, path: str) -> str:
    content = files.get(path, b"")
    return content if isinstance(content, str) else content.decode()


MANIFEST = merge("pilot.yml")
ADVICE: dict[str, tuple[Edit, Callable[[str], Edit]]] = {
    "OWN005": (set_value("pilot.yml", "exit", "steps", []), MANIFEST),
    "TPL004": (write("noxfile.py", "import nox\n"), save("governance/owned_changes.yml")),
    "ENG001": (write("README.md", "# A pilot\n"), append("README.md")),
    "DAT005": (set_value("pilot.yml", "data", "dpia", ""), MANIFEST),
    "DAT007": (set_value("pilot.yml", "retrieval", {"corpora": []}), MANIFEST),
    "MOD009": (set_value("pilot.yml", "model", "max_age_days", None), MANIFEST),
    "LLM003": (set_value("pilot.yml", "agent", {"tools": [{"name": "send"}]}), MANIFEST),
    "LLM005": (write("config/llm.toml", "[llm]\n"), save("config/llm.toml")),
    "GOV006": (set_value("pilot.yml", "impact", None), MANIFEST),
    "GOV008": (set_value("pilot.yml", "oversight", None), MANIFEST),
    "OPS006": (set_value("pilot.yml", "budget", None), MANIFEST),
    "VAL003": (set_value("pilot.yml", "costs", None), MANIFEST),
    "VAL005": (remove("governance/decisions/gate-pilot.md"), save("governance/decisions/gate-pilot.md")),
    "ARC002": (write("src/customer_call_list/adapters/weather.py", "import httpx\n"), MANIFEST),
    "PPL001": (set_value("pilot.yml", "people", "consulted", []), MANIFEST),
    "PPL002": (remove("governance/evidence/feedback.jsonl"), save("governance/evidence/feedback.jsonl")),
}
"""A fault, and what somebody does with the example that stands beside the advice."""
LATER = date(2026, 12, 15)
IN_EUROS = [
    lambda files: files.update({"kpis.yml": text(files, "kpis.yml").replace("GBP", "EUR")}),
    set_value("pilot.yml", "budget", "currency", "EUR"),
]


@pytest.mark.parametrize("name", ADVICE)
def test_who_follows_the_advice_passes(name):
    fault, follow = ADVICE[name]
    base = edited(complete(), *GOOD.get(name, []), *(IN_EUROS if name == "VAL003" else []))
    broken = edited(base, fault)
    before = evaluate(name, broken, today=LATER)
    assert before.is_open, before
    assert before.advice == find_check(name).card.advice
    after = evaluate(name, edited(broken, follow(before.card.example)), today=LATER)
    assert after.status == "pass", after.problems


def test_advice_is_followed_in_each_family():
    assert {name[:3] for name in ADVICE} == set(FAMILIES)


DOCUMENTED = re.compile(r"## `(governance/evidence/\w+\.jsonl?)`\n(?:(?!\n## ).)*?```json\n(.*?)```", re.DOTALL)
FORMATS = dict(DOCUMENTED.findall(Path("docs/reference/evidence.md").read_text()))
READERS = {"evaluation.json": "MOD006", "red_team.json": "LLM001", "feedback.jsonl": "PPL002", "labs.jsonl": "PPL003"}


@pytest.mark.parametrize("file", READERS)
def test_a_documented_example_of_evidence_makes_its_check_pass(file):
    name, path = READERS[file], f"governance/evidence/{file}"
    base = edited(complete(), *GOOD.get(name, []), lambda files: files.pop(path, None))
    base = edited(base, lambda files: files.pop("governance/evidence/kpi.jsonl"))
    assert evaluate(name, base).is_open
    example = FORMATS[path]
    entries = [json.loads(line) for line in example.splitlines()] if path.endswith("l") else [json.loads(example)]
    assert {entry["format"] for entry in entries} == {1}
    result = evaluate(name, edited(base, write(path, example)), today=LATER)
    assert result.status == "pass", result.problems
