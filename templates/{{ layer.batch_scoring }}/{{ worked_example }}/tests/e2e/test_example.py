"""What the example shows, on the whole of its data, and a table of the team's own in its place: `nox -s full`."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Pilot

pytestmark = pytest.mark.full
Ran = tuple[Pilot, dict[str, Any]]
SETTINGS = """\
role = "account-planning"
[ledger]
path = "data/online_retail_sample.csv.xz"
contract = "data_contracts/sales_ledger.odcs.yaml"
[ledger.columns]
case = "Customer ID"
order = "Invoice"
day = "InvoiceDate"
price = "Price"
quantity = "Quantity"
[case]
shape = "events"
table = "ledger"
columns = {case = "Customer ID", order = "Invoice", day = "InvoiceDate", price = "Price", quantity = "Quantity"}
words = {case = "customer", cases = "customers", list = "risk list", event = "order", events = "orders"}
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A copy of the pilot on which `run` was run on the example's ledger, and the object that it printed."""
    pilot = Pilot.copy(tmp_path_factory.mktemp("example"))
    shutil.copy(ROOT / "data" / "online_retail_sample.csv.xz", pilot.root / "data")
    (pilot.root / "config" / "default.toml").write_text(SETTINGS, encoding="utf-8")
    return pilot, pilot.json("run")


def test_money_at_risk_beats_the_rule_and_risk_alone_finds_more_customers_and_less_money(example: Ran) -> None:
    against = example[1]["evaluated"]["against_rule"]
    money, people = against["expected_loss"]["money_reached"], against["probability"]["cases_reached"]
    assert money["difference"]["low"] > 0
    assert people["difference"]["low"] > 0
    assert against["probability"]["money_reached"]["difference"]["high"] < 0
    assert "finds more customers and loses money" in example[1]["evaluated"]["finding"]


@pytest.fixture
def small(tmp_path: Path) -> Pilot:
    """A pilot to which a team brings a table of another shape: names, dates, separator, decimals, letters."""
    pilot = Pilot.copy(tmp_path / "pilot")
    lines = ["Kunde;Datum;Umsatz;Straße"]
    for number in range(150):
        every, last = 6 + number % 23, 60 + (number * 37) % 670
        for day in range(number % 20, last, every):
            when = f"{1 + day % 28:02}.{1 + day // 28 % 12:02}.{2023 + day // 336}"
            lines.append(f"K{number:03};{when};{1 + number % 3}.{100 + (number * 13) % 400},50;{number % 4}")
    (pilot.root / "data" / "verkauf.csv").write_text("\n".join(lines) + "\n", encoding="cp1252")
    return pilot


def test_a_teams_own_table_is_drafted_then_applied_and_the_run_ends_green(small: Pilot) -> None:
    table = str(small.root / "data" / "verkauf.csv")
    before = (small.root / "config" / "default.toml").read_bytes()
    drafted = small.json("own-data", table)
    assert drafted["columns"] == {"customer": "Kunde", "day": "Datum", "amount": "Umsatz"}
    assert any("Straße" in each for each in drafted["decisions"])
    assert (small.root / "config" / "default.toml").read_bytes() == before
    assert small.json("own-data", table, "--apply")["applied"]
    assert '"data_contracts/verkauf.odcs.yaml"' in (small.root / "pilot.yml").read_text(encoding="utf-8")
    assert small.run("derive", "--check")[0] == 0
    result = small.json("run")
    assert result["data"]["set_aside"] == 0
    assert max(entry["money"] for entry in result["scored"]["first"]) > 1100, "1.100,50 is more than a thousand"
    assert result["data"]["rows_read"] > 1000
    assert result["scored"]["written"] == result["scored"]["active"] > 0
    assert result["scored"]["method"] == ("expected_loss" if result["registered"]["promoted"] else "rule")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("PK\x03\x04", "save its table as CSV", id="workbook"),
        pytest.param("who,what\na,b\n", "No column was found for", id="no dates"),
        pytest.param("who,day,value\na,2024-01-01,5.5\na,2024-02-01,6.5\n", "too short", id="too short"),
    ],
)
def test_a_table_that_cannot_serve_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    pilot = Pilot.copy(tmp_path / "pilot")
    table = tmp_path / ("table.xlsx" if text.startswith("PK") else "table.csv")
    table.write_text(text, encoding="utf-8")
    code, _, err = pilot.run("own-data", str(table))
    assert code == 2
    assert said in err
