"""The notebooks of a pilot run from first cell to last, whatever its case, and come without outputs."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.conftest import RenderPilot, RunIn
from tests.e2e.notebooks import code_of
from tests.e2e.test_own_data_apply import commit, ledger
from tests.e2e.test_words_of_the_case import OWN
from tests.helpers import IDENTITY, git, pilotline

pytestmark = pytest.mark.slow

SHOWN = "\n\nprint('\\nKPIs', [[each.kpi.id, each.verdict, each.measurement.n] for each in kpis])"


def books(pilot: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(pilot.rglob("*.ipynb"))}


def execute(pilot: Path, book: Path, run_in: RunIn) -> str:
    """Run the code cells where Jupyter would, in the notebook's own folder; return what they say of the KPIs."""
    before = book.read_bytes()
    code = f"{code_of(book.read_text())}{SHOWN}"
    run = run_in(pilot, ["sh", "-c", f'cd {book.parent} && exec python -c "$0"', code])
    assert run.code == 0, run.err[-2000:]
    assert book.read_bytes() == before
    assert git(pilot, "status", "--porcelain") == "", "a notebook changes nothing that is committed"
    return run.out.rpartition("\nKPIs ")[2].strip()


def test_each_is_a_clean_notebook_of_format_4(render_pilot: RenderPilot):
    kinds = {
        "example": {},
        "none": {**OWN},
        "events": {**OWN, "shape": "events"},
        "snapshots": {**OWN, "shape": "snapshots"},
    }
    found = {name: books(render_pilot(**answers)) for name, answers in kinds.items()}
    model, both = {"model.ipynb"}, {"kpis.ipynb", "model.ipynb"}
    assert {name: each.keys() for name, each in found.items()} == {
        "example": model, "none": {"kpis.ipynb"}, "events": both, "snapshots": both,
    }  # fmt: skip
    for path in (path for each in found.values() for path in each.values()):
        book = json.loads(path.read_text())
        assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
        assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_that_of_the_example_measures_its_kpis(pilot: Path, run_in: RunIn):
    said = execute(pilot, books(pilot)["model.ipynb"], run_in)
    assert "['revenue_reached_per_100_calls', 'better', 1126]" in said


def test_that_of_an_own_case_says_that_nothing_is_measured_yet(make_pilot: RenderPilot, run_in: RunIn):
    pilot = make_pilot(**OWN)
    assert execute(pilot, books(pilot)["kpis.ipynb"], run_in) == "[['cost_of_stops', 'not_measured_yet', 0]]"


def snapshots(pilot: Path) -> str:
    """Write a table with a row for each machine."""
    rows = [
        f"M{number};2023-{1 + number // 28 % 12:02}-{1 + number % 28:02};{(number * 37) % 90};{number % 4};"
        f"{(number * 53) % 400}.5;{'yes' if (number * 37) % 90 + (number * 53) % 40 > 80 else 'no'}"
        for number in range(800)
    ]
    (pilot / "data" / "stops.csv").write_text("\n".join(["machine;seen;vibration;plant;cost;failed", *rows]) + "\n")
    return "data/stops.csv"


@pytest.mark.parametrize(("shape", "write"), [("events", ledger), ("snapshots", snapshots)])
def test_those_of_an_own_case_measure_its_kpis(make_pilot: RenderPilot, run_in: RunIn, run_pilot: RunIn, shape, write):
    pilot = make_pilot(**OWN)
    (pilot / "data").mkdir()
    applied = run_pilot(pilot, "own-data", write(pilot), "--apply")
    assert applied.code == 0, applied.err
    commit(pilot, "Bring the stops")
    arrived = pilotline("answers", "-d", f"shape={shape}", "--commit", cwd=pilot, environment=IDENTITY)
    assert arrived.code == 0, arrived.out + arrived.err
    said = {name: execute(pilot, path, run_in) for name, path in books(pilot).items()}
    assert said.keys() == {"kpis.ipynb", "model.ipynb"}
    assert said["kpis.ipynb"] == said["model.ipynb"]
    assert "not_measured_yet" not in said["model.ipynb"]
    assert run_in(pilot, ["ruff", "check", "docs"]).code == 0
    if shape == "events":
        kpis = pilot / "kpis.yml"
        asked = re.sub(r"measure:\n(?: {6}.*\n)+", "measure: {function: money_reached}\n", kpis.read_text())
        kpis.write_text(re.sub(r"unit: .*", "unit: EUR per 100 chosen machines", asked, count=1))
        commit(pilot, "Measure what the list reaches")
        ran = run_pilot(pilot, "run")
        assert ran.code == 0, ran.err
        commit(pilot, "Run it")
        assert "not_measured_yet" not in execute(pilot, books(pilot)["kpis.ipynb"], run_in)
