"""A KPI measured by a query on contracted tables: what it may see and take, what it says, what is written."""

import csv
import hashlib
import io
import json
import os
from pathlib import Path

import pytest
import yaml

from tests.e2e.drawn_tables import write_workbook
from tests.helpers import pilotline

pytestmark = pytest.mark.slow

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: invoices
version: 1.0.0
status: active
team: {members: [{username: head-of-collections, role: owner}]}
roles: [{role: account-planning, access: read}]
customProperties:
  - {property: classification, value: internal}
  - {property: toleratedBadRowsPercent, value: 1}
schema:
  - name: invoices
    properties:
      - {name: number, logicalType: string, required: true, unique: true}
      - {name: customer, logicalType: string, required: true}
      - {name: day, logicalType: date, logicalTypeOptions: {format: dd.MM.yyyy}, required: true}
      - {name: days, logicalType: integer, logicalTypeOptions: {minimum: 0}}
      - {name: amount, logicalType: number}
"""
SETTINGS = """
[tables.invoices]
path = "data/invoices.csv"
contract = "data_contracts/invoices.odcs.yaml"
separator = ";"
decimal = ","

[query]
timeout_seconds = 20
memory_megabytes = 300
disk_megabytes = 300
"""
KPI = """
  - id: days_until_paid  # ours
    title: Days until paid
    question: How long do we wait?
    kind: outcome
    owner: head-of-collections
    formula: mean days
    unit: days
    direction: lower
    baseline:
      value: 41  # typed, so far
      # what everybody says
      period: last year
      source: the controller
    target: {value: 30, due: "2027-06-30"}
    measure:
      form: mean
      sql: |
        SELECT number AS "case", days AS value
        FROM invoices
        WHERE day >= $since AND day < $until
    window: invoices after the baseline
    minimum_sample: 100
    attribution: before and after
    decision: {go_on: better, gate: not_worse, otherwise: stop}
"""
# Parses each query, then runs it in the locked database whatever the parser said, and tells what came of both.
ATTACK = """
import json, sys
from pathlib import Path
from customer_call_list.settings import Settings
from customer_call_list._platform import PilotError
from customer_call_list._platform.cases import ask
from customer_call_list._platform.contracts import Access
from customer_call_list._platform.query_child import open_locked
from customer_call_list._platform.query_rules import Query, parse_query
from customer_call_list._platform.tables import landed_tables

settings = Settings.load()
told = {}
with landed_tables(settings, ["invoices"], Access(settings.role, "test", "r", Path("j.jsonl")), keep=False) as tables:
    locked = open_locked(str(tables.database), str(tables.folder / "s"), memory=200, disk=200, threads=1)
    for query in json.load(sys.stdin):
        try:
            parse_query("the query", query, ["invoices"])
            said = "allowed"
        except PilotError as error:
            said = str(error)
        try:
            ran = str(locked.execute(query).fetchall())[:200]
        except Exception as error:
            ran = "error: " + str(error)
        told[query] = [said, ran]
print(json.dumps(told))
"""
ASK = """
import json, sys
from pathlib import Path
from customer_call_list.settings import Settings
from customer_call_list._platform import PilotError
from customer_call_list._platform.cases import ask
from customer_call_list._platform.contracts import Access
from customer_call_list._platform.query_rules import parse_query
from customer_call_list._platform.tables import landed_tables
import resource

settings = Settings.load()
with landed_tables(settings, ["invoices"], Access(settings.role, "test", "r", Path("j.jsonl")), keep=False) as tables:
    try:
        found = ask(tables, parse_query("the query", sys.argv[1], ["invoices"]), {}, settings.query, "the query")
        print(found.count)
    except PilotError as error:
        print(error)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
