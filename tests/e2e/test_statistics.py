"""Simulated pilots, looked at every day: how often they are called better, rightly and wrongly."""

import json

import pytest

pytestmark = pytest.mark.slow

CHANCE = 0.015  # what 1,000 trials add to a true 5 %, two standard errors
# Runs in the pilot's own environment, on the pilot's own code; prints the share of pilots called better for each case.
SIMULATION = """
import json
import numpy as np
from customer_call_list._platform.anytime import Sample, any_look, cases_needed, one_look

PILOTS, LAST = 1000, 2000
random = np.random.default_rng(20261125)


def share(values, interval, kind, bar=0.0, first=50, every=20):
    counts = np.arange(1, LAST + 1)
    means = values.cumsum(axis=1) / counts
    sds = np.sqrt(np.maximum((values**2).cumsum(axis=1) / counts - means**2, 0) * counts / np.maximum(counts - 1, 1))
    def better(row):
        looks = (Sample(n, means[row, n - 1], sds[row, n - 1], kind) for n in range(first, LAST + 1, every))
        return any(interval(sample)[0].low > bar for sample in looks)
    return sum(map(better, range(len(values)))) / len(values)


def customers(gain, size):
    # A customer who stands on many lists: half of what a call reaches is his own, so calls depend on each other.
    skewed = random.lognormal(0, 1, size) - random.lognormal(0, 1, size)
    earlier = np.roll(skewed, 1, axis=1)
    return gain + skewed * np.where(earlier > 0, 1.5, 0.75)


size = (PILOTS, LAST)
def rates(of):
    return (random.random((300, LAST)) < of).astype(float)


found = {
    "no better, values with a long tail upwards": share(random.lognormal(0, 1, size) - np.exp(0.5), any_look, "mean"),
    "no better, values with a long tail downwards": share(np.exp(0.5) - random.lognormal(0, 1, size), any_look, "mean"),
    "no better, values": share(random.normal(0, 1, size), any_look, "mean"),
    "no better, differences that depend on what came before": share(customers(0, size), any_look, "difference"),
    "no better, a rate": share(rates(0.1), any_look, "rate", 0.1, first=1),
    "no better, a t-test": share(random.normal(0, 1, (300, LAST)), one_look, "mean", first=10, every=10),
    "no better, a rate's interval for one look": share(rates(0.1), one_look, "rate", 0.1, first=1),
    "better by a fifth of the standard deviation": share(random.normal(0.2, 1, size), any_look, "difference"),
    "a rate of 15 % instead of 10 %": share(rates(0.15), any_look, "rate", 0.1, first=1),
}
needed = cases_needed(0.2, Sample(50, 0.0, 1.0, "difference"))
values = random.normal(0.2, 1, (PILOTS, needed))
ends = (Sample(needed, row.mean(), row.std(ddof=1), "difference") for row in values)
found["seen at the stated number of cases"] = sum(any_look(end)[0].low > 0 for end in ends) / PILOTS
print(json.dumps({"needed": needed, **found}))
"""


def test_daily_peeking_keeps_the_stated_error_rate_and_power(pilot, run_in):
    run = run_in(pilot, ["python", "-c", SIMULATION])
    assert run.code == 0, run.err
    found = json.loads(run.out)

    wrong = {name: share for name, share in found.items() if name.startswith("no better")}
    peeking = {name: wrong.pop(name) for name in ("no better, a t-test", "no better, a rate's interval for one look")}
    assert all(share <= 0.05 + CHANCE for share in wrong.values()), wrong
    assert all(share > 0.2 for share in peeking.values()), f"the trap that this guards against is real: {peeking}"
    assert found["better by a fifth of the standard deviation"] > 0.99
    assert found["a rate of 15 % instead of 10 %"] > 0.95
    assert 0.77 <= found["seen at the stated number of cases"] <= 0.87, "80 % power is what the number promises"
    assert 300 < found["needed"] < 500
