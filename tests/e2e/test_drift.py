"""The alarm for drift is silent while nothing changes but the season, and finds what moved."""

import json

import pytest

pytestmark = pytest.mark.slow

# Ten monthly lists of the ledger that the pilot carries, each watched by a model that knew what was known by then; then
# the last list, drawn ten times with one feature moved by half of its standard deviation.
WATCH = """
import json
from dataclasses import replace
from datetime import date
import numpy as np
from customer_call_list.adapters.model import SklearnLearner
from customer_call_list.bootstrap import build
from customer_call_list.domain.cases import FEATURES
from customer_call_list.domain.customers import Customers
from customer_call_list.pipelines.score import moved
from customer_call_list.services.backtest import training_outcomes

parts = build()
orders = parts.ledger("watch").read().orders
lists = [date(2011, month, 1) for month in range(3, 13)]
customers = Customers(orders, parts.policy)
alarms = {}
for day in lists:
    model = SklearnLearner("logistic", 1).fit(training_outcomes(customers, parts.policy, day))
    found = moved(customers, customers.cases(day), model, seed=1)
    alarms[str(day)] = [[each.feature, each.statistic, each.threshold] for each in found if each.detected]

random = np.random.default_rng(20111201)
cases = customers.cases(lists[-1])
places = [FEATURES.index(name) for name in ("money_per_event", "money_window", "usual_gap_days", "silence_days")]


def drawn(place):
    spread = np.std([case.features[place] for case in cases]) / 2
    for row in random.integers(0, len(cases), len(cases)):
        known = list(cases[row].features)
        known[place] += spread
        yield replace(cases[row], features=tuple(known))


def finds(place):
    return any(each.feature == FEATURES[place] and each.detected for each in
               moved(customers, list(drawn(place)), model, seed=1))


found = {FEATURES[place]: sum(finds(place) for _ in range(10)) for place in places}
print(json.dumps([alarms, found]))
"""


def test_the_season_is_no_alarm_and_half_a_standard_deviation_is_found(pilot, run_in):
    run = run_in(pilot, ["python", "-c", WATCH])
    assert run.code == 0, run.err
    alarms, found = json.loads(run.out)
    assert len(alarms) == 10
    assert sum(map(bool, alarms.values())) <= 1, alarms
    assert all(times >= 9 for times in found.values()), found
