"""Amounts and days as the world writes them: the pilot's frames and its SQL read the same, or refuse the same."""

import json

import pytest

from tests.e2e.conftest import run_command, surroundings, write_pilot

pytestmark = pytest.mark.slow

AMOUNTS: dict[str, tuple[str, str, float | None]] = {
    "plain": ("1234.5", ".", 1234.5),
    "negative in brackets": ("(20.50)", ".", -20.5),
    "negative in brackets with a sign": ("(€ 3.00)", ".", -3.0),
    "minus behind": ("20.50-", ".", -20.5),
    "typographic minus": ("\u22125", ".", -5.0),
    "sign of a currency before": ("€ 20.50", ".", 20.5),
    "code of a currency behind": ("1,234.50 USD", ".", 1234.5),
    "minus before the currency": ("-€20", ".", -20.0),
    "swiss thousands": ("1'234.50", ".", 1234.5),
    "swiss thousands, typographic": ("1\u2019234.50", ".", 1234.5),
    "no-break spaces": ("1\u00a0000\u202f000", ".", 1_000_000.0),
    "percent": ("12 %", ".", 12.0),
    "exponent": ("1e5", ".", 100_000.0),
    "decimal comma": ("1.234,50", ",", 1234.5),
    "decimal comma below one": ("0,125", ",", 0.125),
    "decimal comma, thousands by space": ("1 234,50 €", ",", 1234.5),
    "decimal comma in brackets": ("(1.234,50)", ",", -1234.5),
    "decimal comma, whole thousands": ("1.234", ",", 1234.0),
    "a comma where points are decimal": ("0,125", ".", None),
    "groups of two": ("12,34,567", ".", None),
    "two points": ("1.2.3", ".", None),
    "not available": ("n/a", ".", None),
    "words": ("see annex", ".", None),
    "infinite": ("inf", ".", None),
    "nothing": ("", ".", None),
}
DAYS: dict[str, tuple[str, str | None, str | None, str | None]] = {
    "serial number of a spreadsheet": ("45123", None, "excel_serial", "2023-07-16 00:00:00"),
    "serial number with an hour": ("45123.5", None, "excel_serial", "2023-07-16 12:00:00"),
    "epoch in seconds": ("1719878400", None, "epoch_seconds", "2024-07-02 00:00:00"),
    "epoch in milliseconds": ("1719878400000", None, "epoch_milliseconds", "2024-07-02 00:00:00"),
    "epoch beyond belief": ("9e99", None, "epoch_seconds", None),
    "ISO 8601 with a zone": ("2024-01-02T03:04:05+02:00", None, None, "2024-01-02 01:04:05"),
    "day first": ("1.2.2024", "dd.MM.yyyy", None, "2024-02-01 00:00:00"),
    "month first, twelve hours": ("1/2/2024 3:04:05 PM", "M/d/yyyy h:mm:ss a", None, "2024-01-02 15:04:05"),
    "month as a word": ("3 Mar 2024", "d MMM yyyy", None, "2024-03-03 00:00:00"),
    "two digits for the year": ("01.02.24", "dd.MM.yy", None, "2024-02-01 00:00:00"),
    "no such day": ("32.1.2024", "dd.MM.yyyy", None, None),
}
READ = """
import json, sys
import duckdb, pandas as pd
from customer_call_list._platform.contracts import read_typed
from customer_call_list._platform.odcs import Column
from customer_call_list._platform.written import moment_sql, number_sql, python_format, read_numbers

def shown(value):
    return None if pd.isna(value) else value if isinstance(value, float) else str(value)

amounts, days = json.load(sys.stdin)
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
ask = lambda expression, text: connection.execute(f"SELECT {expression} FROM (SELECT ? AS x)", [text]).fetchone()[0]
result = {}
for name, (text, decimal, _) in amounts.items():
    framed = read_numbers(pd.Series([text], dtype=object), decimal)[0]
    result[name] = [shown(framed), ask(number_sql("x", decimal), text)]
for name, (text, letters, written, _) in days.items():
    read = python_format(letters) if letters else None
    typed = read_typed(pd.Series([text], dtype=object), Column("x", "timestamp", read, None, written))
    result[name] = [shown(typed[0]), shown(ask(moment_sql("x", python_format=read, written=written), text))]
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def readings(builtin, pilot_environment, tmp_path_factory):
    """Read all of them once: as frames and contracts do, and as SQL does."""
    pilot = write_pilot(builtin, {}, tmp_path_factory.mktemp("written"))
    table = pilot / "table.json"
    table.write_text(json.dumps([AMOUNTS, DAYS]))
    command = ["sh", "-c", 'python -c "$0" < table.json', READ]
    done = run_command(pilot, command, surroundings([pilot_environment], {"PYTHONPATH": "src"}), offline=True)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("name", AMOUNTS)
def test_an_amount_is_read_where_its_meaning_is_plain_and_by_frames_and_sql_alike(readings, name):
    assert readings[name] == [AMOUNTS[name][-1]] * 2


@pytest.mark.parametrize("name", DAYS)
def test_a_day_is_read_as_the_contract_says_and_by_frames_and_sql_alike(readings, name):
    assert readings[name] == [DAYS[name][-1]] * 2
