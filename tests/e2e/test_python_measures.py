"""A KPI measured by a function of the team: registered by id and unit, bound in kpis.yml, tried, run, and tested."""

import json
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import MINIMAL, RenderPilot, RunIn
from tests.helpers import build_file_tree, pilotline

pytestmark = pytest.mark.slow

OWN: dict[str, object] = {**MINIMAL, "start": "own_case", "kpi": "Late repairs", "kpi_unit": "percent"}
FUNCTION = '''

@FUNCTIONS.register("late_repairs", unit="percent", meaning="Repairs that took longer than a week")
def late_repairs(tables: Tables) -> Measurement:
    """Measure how many repairs take longer than a week."""
    days = tables.read("repairs").rows["days"]
    return Measurement.of(Sample.share(int((days > 7).sum()), len(days)), "all repairs", "counted")  # noqa: PLR2004
'''
TEST = """

def test_repairs_of_more_than_a_week_are_late() -> None:
    repairs = ReadTable(pd.DataFrame({"days": [3, 9, 8, 7]}), rows_read=5)
    assert late_repairs(MadeTables({"repairs": repairs})).value == pytest.approx(50.0)
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: repairs
version: 1.0.0
status: active
team: {members: [{username: head-of-repairs, role: owner}]}
roles: [{role: pilot, access: read}]
customProperties: [{property: classification, value: public}]
schema:
  - name: repairs
    properties:
      - {name: number, logicalType: string, required: true, unique: true}
      - {name: days, logicalType: integer, required: true}
"""
ON_A_RUN = """

def test_a_function_of_the_team_is_bound_tried_and_measured(ran: "tuple[Pilot, dict[str, object]]") -> None:
    import shutil

    import yaml

    pilot, result = ran
    path = pilot.root / "kpis.yml"
    kpis = yaml.safe_load(path.read_text())
    first = kpis["kpis"][0]
    kpis["kpis"].append({**first, "id": "kept", "kind": "adoption", "unit": "percent", "minimum_sample": 30,
        "target": {"value": 100, "due": "2030-01-01"}, "baseline": {"value": 50, "period": "p", "source": "s"},
        "measure": {"function": "rows_kept"}})
    kpis["kpis"][-1].pop("value", None)
    path.write_text(yaml.safe_dump(kpis))
    tried = pilot.json("measure", "--try", "kept")
    assert tried["n"] > 100
    assert 90 < tried["value"] <= 100
    def kept() -> dict[str, object]:
        var, written = pilot.root / "var", ("run.lock", "reads.jsonl", "mlflow.db", "pilot.db")
        return {str(path): path.read_bytes() for path in var.rglob("*")
                if path.is_file() and path.name not in written and "logs" not in path.parts}

    shutil.rmtree(pilot.root / "var" / "quarantine")
    before = kept()
    ours = pilot.json("measure", "--try", first["id"])
    assert kept() == before, "it is only looked at"
    known = next(each for each in result["kpis"] if each["id"] == first["id"])
    assert (ours["sentence"], ours["n"]) == (known["sentence"], known["n"])
    measured = {each["id"]: each for each in pilot.json("measure")["kpis"]}
    assert measured["kept"]["value"] == tried["value"]
    kpis["kpis"][-1]["unit"] = "gallons"
    path.write_text(yaml.safe_dump(kpis))
    code, _, err = pilot.run("measure")
    assert code == 2
    assert "is in gallons, and the function" in err
"""


@pytest.fixture
def repairs(render_pilot: RenderPilot) -> Path:
    """Give an own case without a shape, with a table under contract and a function that measures its KPI."""
    pilot = render_pilot(**OWN)
    lines = ["number,days", *(f"R{place},{place % 14}" for place in range(140)), "R-bad,soon"]
    build_file_tree(pilot, {"data/repairs.csv": "\n".join(lines) + "\n", "data_contracts/repairs.odcs.yaml": CONTRACT})
    settings = pilot / "config" / "default.toml"
    table = '\n[tables.repairs]\npath = "data/repairs.csv"\ncontract = "data_contracts/repairs.odcs.yaml"\n'
    settings.write_text(settings.read_text() + table)
    module = pilot / "src" / "late_payers" / "measures.py"
    module.write_text(module.read_text() + FUNCTION)
    tests = pilot / "tests" / "unit" / "test_measures.py"
    tests.write_text(tests.read_text().replace("import rows_kept", "import late_repairs, rows_kept") + TEST)
    contract = "customProperties: [{property: toleratedBadRowsPercent, value: 5}, "
    path = pilot / "data_contracts" / "repairs.odcs.yaml"
    path.write_text(path.read_text().replace("customProperties: [", contract))
    bind(pilot, "late_repairs")
    return pilot


