"""Tables as teams have them, workbooks, Parquet and several of them joined, and the questions in a terminal."""

import csv
import json
import os
import tomllib
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.e2e.conftest import MINIMAL, RenderPilot, RunIn, surroundings
from tests.e2e.drawn_tables import write_workbook
from tests.helpers import build_file_tree

pytestmark = pytest.mark.slow

OWN: dict[str, object] = {**MINIMAL, "start": "own_case", "kpi": "Cost of stops", "kpi_unit": "EUR"}
Rows = list[dict[str, str]]


def day_of(number: int) -> str:
    return f"2024-{1 + number // 28:02}-{1 + number % 28:02}"


def stops() -> Rows:
    """Make a ledger of machines, many lines each."""
    return [
        {"machine": f"K{number:03}", "day": day_of(day), "cost": f"{20 + number % 90}.50"}
        for number in range(60)
        for day in range(number % 20, 320, 6 + number % 23)
    ]


def claims() -> Rows:
    """Make a table with one row for each claim, with its outcome."""
    return [
        {
            "claim": f"C{place}",
            "branch": f"b{place % 12}",
            "opened": day_of(place),
            "amount": f"{(place * 37) % 100}.5",
            "fraud": "yes" if (place * 37) % 100 + (place * 53) % 60 > 105 else "no",
        }
        for place in range(300)
    ]


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Rows, run_in: RunIn) -> None:
    """Let the pilot's own environment write it."""
    source = write_csv(path.with_suffix(".tmp.csv"), rows)
    copy = f"import duckdb; duckdb.sql(\"COPY (FROM read_csv('{source}')) TO '{path}' (FORMAT parquet)\")"
    made = run_in(path.parent, ["python", "-c", copy])
    assert made.code == 0, made.err
    source.unlink()


@pytest.fixture
def pilot(render_pilot: RenderPilot) -> Path:
    """Give an own case without a shape."""
    made = render_pilot(**OWN)
    (made / "data").mkdir(exist_ok=True)
    return made


def applied(pilot: Path, run_pilot: RunIn, *arguments: str) -> dict[str, object]:
    """Put tables in place, and measure the KPI on them; give its values."""
    done = run_pilot(pilot, "own-data", *arguments, "--apply", "--json")
    assert done.code == 0, done.err
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    (kpi,) = json.loads(ran.out)["kpis"]
    assert kpi["n"] > 100
    return {**json.loads(done.out), "kpi": kpi}


@pytest.mark.parametrize(
    ("name", "table"),
    [
        pytest.param("Prüfung.csv", "pruefung", id="text, with an umlaut in its name"),
        pytest.param("stops.parquet", "stops", id="parquet"),
        pytest.param("stops.xlsx", "stops", id="workbook"),
    ],
)
def test_a_ledger_says_the_same_whatever_file_it_lies_in(
    pilot: Path, run_in: RunIn, run_pilot: RunIn, name: str, table: str
):
    path = pilot / "data" / name
    if path.suffix == ".csv":
        write_csv(path, stops())
    elif path.suffix == ".parquet":
        write_parquet(path, stops(), run_in)
    else:
        write_workbook(stops(), path)
    found = applied(pilot, run_pilot, f"data/{name}")
    assert found["shape"] == "events"
    assert found["columns"] == {"customer": "machine", "day": "day", "amount": "cost"}
    assert (pilot / "data_contracts" / f"{table}.odcs.yaml").is_file()
    kpi = found["kpi"]
    assert isinstance(kpi, dict)
    assert kpi["n"] == len({(row["machine"], row["day"][:7]) for row in stops()})


@pytest.mark.parametrize(
    ("rows", "key", "more"),
    [
        pytest.param(stops, "machine", {"plant": "p1"}, id="events"),
        pytest.param(claims, "branch", {"region": "north"}, id="snapshots"),
    ],
)
def test_a_table_that_belongs_to_another_is_joined_by_its_key(pilot: Path, run_pilot: RunIn, rows, key, more):
    first, name = rows(), next(iter(more))
    write_csv(pilot / "data" / "lines.csv", first)
    others = [
        {key: value, name: f"{name} {place % 3}"} for place, value in enumerate(sorted({row[key] for row in first}))
    ]
    write_csv(pilot / "data" / "others.csv", others)
    asked = run_pilot(pilot, "own-data", "data/lines.csv", "data/others.csv")
    assert asked.code == 2
    assert f"say which column, --join COLUMN. They share {key}" in asked.err
    found = applied(pilot, run_pilot, "data/lines.csv", "data/others.csv", "--join", key)
    settings = tomllib.loads((pilot / "config" / "default.toml").read_text())
    assert settings["case"]["joins"] == [{"table": "others", "key": key}]
    assert settings["tables"].keys() == {"lines", "others"}
    contracts = yaml.safe_load((pilot / "pilot.yml").read_text())["data"]["contracts"]
    assert contracts == ["data_contracts/lines.odcs.yaml", "data_contracts/others.odcs.yaml"]
    assert (name in str(found["features"])) is (found["shape"] == "snapshots")


def test_many_rows_of_a_key_are_refused_as_the_table_that_belongs_to_another(pilot: Path, run_pilot: RunIn):
    write_csv(pilot / "data" / "lines.csv", claims())
    write_csv(pilot / "data" / "others.csv", claims()[:40])
    done = run_pilot(pilot, "own-data", "data/lines.csv", "data/others.csv", "--join", "branch")
    assert done.code == 2
    assert "give the table with many rows first" in done.err


@pytest.mark.parametrize(
    ("day", "other"),
    [pytest.param("opened", {}, id="by its name"), pytest.param("przyjęto", {"zgłoszono"}, id="asked")],
)
def test_in_a_terminal_it_asks_what_is_not_sure_and_uses_the_answers(
    pilot: Path, pilot_environment: Path, day: str, other: set[str]
):
    rows = []
    for place, row in enumerate(claims()):
        row.pop("opened")
        rows.append(row | dict.fromkeys([day, *other], f"{1 + place % 12:02}/{1 + place % 11:02}/2024"))
    write_csv(pilot / "data" / "claims.csv", rows)
    around = surroundings([pilot_environment], {"PYTHONPATH": str(pilot / "src"), "TERM": "dumb", "COLUMNS": "110"})
    start = "import sys; from late_payers.entrypoints import main; sys.exit(main())"
    python = str(pilot_environment / "python")
    talk = pexpect.spawn(
        python, ["-c", start, "own-data", "data/claims.csv"], cwd=str(pilot), env={**os.environ, **around},
        encoding="utf-8", timeout=60, dimensions=(40, 110),
    )  # fmt: skip
    if other:
        talk.expect("Which column is the day of a case?")
        talk.sendline(day)
    talk.expect(f"{day}: which comes first?")
    talk.sendline("month-first")
    talk.expect("Put this in place now?")
    assert "What --apply does" in str(talk.before)
    talk.sendline("y")
    talk.expect("In place; read it with git diff")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 0
    contract = yaml.safe_load((pilot / "data_contracts" / "claims.odcs.yaml").read_text())
    columns = {column["name"]: column for column in contract["schema"][0]["properties"]}
    assert columns[day]["logicalTypeOptions"]["format"] == "MM/dd/yyyy"


def test_without_a_terminal_nothing_is_asked(pilot: Path, run_pilot: RunIn):
    build_file_tree(pilot, {"data/claims.csv": write_csv(pilot / "made.csv", claims()).read_text()})
    done = run_pilot(pilot, "own-data", "data/claims.csv")
    assert done.code == 0, done.err
    assert "?" not in done.err
    assert "Put this in place now" not in done.out
