"""Draws a small table for tests, when told to: real rows where the policy lets them be here, else made-up ones."""

import csv
import hashlib
import io
import random
import re
import subprocess
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from ..policies import Place, read_policies
from .findings import Found
from .profiles import Profile
from .reading import loader

if TYPE_CHECKING:
    from ..settings import PlatformSettings

SEED: Final = 7
TEST: Final = '''\
"""The sample of the team's own table keeps its contract, so that tests have something to work on."""

import csv
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[2] / "{path}"
READ = {columns}


def test_the_sample_has_the_columns_that_the_pilot_reads() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == {rows}
    assert not set(READ) - set(rows[0])
'''


def draw_sample(settings: "PlatformSettings", found: Found, rows: int) -> dict[str, bytes]:
    """Return the sample and the test about it, by path."""
    path = f"data/{found.table.name}_sample.csv"
    real = may_keep_rows(settings)
    table = _real(settings, found, rows) if real else _made_up(found, rows)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(table)
    test = TEST.format(path=path, columns=_listed(found), rows=len(table) - 1)
    return {path: stream.getvalue().encode(), f"tests/unit/test_{found.table.name}_sample.py": test.encode()}


def may_keep_rows(settings: "PlatformSettings") -> bool:
    """Hold where the repository goes against the policy for the data's class."""
    classification = settings.manifest.data.classification
    hosts = read_policies().data.get(classification, Place()).hosts or ()
    if "*" in hosts:
        return True
    remotes = subprocess.run(  # noqa: S603
        ["git", "-C", str(settings.root), "remote", "-v"],  # noqa: S607 - git of the path
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    places = re.findall(r"(?:@|://(?:[^@/\s]+@)?)([^:/\s]+)[:/]", remotes)
    return bool(places) and all(any(fnmatch(place, host) for host in hosts) for place in places)


def _listed(found: Found) -> str:
    names = ", ".join(f'"{name}"' for name in found.columns)
    line = f"({names},)"
    return line if len(line) < 100 else "(\n" + "".join(f'    "{name}",\n' for name in found.columns) + ")"  # noqa: PLR2004


def _real(settings: "PlatformSettings", found: Found, rows: int) -> list[list[str]]:
    """Take rows from everywhere, as they stand; only the columns that the pilot reads."""
    from ..written import quote_name

    given = str(found.table.path or f"{found.table.integration}:{found.table.relation}")
    with loader(settings.var / "own_data", [given]) as opened:
        table = opened.load(given, settings, found.table.sheet)
        columns = [name for name in found.columns if name in table.columns]
        listed = ", ".join(map(quote_name, columns))
        step = max(1, table.rows // rows)
        query = f"SELECT {listed} FROM {quote_name(table.name)} WHERE rowid % {step} = 0 LIMIT {rows}"  # noqa: S608
        values = opened.connection.execute(query).fetchall()
    return [columns, *([str(cell) if cell is not None else "" for cell in row] for row in values)]


def _made_up(found: Found, rows: int) -> list[list[str]]:
    """Draw each column by itself, by its kind and range: no row and no text of the table is in it."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    columns = [name for name in found.columns if name in found.table.columns]
    drawn = [[_draw(found, found.profiles[name], chance, row) for row in range(rows)] for name in columns]
    return [columns, *(list(row) for row in zip(*drawn, strict=True))]


def _draw(found: Found, each: Profile, chance: random.Random, row: int) -> str:
    outcome = found.seen.outcome
    if outcome is not None and each.name == outcome.guess.column and outcome.kind != "number":
        return chance.choice([value for value, _ in each.frequent])
    if each.kind == "day" and each.low is not None and each.high is not None:
        return _day(each, chance)
    if each.numeric:
        low, high = each.low or 0.0, each.high or 0.0
        drawn = (
            f"{chance.uniform(low, high):.2f}"
            if each.fractions
            else str(chance.randint(int(low), max(int(low), int(high))))
        )
        return drawn.replace(".", each.decimal)
    if each.distinct_share > 0.5:  # noqa: PLR2004 - a key
        return hashlib.sha256(f"{each.name}{row}".encode()).hexdigest()[:8]
    return f"{each.name} {chance.randint(1, max(1, min(each.distinct, 20)))}"


def _day(each: Profile, chance: random.Random) -> str:
    from ..written import PER_SECOND, python_format

    seconds = chance.uniform(each.low or 0.0, each.high or 0.0)
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    if each.format is not None and each.format.written is not None:
        serial = f"{seconds / 86400 + 25569:.0f}"
        return serial if each.format.written == "excel_serial" else str(int(seconds) * PER_SECOND[each.format.written])
    letters = each.format.letters if each.format else None
    return day.strftime(python_format(letters) or "%Y-%m-%d") if letters else day.strftime("%Y-%m-%d")