# The query -> a word of the refusal. All but the marked ones could not do harm in the locked database either.
ATTACKS = {
    "a file": ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    "a file by its name": ("SELECT * FROM '/etc/passwd'", "/etc/passwd"),
    "a file in a part": ("WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x", "read_text"),
    "a file in an expression": ("SELECT (SELECT count(*) FROM read_blob('/etc/passwd'))", "read_blob"),
    "the network": ("SELECT * FROM 'https://example.org/x.parquet'", "example.org"),
    "the network by a function": ("SELECT * FROM read_parquet('s3://bucket/x')", "read_parquet"),
    "a folder": ("SELECT * FROM glob('/*')", "glob"),
    "another database": ("ATTACH '/tmp/other.db'", "ATTACH"),
    "copy out": ("COPY invoices TO '/tmp/stolen.csv'", "COPY"),
    "export": ("EXPORT DATABASE '/tmp/stolen'", "EXPORT"),
    "install": ("INSTALL httpfs", "LOAD"),
    "load": ("LOAD httpfs", "LOAD"),
    "a setting": ("SET memory_limit = '100GB'", "SET"),
    "a pragma": ("PRAGMA database_list", "PRAGMA"),
    "a call": ("CALL pragma_version()", "CALL"),
    "two statements": ("SELECT 1; DROP TABLE invoices", "SELECT, DROP"),
    "write": ("INSERT INTO invoices SELECT * FROM invoices", "INSERT"),
    "delete": ("DELETE FROM invoices", "DELETE"),
    "create": ("CREATE TABLE x AS SELECT 1", "CREATE"),
    "settings as a table": ("SELECT * FROM duckdb_settings()", "duckdb_settings"),
    "the catalog": ("SELECT * FROM information_schema.tables", "information_schema"),
    "a setting's value": ("SELECT current_setting('temp_directory')", "current_setting"),
    "the environment": ("SELECT getenv('HOME')", "getenv"),
    "a text as a query": ("SELECT * FROM query('SELECT 1')", "query"),
    "a variable of Python": ("SELECT * FROM settings", "settings"),
    "the tables": ("SHOW TABLES", "show"),
    "an unknown table": ("SELECT 1\nFROM invoice", "line 2"),
    "an unknown parameter": ("SELECT number FROM invoices WHERE day > $yesterday", "$yesterday"),
    "nothing": ("-- nothing", "nothing"),
}
RUNAWAYS = {
    "rows without end": (
        'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT i AS "case", 1 AS value FROM t'
    ),
    "a join of everything": 'SELECT a.range AS "case", b.range AS value FROM range(10000000) a, range(10000000) b',
    "one function that does not listen": (
        "SELECT 1 AS \"case\", levenshtein(repeat('a', 400000), repeat('b', 400000)) AS value"
    ),
    "one huge text": "SELECT 1 AS \"case\", length(repeat('x', 3000000000)) AS value",
    "one huge list": 'SELECT 1 AS "case", len(list(i)) AS value FROM range(1000000000) t(i)',
}


@pytest.fixture(scope="module")
def table():
    """Give invoices as they come: four of five of 2024 took 40 days, and one row is bad."""
    rows = ["number;customer;day;days;amount", "X;K1;99.99.2025;5;1,0"]
    for i in range(1200):
        year, days = (2024, 36 + i % 9) if i < 800 else (2025, 26 + i % 9)
        rows.append(f"R{i};K{i % 60};{1 + i % 28:02}.{1 + i % 12:02}.{year};{days};{10 + i % 7},50")
    return "\n".join(rows) + "\n"


@pytest.fixture
def paid(render_pilot, table):
    """Give a pilot with a table and a KPI of its own."""
    pilot = render_pilot()
    (pilot / "data/invoices.csv").write_text(table)
    (pilot / "data_contracts/invoices.odcs.yaml").write_text(CONTRACT)
    for path, text in (("config/default.toml", SETTINGS), ("kpis.yml", KPI)):
        with (pilot / path).open("a") as file:
            file.write(text)
    return pilot


