"""Tables under contract: DuckDB, frames in one piece and frames in pieces read and judge the rows of a file alike."""

import json

import pytest

pytestmark = pytest.mark.slow

# Draws a contract and a table that tries to break it, reads the table both ways, and says where they differ.
COMPARE = r"""
import csv, gzip, io, json, lzma, random, sys, tempfile
from pathlib import Path
import duckdb
import pandas as pd
from customer_call_list._platform import PilotError
from customer_call_list._platform.contract_pieces import enforce_pieces
from customer_call_list._platform.contracts import (
    REASONS,
    Access,
    ContractBroken,
    enforce,
    need_columns,
    stop_when_broken,
)
from customer_call_list._platform.contract_rules import Column, Contract, Limit, Rule
from customer_call_list._platform.sections import QuerySettings, TableSettings
from customer_call_list._platform.table_files import stage
from customer_call_list._platform.table_rules import Judge
from customer_call_list._platform.tables import open_bench

WORDS = [
    "",
    " ",
    "\u00a0",
    "a",
    "Anna",
    "ÄÖ",
    "x y",
    "n/a",
    "N/A",
    "-",
    "AB-12",
    "AB-1٣",
    "7",
    "007",
    "line\nbreak",
    'say "hi"',
    "semi;colon,comma",
    "Ünïcode 12",
    "true",
    "é",
]
NUMBERS = [
    "0",
    "-0",
    "+5",
    "5",
    "12.50",
    "1,234.5",
    "1.234,5",
    "1e3",
    "1E-2",
    ".5",
    "5.",
    "1_000",
    "0x10",
    "inf",
    "nan",
    "NaN",
    " 7",
    "7 ",
    "€ 20",
    "(3.5)",
    "12345678901234567",
    "0.1234567890123456",
    "99999999999999999999",
    "1.7976931348623157e308",
    "abc",
    "",
    " ",
    "\t",
    "1.0",
    "2.5",
    "-3",
    "٣",
    "1 234",
    "7,5",
    "True",
]
BOOLS = ["true", "FALSE", "Yes", "no", "1", "0", "2", "", "maybe", " true", "on"]
MOMENTS = [
    "2024-01-02",
    "2024-1-2",
    "2024-02-30",
    "2024-01-02 03:04:05",
    "2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05+02:00",
    "2024-01-02T03:04:05.123456",
    "2024-01-02 03:04",
    "1.2.2024",
    "01.02.2024",
    "31.02.2024",
    "1/2/2024",
    "12/31/2024",
    "0999-01-01",
    "9999-12-31",
    "45123",
    "45123.5",
    "1719878400",
    "1719878400500",
    "1719878400000",
    " 2024-01-02",
    "2024-01-02 ",
    "20240102",
    "",
    "soon",
    "2024-W01",
    "24:00",
    "2024-01-02T24:00:00",
    "2300-01-01",
    "1600-01-01",
]
FORMATS = [None, "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y%m%d", "%d.%m.%y"]
WRITTEN = ["excel_serial", "epoch_seconds", "epoch_milliseconds"]
PATTERNS = [
    r"[A-Z]{2}-\d+",
    r"\w+",
    r".*",
    r"(?i)anna",
    r"[^,;]*",
    r"^A.*$",
    r"\S+",
    r"a|b|Anna",
    r"x\sy",
    r"(\d)\1*",
    r"[\w ]+",
    r"\d{3}",
    r"(?!x).*",
]


def draw_column(r, k):
    logical = r.choice(["string", "string", "integer", "number", "boolean", "date", "timestamp"])
    days = logical in ("date", "timestamp")
    written = r.choice(WRITTEN) if days and r.random() < 0.25 else None
    fmt = r.choice(FORMATS) if days and not written else None
    missing = frozenset(["n/a", "-"]) if r.random() < 0.3 else frozenset()
    return Column(f"Col {k}" if k % 2 else f"c{k}", logical, fmt, None, written, missing)


def draw_rules(r, column):
    n, rules = column.name, []
    limit = lambda: r.choice([Limit(1.0)] * 9 + [Limit(0.3)])
    if r.random() < 0.4:
        rules.append(Rule(f"{n} is given", (n,), "required", None, limit()))
    if column.logical != "string":
        rules.append(Rule(f"{n} is a {column.logical}", (n,), "type", None, limit()))
    if r.random() < 0.3:
        rules.append(Rule(f"{n} is unique", (n,), "unique", None, limit()))
    if column.logical in ("integer", "number"):
        for check in r.sample(["minimum", "maximum", "above", "below"], 2):
            rules.append(Rule(f"{n} {check}", (n,), check, r.choice([0, 5, -3.5, "7"]), limit()))
        if r.random() < 0.3:
            rules.append(Rule(f"{n} among", (n,), "among", (5, 12.5, 0), limit()))
    if column.logical in ("date", "timestamp"):
        if r.random() < 0.5:
            rules.append(Rule(f"{n} minimum", (n,), "minimum", "2024-01-02", limit()))
        if r.random() < 0.3:
            rules.append(Rule(f"{n} not after", (n,), "maximum", "reading", limit()))
    if column.logical == "string":
        if r.random() < 0.7:
            rules.append(Rule(f"{n} pattern", (n,), "pattern", r.choice(PATTERNS), limit()))
        if r.random() < 0.4:
            rules.append(Rule(f"{n} among", (n,), "among", tuple(r.sample(WORDS, 5)), limit()))
        if r.random() < 0.4:
            rules.append(Rule(f"{n} shortest", (n,), "shortest", 2, limit()))
        if r.random() < 0.4:
            rules.append(Rule(f"{n} longest", (n,), "longest", 4, limit()))
    return rules


def good(r, column):
    day = pd.Timestamp("2023-01-01") + pd.Timedelta(minutes=r.randrange(10**6))
    if column.written:
        return (
            str(r.randrange(40000, 46000))
            if column.written == "excel_serial"
            else str(int(day.timestamp()) * (1000 if "milli" in column.written else 1))
        )
    if column.logical in ("date", "timestamp"):
        return day.strftime(column.format or "%Y-%m-%d %H:%M:%S")
    return {
        "string": r.choice(WORDS[3:8]),
        "integer": str(r.randrange(1000)),
        "number": f"{r.uniform(0, 99):.2f}",
        "boolean": r.choice(["true", "false"]),
    }[column.logical]


def draw(seed):
    r = random.Random(seed)
    columns = [draw_column(r, k) for k in range(r.randint(2, 5))]
    rules = [rule for c in columns for rule in draw_rules(r, c)]
    if r.random() < 0.4:
        rules.append(Rule("a row is there once", tuple(c.name for c in columns[:2]), "unique", None, Limit(1.0)))
    pools = {
        "string": WORDS,
        "integer": NUMBERS,
        "number": NUMBERS,
        "boolean": BOOLS,
        "date": MOMENTS,
        "timestamp": MOMENTS,
    }
    hostile = r.choice([0.05, 0.3, 1.0])
    value = lambda c: r.choice(pools[c.logical]) if r.random() < hostile else good(r, c)
    rows = [[value(c) for c in columns] + [r.choice(WORDS)] for _ in range(r.choice([1, 30, 200]))]
    contract = Contract(
        "drawn",
        "1",
        "owner",
        "internal",
        frozenset(["pilot"]),
        tuple(columns),
        tuple(rules),
        1,
        Path("drawn.odcs.yaml"),
    )
    return r, contract, [c.name for c in columns] + ["beside"], rows


def write(r, folder, names, rows):
    separator = r.choice([",", ";", "\t", "|"])
    kind = r.choice(["csv", "csv", "csv", "csv.gz", "csv.xz"])
    encoding = r.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
    headless = r.random() < 0.2
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=separator,
        quoting=r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        lineterminator=r.choice(["\n", "\r\n"]),
    )
    writer.writerows(rows if headless else [names, *rows])
    content = text.getvalue()
    if r.random() < 0.2:
        content = content.replace(separator, separator + " ")
    if r.random() < 0.2:
        content = content.replace("\n", "\n\n", 3) if "line\n" not in content else content
    path = folder / f"drawn.{kind}"
    data = content.encode(encoding)
    path.write_bytes(
        gzip.compress(data) if kind.endswith("gz") else lzma.compress(data) if kind.endswith("xz") else data
    )
    return path, TableSettings(
        contract="c", path=str(path), separator=separator, encoding=encoding, names=tuple(names) if headless else ()
    )


def outcome(judged):
    try:
        return judged()
    except (TypeError, ValueError) as error:
        return type(error).__name__


def by_frames(contract, frame, folder, rows_of_a_piece=None):
    kept = []

    def enforced(access):
        if rows_of_a_piece is None:
            return enforce(contract, frame, access=access)
        starts = range(0, max(len(frame), 1), rows_of_a_piece)
        pieces = (frame.iloc[start : start + rows_of_a_piece] for start in starts)
        return enforce_pieces(contract, pieces, lambda rows: kept.extend(shown(rows)), access=access)

    def judged():
        try:
            checked, said = enforced(Access("pilot", "test", "r", folder / "journal")), ""
        except ContractBroken as error:
            checked, said = error.checked, str(error)
        if checked is None:
            return said
        aside = checked.quarantine.drop(columns=REASONS).fillna("").values.tolist()
        if rows_of_a_piece is not None:
            assert len(kept) == len(checked.valid) == checked.rows_read - len(aside)
        return (
            said,
            shown(checked.valid) if rows_of_a_piece is None else sorted(kept),
            [repr(f) for f in checked.findings],
            list(checked.quarantine[REASONS]),
            aside,
        )

    return outcome(judged)


def shown(frame):
    return sorted(json.dumps([shown_value(v) for v in row]) for row in frame.astype(object).values.tolist())


def shown_value(value):
    if pd.isna(value):
        return None
    if isinstance(value, (bool, str)):
        return value
    if hasattr(value, "year"):
        return pd.Timestamp(value).isoformat()
    return float(value)


def by_sql(contract, connection, names):
    def judged():
        judge = Judge(connection, contract, names, ".")
        said, rows = "", connection.execute("SELECT count(*) FROM bench.raw_rows").fetchone()[0]
        try:
            need_columns(contract, names, rows)
        except ContractBroken as error:
            return str(error)
        judge.judge()
        findings, total, valid = judge.findings()
        try:
            stop_when_broken(contract, findings, valid)
        except ContractBroken as error:
            said = str(error)
        judge.keep_valid("drawn")
        aside = connection.execute(judge.quarantine_sql()).df()
        raw = aside.drop(columns=REASONS).astype(object)
        kept = shown(connection.execute("SELECT * FROM drawn").df())
        return (
            said,
            kept,
            [repr(f) for f in findings],
            list(aside[REASONS]),
            raw.where(raw.notna(), "").values.tolist(),
        )

    return outcome(judged)


def compare(seed):
    r, contract, names, rows = draw(seed)
    folder = Path(tempfile.mkdtemp())
    path, settings = write(r, folder, names, rows)
    frame = pd.read_csv(
        path,
        sep=settings.separator,
        encoding=settings.encoding,
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
        names=list(settings.names) or None,
        header=None if settings.names else "infer",
    ).fillna("")
    connection = open_bench(folder, QuerySettings(memory_megabytes=256, threads=1))
    try:
        columns = stage(connection, path, settings)
        first = by_frames(contract, frame, folder)
        second = by_sql(contract, connection, columns)
        third = by_frames(contract, frame, folder, rows_of_a_piece=7)
    finally:
        connection.close()
    kinds[type(first).__name__ if isinstance(first, str) else "broken" if first[0] else "kept"] += 1
    return (
        None
        if first == second == third
        else {
            "seed": seed,
            "rules": [repr(rule) for rule in contract.rules],
            "columns": [repr(c) for c in contract.columns],
            "frames": first,
            "sql": second,
            "pieces": third,
        }
    )


first, last = int(sys.argv[1]), int(sys.argv[2])
kinds = dict.fromkeys(("str", "broken", "kept"), 0)
found = [each for each in map(compare, range(first, last)) if each]
print(json.dumps([found, kinds], default=str))
"""


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.combinations) for first in range(50, 600, 50))]
)
def test_drawn_tables_are_read_and_judged_by_sql_as_by_frames(pilot, run_in, first):
    run = run_in(pilot, ["python", "-W", "ignore", "-c", COMPARE, str(first), str(first + 50)])
    assert run.code == 0, run.err
    different, kinds = json.loads(run.out)
    assert not different, json.dumps(different[0], indent=1)[:4000]
    assert kinds["kept"] > 5, kinds  # each kind is drawn often enough for the comparison to mean something
    assert kinds["broken"] > 5, kinds