def bind(pilot: Path, function: str, unit: str = "percent") -> None:
    """Let a function measure the pilot's KPI."""
    path = pilot / "kpis.yml"
    content = yaml.safe_load(path.read_text())
    content["kpis"][0] |= {"measure": {"function": function}, "unit": unit}
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def test_without_a_shape_a_function_of_the_team_measures_a_kpi(repairs: Path, run_in: RunIn, run_pilot: RunIn):
    tried = run_pilot(repairs, "measure", "--try", "late_repairs")
    assert tried.code == 0, tried.err
    assert "42.9 percent, 95 % interval" in tried.out
    assert not (repairs / "governance" / "evidence").exists(), "trying keeps nothing"
    ran = run_pilot(repairs, "run", "--json")
    assert ran.code == 0, ran.err
    (kpi,) = json.loads(ran.out)["kpis"]
    assert (kpi["n"], round(kpi["value"], 1)) == (140, 42.9)
    for check in (["pytest", "-q", "tests/unit"], ["ruff", "check", "."], ["mypy"], ["lint-imports"]):
        done = run_in(repairs, check)
        assert done.code == 0, done.out + done.err


@pytest.mark.parametrize(
    ("function", "unit", "said"),
    [
        pytest.param("late_repairs", "days", "late_repairs gives percent", id="another unit"),
        pytest.param("early_repairs", "percent", "is none of corrections, rows_kept, late_repairs", id="no such one"),
    ],
)
def test_a_wrong_binding_is_refused_in_a_sentence(repairs: Path, run_pilot: RunIn, function: str, unit: str, said: str):
    bind(repairs, function, unit)
    for command in (["run"], ["measure", "--try", "late_repairs"]):
        done = run_pilot(repairs, *command)
        assert done.code == 2
        assert said in done.err


@pytest.mark.parametrize("shape", ["events", "snapshots"])
def test_with_a_shape_a_function_of_the_team_measures_beside_those_of_the_main_job(
    render_pilot: RenderPilot, run_in: RunIn, shape: str
):
    pilot = render_pilot(**OWN, shape=shape)
    main_job = pilot / "tests" / "e2e" / "test_run.py"
    main_job.write_text(main_job.read_text() + ON_A_RUN)
    name = f"{main_job}::test_a_function_of_the_team_is_bound_tried_and_measured"
    done = run_in(pilot, ["pytest", "-q", name, "tests/unit/test_measures.py"])
    assert done.code == 0, done.out[-3000:]


@pytest.mark.parametrize(
    ("shape", "function", "unit"),
    [
        pytest.param("events", "money_reached", "h per 100 inspections", id="events"),
        pytest.param("snapshots", "absolute_error", "hours per machine", id="snapshots"),
    ],
)
def test_derive_and_check_know_in_which_unit_a_shape_measures(
    render_pilot: RenderPilot, run_pilot: RunIn, shape: str, function: str, unit: str
):
    pilot = render_pilot(**OWN, shape=shape)
    words = {"case": "machine", "cases": "machines", "actions": "inspections", "unit": "hours", "money_unit": "h"}
    settings = pilot / "config" / "default.toml"
    said = "".join(f'{name} = "{word}"\n' for name, word in words.items())
    settings.write_text(f"{settings.read_text()}\n[case.words]\n{said}")
    manifest = yaml.safe_load((pilot / "kpis.yml").read_text())
    for given, code in ((unit, 0), ("days", 2)):
        manifest["kpis"][0] |= {"unit": given, "measure": {"function": function}}
        (pilot / "kpis.yml").write_text(yaml.safe_dump(manifest))
        derived = run_pilot(pilot, "derive")
        assert (derived.code, f"the function {function} gives {unit}" in derived.err) == (code, code == 2), derived.err
        checked = pilotline("check", pilot, "--select", "VAL010", "--json")
        problems = [each["message"] for each in json.loads(checked.out)["checks"][0]["problems"]]
        assert any(f"the function {function} gives {unit}" in each for each in problems) is (code == 2), problems