def hashes(folder):
    """Name every file by its content, but what Python and the journal of reads leave."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "reads.jsonl"
    }


def test_a_query_sees_the_contracted_tables_only(paid, run_in):
    queries = [query for query, _ in ATTACKS.values()]
    (paid / "queries.json").write_text(json.dumps(queries))
    run = run_in(paid, ["sh", "-c", 'python -c "$0" < queries.json', ATTACK])
    assert run.code == 0, run.err
    told = json.loads(run.out)
    for name, (query, word) in ATTACKS.items():
        said, ran = told[query]
        assert said != "allowed", name
        assert word in said, f"{name}: {said}"
        assert "root:" not in ran, name  # nothing of a file, whatever the parser would have let through
        assert ran.startswith("error") or os.environ["HOME"] not in ran, name
    assert not [path for path in ("/tmp/stolen.csv", "/tmp/stolen") if Path(path).exists()]


@pytest.mark.parametrize("query", RUNAWAYS.values(), ids=RUNAWAYS)
def test_a_runaway_query_is_stopped_in_time_and_in_memory(paid, run_in, query):
    run = run_in(paid, ["python", "-c", ASK, query], PILOT_QUERY__TIMEOUT_SECONDS="6")
    assert run.code == 0, run.err
    said, peak = run.out.strip().rsplit("\n", 1)
    assert "was stopped" in said
    assert "[query]" in said or "query.timeout_seconds" in said
    assert int(peak) < 1400  # megabytes: 300 for the query, and what Python and DuckDB take themselves


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('SELECT number AS "case",\n  dayz AS value\nFROM invoices', "line 2"),
        ("SELECT number AS \"case\", days AS value\nFROM invoices\nWHERE amount > 'x'", "line 3"),
        ("SELECT number,\n days FROM invoices", "no case and no value"),
        ('SELECT customer AS "case", days AS value FROM invoices', "repeat a case"),
        ('SELECT number AS "case", NULL AS value FROM invoices', "no number in value"),
    ],
    ids=["unknown column", "no number", "no case", "a case twice", "no value"],
)
def test_a_wrong_query_is_told_with_its_line(paid, run_in, query, said):
    run = run_in(paid, ["python", "-c", ASK, query])
    assert said in run.out, run.out + run.err


def test_a_try_shows_the_number_and_keeps_nothing(paid, run_pilot):
    run_pilot(paid, "--help")
    before = hashes(paid)
    run = run_pilot(paid, "measure", "--try", "days_until_paid")
    assert run.code == 0, run.err
    assert "36.7 days, 95 % interval" in run.out
    assert "1,200 of 1,201 rows valid" in run.out
    assert "Better than the baseline" in run.out
    assert hashes(paid) == before
    assert len((paid / "var/reads.jsonl").read_text().splitlines()) == 1


def test_a_baseline_is_measured_with_the_kpi_s_own_query_and_counts_with_its_uncertainty(paid, run_pilot):
    kept = (paid / "kpis.yml").read_text()
    run = run_pilot(paid, "baseline", "days_until_paid", "--from", "2024-01-01", "--to", "2025-01-01")
    assert run.code == 0, run.err
    text = (paid / "kpis.yml").read_text()
    entry = yaml.safe_load(text)["kpis"][-1]
    assert entry["baseline"]["value"] == pytest.approx(40, abs=0.05)
    assert entry["baseline"]["measured"]["n"] == 800
    assert entry["baseline"]["measured"]["query"].startswith("sha256:")
    changed = set(text.splitlines()) ^ set(kept.splitlines())
    assert {line.split(":")[0].strip() for line in changed} == {"value", "period", "source", "measured"}
    assert "# typed, so far" in text
    assert "# what everybody says" in text

    tried = run_pilot(paid, "measure", "--try", "days_until_paid", "--json")
    found = json.loads(tried.out)
    assert found["n"] == 400  # only what came after the baseline
    assert found["window"].startswith("from 2025-01-01")
    assert found["sentence"].startswith("Better than the baseline")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing", "--from", "2024-01-01", "--to", "2025-01-01"], "has no KPI nothing"),
        (["days_until_paid", "--from", "2025-01-01", "--to", "2024-01-01"], "turn them round"),
        (["days_until_paid", "--from", "2019-01-01", "--to", "2020-01-01"], "There are 0 cases"),
    ],
    ids=["unknown", "backwards", "empty"],
)
def test_a_baseline_that_cannot_be_measured_leaves_the_file(paid, run_pilot, arguments, said):
    kept = (paid / "kpis.yml").read_bytes()
    run = run_pilot(paid, "baseline", *arguments)
    assert run.code == 2
    assert said in run.err
    assert (paid / "kpis.yml").read_bytes() == kept


@pytest.mark.parametrize(
    ("form", "unit", "select", "value", "n"),
    [
        ("ratio", "days per GBP", "days AS value, amount AS weight", 36.667 / 13.5, 1200),
        ("sum", "days", "days AS value, strftime(day, '%Y-%m') AS period", 44000 / 24, 24),
        ("rate", "% late", "CAST(days > 34 AS INTEGER) AS value", 100 * 800 / 1200, 1200),
        ("mean", "days", "days AS value, customer AS cluster", 36.667, 1200),
    ],
    ids=["ratio", "sum", "rate", "clusters"],
)
def test_each_form_gives_its_number(paid, run_pilot, form, unit, select, value, n):
    text = (paid / "kpis.yml").read_text()
    text = text.replace("form: mean", f"form: {form}").replace("unit: days", f'unit: "{unit}"')
    text = text.replace("days AS value", select)
    (paid / "kpis.yml").write_text(text)
    run = run_pilot(paid, "measure", "--try", "days_until_paid", "--json")
    assert run.code == 0, run.err
    found = json.loads(run.out)
    assert found["value"] == pytest.approx(value, rel=0.01)
    assert found["n"] == n
    assert found["low"] < found["value"] < found["high"]


def test_a_role_that_may_not_read_is_refused_and_remembered(paid, run_pilot):
    run = run_pilot(paid, "measure", "--try", "days_until_paid", PILOT_ROLE="visitor")
    assert run.code == 2
    assert "may not read invoices" in run.err
    assert json.loads((paid / "var/reads.jsonl").read_text())["permitted"] is False


def test_two_arms_are_compared_with_each_other_and_not_with_the_baseline(paid, run_pilot):
    arm = "CASE WHEN day >= DATE '2025-01-01' THEN 'pilot' ELSE 'control' END AS arm"
    text = (paid / "kpis.yml").read_text()
    (paid / "kpis.yml").write_text(text.replace("days AS value", f"days AS value, {arm}"))
    run = run_pilot(paid, "measure", "--try", "days_until_paid", "--json")
    assert run.code == 0, run.err
    found = json.loads(run.out)
    assert found["value"] == pytest.approx(30, abs=0.1)  # of the arm of the pilot; the other one's is 40
    assert "by arm" in found["method"]
    assert found["sentence"].startswith("Better than the rule on the same cases")
    assert "+10" in found["sentence"]
    assert "typed" not in found["sentence"], "the baseline has no say"
    (paid / "kpis.yml").write_text(text.replace("days AS value", "days AS value, customer AS arm"))
    refused = run_pilot(paid, "measure", "--try", "days_until_paid")
    assert (refused.code, "it takes pilot, and control or rule" in refused.err) == (2, True)


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_workbook_and_parquet_say_what_the_same_table_says_as_text(paid, run_in, run_pilot, suffix):
    wanted = json.loads(run_pilot(paid, "measure", "--try", "days_until_paid", "--json").out)
    source, path = paid / "data/invoices.csv", paid / f"data/invoices.{suffix}"
    if suffix == "xlsx":
        write_workbook(list(csv.DictReader(io.StringIO(source.read_text()), delimiter=";")), path)
    else:
        copy = f"COPY (FROM read_csv('{source}', delim=';', all_varchar=true)) TO '{path}' (FORMAT parquet)"
        made = run_in(paid, ["python", "-c", "import duckdb, sys; duckdb.sql(sys.argv[1])", copy])
        assert made.code == 0, made.err
    source.unlink()
    settings = paid / "config/default.toml"
    settings.write_text(settings.read_text().replace("invoices.csv", path.name))
    run = run_pilot(paid, "measure", "--try", "days_until_paid", "--json")
    assert run.code == 0, run.err
    assert json.loads(run.out) == wanted


def test_a_typed_baseline_is_called_so_wherever_it_counts(paid, run_pilot):
    assert "The baseline is typed, not measured." in run_pilot(paid, "measure", "--try", "days_until_paid").out
    for command in (["kpi"], ["status"]):
        text = pilotline(*command, str(paid)).out
        assert "typed, not measured" in text, text
    page = paid / "page.html"
    assert pilotline("kpi", str(paid), "--html", str(page)).code == 0
    assert "typed, not measured" in page.read_text()
    assert run_pilot(paid, "baseline", "days_until_paid", "--from", "2024-01-01", "--to", "2025-01-01").code == 0
    measured = run_pilot(paid, "measure", "--try", "days_until_paid").out
    assert "typed" not in measured
