"""A small ledger drawn by chance, so that the tests of the main job need nobody's data: 1,500 customers, 18 months.

Customers buy in rhythms of their own, three weeks to three months; some stop for good. So silence alone says little,
and a model that knows the rhythms beats the rule in use. Some lines lack their customer, as in a real system.
"""

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

CUSTOMERS: Final = 1500  # a verdict on a difference asks for 300 customers whom only one of two lists calls
FIRST, LAST = date(2023, 1, 2), date(2024, 7, 5)
SETTINGS: Final = """\
role = "planning"
[ledger]
path = "data/drawn.csv"
contract = "data_contracts/drawn.odcs.yaml"
until = 2024-04-10
[ledger.columns]
case = "customer"
order = "order"
day = "day"
amount = "amount"
[policy]
chosen_share = 0.4
[evaluation]
lists = 2
[case]
shape = "events"
table = "ledger"
columns = {case = "customer", order = "order", day = "day", amount = "amount"}
words = {case = "customer", cases = "customers", list = "risk list", event = "order", events = "orders"}
"""
CONTRACT: Final = """\
apiVersion: v3.1.0
kind: DataContract
id: drawn-ledger
version: 1.0.0
status: active
team: {name: tests, members: [{username: the-owner, role: owner}]}
roles: [{role: planning, access: read}]
customProperties:
  - {property: classification, value: public}
  - {property: toleratedBadRowsPercent, value: 10}
schema:
  - name: drawn
    logicalType: object
    properties:
      - {name: customer, logicalType: string, required: true}
      - {name: order, logicalType: string, required: true}
      - {name: day, logicalType: date, required: true, logicalTypeOptions: {format: yyyy-MM-dd}}
      - {name: amount, logicalType: number, required: true}
"""
LIST, LATER = (
    "2024-04-01",
    "2024-07-06",
)  # the list that is due by the settings above; a day on which its outcome is known
KPIS: Final = """\
format: 1
kpis:
  - id: money_reached
    title: Money reached
    question: How much is at stake behind those on the list?
    kind: outcome
    owner: the-owner
    formula: Value of the customers reached who fall silent, per 100 that are chosen
    unit: CURRENCY per 100 chosen customers
    direction: higher
    baseline: {value: 100, period: drawn, source: drawn}
    target: {value: 1000000, due: "2030-01-01"}
    measure: {function: money_reached}
    window: all lists
    minimum_sample: 20
    value:
      per_unit: 0.03
      currency: CURRENCY
      assumptions: [{text: of the customers reached stay, share: 0.1, basis: assumed}]
    attribution: the rule on the same customers
    decision: {go_on: better, gate: shown, otherwise: stop}
  - id: corrections_answered
    title: Corrections answered
    question: Does somebody answer?
    kind: adoption
    owner: the-owner
    formula: Share of corrections that were answered
    unit: percent
    direction: higher
    baseline: {value: 0, period: drawn, source: drawn}
    target: {value: 80, due: "2030-01-01"}
    measure: {function: corrections}
    window: all corrections so far
    minimum_sample: 5
    attribution: counted
    decision: {go_on: better, gate: not_worse, otherwise: stop}
"""


def write_ledger(path: Path, *, without_customer: float = 0.01) -> None:
    """Write the lines of the ledger; a share of them names no customer."""
    chance = Random(7)  # noqa: S311 - an example, no secret
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["customer", "order", "day", "amount"])
        for number in range(CUSTOMERS):
            for day, amount in _orders(chance):
                name = "" if chance.random() < without_customer else f"K{number:04}"
                lines.writerow([name, f"{number}-{day}", day.isoformat(), f"{amount:.2f}"])


def _orders(chance: Random) -> list[tuple[date, float]]:
    """Draw one customer: a rhythm, a size, and perhaps a last day."""
    gap, size = chance.choice((20, 30, 50, 80)), chance.lognormvariate(5, 1)
    stops = FIRST + timedelta(days=chance.randrange(150, 700))
    day, found = FIRST + timedelta(days=chance.randrange(90)), []
    while day <= min(LAST, stops):
        found.append((day, size * chance.uniform(0.5, 1.5)))
        day += timedelta(days=max(1, round(gap * chance.uniform(0.7, 1.3))))
    return found
