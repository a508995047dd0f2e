"""Day 0: a pilot, untouched and without a network, passes its own checks and does its job."""

import json
import re
from pathlib import Path

import pytest

from pilotline.kpi.report import read_report
from pilotline.pilot.derived_files import derive_files
from tests.e2e.conftest import MINIMAL
from tests.helpers import files_below, git
from tests.pilot_environment import MAXIMAL

pytestmark = pytest.mark.slow

KINDS: dict[str, dict[str, object]] = {
    "default": {},
    "minimal": MINIMAL,
    "pilot stage": {"prepared_for": "pilot", "integrations": ["postgres"]},
    "maximal": MAXIMAL,
    "requests": {"architecture": "realtime_scoring", "prepared_for": "production"},
    "documents": {
        "architecture": "rag_assistant",
        "prepared_for": "pilot",
        "ci_provider": "gitlab",
        "integrations": ["pgvector", "qdrant", "minilm"],
    },
}
PLAIN = ("domain", "services", "pipelines", "adapters")  # packages whose `__init__.py` holds no code
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-q"),
)
TEAM_S_TESTS = ("pytest", "-q", "tests/unit", "tests/contract", "tests/e2e")
TEAM_S_CHECKS = (*CHECKS[:-1], TEAM_S_TESTS)
"""Less the tests of the platform, where another test runs them in a pilot whose platform is the same."""


# Those of the pilot stage run under nox, in environments of their own: test_tooling.py.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "pilot stage"])
def test_a_pilot_passes_its_own_checks_untouched_and_offline(make_pilot, run_in, kind):
    pilot = make_pilot(**KINDS[kind])
    results = {" ".join(check): run_in(pilot, check, new=True) for check in CHECKS}

    failed = {name: f"{run.out[-3000:]}\n{run.err[-2000:]}" for name, run in results.items() if run.code}
    assert not failed, "\n\n".join(f"== {name}\n{text}" for name, text in failed.items())
    assert re.search(r"\d+ passed", results["pytest -q"].out)
    assert " skipped" not in results["pytest -q"].out, results["pytest -q"].out[-1500:]
    assert git(pilot, "status", "--porcelain") == "", "tests leave the tree clean"


@pytest.mark.parametrize("answers", KINDS.values(), ids=KINDS.keys())
def test_no_template_syntax_is_left(builtin, render_pilot, answers):
    as_they_lie = {file.content for path, file in builtin.tree.items() if not path.endswith(".jinja")}
    left = []
    for path, content in files_below(render_pilot(**answers)).items():
        if content in as_they_lie:  # copied: double braces are Python's own, or part of an attack that is tried
            continue
        text = content.decode().replace("${{", "")
        ours = r"\{%|\{#|\{\{ " if path.endswith(".py") else r"\{%|\{#|\{\{(?! *\$)"  # an f-string doubles its braces
        if "{{" in path or "{%" in path or re.search(ours, text) or "jinja" in Path(path).suffixes:
            left.append(path)
    assert left == []


@pytest.mark.parametrize("name", ["zz", "a" * 40], ids=["shortest", "longest"])
@pytest.mark.parametrize("answers", [{}, MAXIMAL], ids=["default", "maximal"])
def test_its_style_does_not_depend_on_the_length_of_its_name(render_pilot, run_in, answers, name):
    pilot = render_pilot(**{**answers, "package_name": name})
    results = [run_in(pilot, check) for check in CHECKS[:2]]
    assert [run.code for run in results] == [0, 0], "\n".join(run.out for run in results)


def test_pilot_and_pilotline_hash_a_baseline_s_cases_alike(pilot, run_in):
    manifest, cases = pilot / "kpis.yml", pilot / "data" / "before.csv"
    text, changed = re.subn(
        r"baseline:\n( +)value: .*", r"baseline:\n\1data: data/before.csv", manifest.read_text(), count=1
    )
    assert changed == 1
    manifest.write_text(text)
    cases.write_bytes(b"value\r\n40000\r\n52000\r\n")
    code = "from pathlib import Path; from customer_call_list._platform.kpi import read_kpis\n"
    code += "print(*(k.hash for k in read_kpis(Path('kpis.yml'))))"
    run = run_in(pilot, ["python", "-c", code])
    assert run.out.split() == [trend.kpi.hash for trend in read_report(pilot).trends], run.err


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {**MAXIMAL, "ci_provider": "github"},
        *({**KINDS[kind], "ci_provider": "github"} for kind in ("requests", "documents")),
    ],
)
def test_few_things_lie_at_the_top_and_each_file_is_one_subject(render_pilot, answers):
    pilot = render_pilot(**answers)
    assert len(list(pilot.iterdir())) + 1 <= 22, sorted(path.name for path in pilot.iterdir())
    lengths = {path: len(path.read_text().splitlines()) for path in pilot.glob("src/**/*.py")}
    assert {path.name: length for path, length in lengths.items() if length > 300} == {}
    packages = {path: path.read_text() for path in lengths if path.name == "__init__.py" and path.parent.name in PLAIN}
    assert packages.keys(), "the packages that only say what they are for"
    assert {path.parent.name: text for path, text in packages.items() if len(text.splitlines()) > 4} == {}


def test_help_loads_nothing_that_takes_long(pilot, run_in):
    slow = "{'mlflow', 'numpy', 'pandas', 'pydantic', 'scipy', 'sklearn', 'sqlalchemy'}"
    code = f"import sys; from customer_call_list.entrypoints.cli import cli; print({slow} & set(sys.modules))"
    run = run_in(pilot, ["python", "-c", code], new=True)
    assert (run.code, run.out) == (0, "set()\n"), run.err


NARROW = """
from rich.console import Console
from customer_call_list._platform.screen import grid
table = grid("ranked by", "GBP reached", "to the rule", "lapsing reached", "to the rule", right=(1, 3), spans=(2, 4))
row = ("probability of lapsing x revenue", "65,823", "-33,178 (-43,724 to -26,669)", "42.4", "-10.3 (-14.9 to -6.4)")
table.add_row(*row)
Console(width=80).print(table)
"""


def test_a_narrow_screen_keeps_every_column_and_number(pilot, run_in):
    run = run_in(pilot, ["python", "-c", NARROW])
    words = "ranked probability lapsing revenue 65,823 -33,178 (-43,724 -26,669) 42.4 (-14.9 -6.4)"
    assert set(words.split()) <= set(run.out.split()), run.out + run.err


def test_the_main_job_measures_the_kpi_and_writes_once(ran_pilot, run_pilot):
    pilot, first = ran_pilot.folder, ran_pilot.run
    second = run_pilot(pilot, "run", "--json")
    assert second.code == 0, second.err

    one, two = json.loads(first.out), json.loads(second.out)
    assert one["kpis"][0]["id"] == "revenue_reached_per_100_calls"
    assert one["kpis"][0]["low"] < one["kpis"][0]["value"] < one["kpis"][0]["high"]
    assert one["scored"]["written"] > 0
    assert two["scored"]["written"] == 0, "the same batch twice writes once"
    changed = {line.split()[-1] for line in git(pilot, "status", "--porcelain", "--untracked-files=all").splitlines()}
    kept = {f"governance/evidence/{name}" for name in ("evaluation.json", "feedback.jsonl", "kpi.jsonl")}
    assert changed == {"docs/kpis.md", "governance/wins.jsonl", *kept}
    assert len(one["evidence"]) == 5
    assert two["evidence"] == [], "the same data twice is one line of evidence"


@pytest.mark.parametrize(
    ("to", "said"),
    [("repository", "Evidence to commit: governance/"), ("var", "Evidence: var/")],
    ids=["at a desk", "in CI"],
)
def test_only_evidence_that_git_sees_is_to_be_committed(pilot, run_pilot, to, said):
    run = run_pilot(pilot, "run", PILOT_EVIDENCE__TO=to)
    assert run.code == 0, run.err
    shown = next(line for line in run.out.splitlines() if line.startswith("Evidence"))
    assert shown.startswith(said)
    assert (git(pilot, "status", "--porcelain") == "") == (to == "var")


def test_pilotline_reads_what_a_pilot_measured_and_makes_the_same_page(ran_pilot, run_pilot):
    pilot = ran_pilot.folder
    report = read_report(pilot)
    lines = [json.loads(line) for line in (pilot / "governance/evidence/kpi.jsonl").read_text().splitlines()]

    assert [trend.kpi.hash for trend in report.trends] == [line["definition"] for line in lines]
    assert report.value is not None
    for end in ("value", "low", "high"):
        assert getattr(report.value.worth.per_month, end) == pytest.approx(lines[0]["worth"][end])
    assert report.value.worth.payback_months == pytest.approx(lines[0]["worth"]["break_even_months"])
    assert report.value.break_even in lines[0]["sentence"]
    built = derive_files(files_below(pilot))
    assert built["docs/kpis.md"] == (pilot / "docs/kpis.md").read_bytes()
    assert b"| better |" in built["docs/kpis.md"]
    assert run_pilot(pilot, "gate").code == 0


def test_the_example_shows_on_its_whole_data_what_it_is_there_for(pilot, run_in):
    run = run_in(pilot, ["pytest", "-q", "-m", "full"])
    assert run.code == 0, run.out[-3000:]
    assert " deselected" in run.out
