"""Simulated pilots with clusters, weights, long tails and lists that share customers: how often they are wrong."""

import json

import pytest

pytestmark = pytest.mark.slow

TRIALS = 300
CHANCE = 2 * (0.05 * 0.95 / TRIALS) ** 0.5  # what so many trials add to a true 5 %, two standard errors
HEAD = """
import json
import numpy as np
from dataclasses import asdict
from customer_call_list._platform.anytime import Sample, any_look
from customer_call_list.services.evaluation import swaps
from customer_call_list.services.intervals import Ratio

TRIALS = 300
random = np.random.default_rng(20261128)


def outside(sample, truth):
    found = any_look(sample)[0]
    return not found.low <= truth <= found.high


def ever(sums, truth, looks):
    return any(outside(sums(n), truth) for n in looks)


def share(draw, truth, looks):
    return sum(ever(draw(), truth, looks) for _ in range(TRIALS)) / TRIALS
"""
FORMS = (
    HEAD
    + """
CLUSTER, LAST = 8, 4800
LOOKS = range(2400, LAST + 1, 240)
names = np.arange(LAST) // CLUSTER
weights = random.integers(1, 4, LAST).astype(float)


def together(between=1.0):
    return random.normal(0, between, LAST // CLUSTER)[names]


def mean():
    values = 5 + together() + random.normal(0, 1, LAST)
    return lambda n: Sample.of_cases("mean", values[:n], weights[:n], names[:n])


def ratio():
    values = weights * (5 + together() + random.exponential(1, LAST) - 1)
    return lambda n: Sample.of_cases("ratio", values[:n], weights[:n], names[:n])


def rate(clustered=True):
    values = (random.random(LAST) < 0.3 + 0.28 * np.sign(together())).astype(float)
    return lambda n: Sample.of_cases("rate", values[:n], None, names[:n] if clustered else None)


def total(kept=0.3):
    noise = random.normal(0, 1, 400)
    for day in range(1, 400):
        noise[day] += kept * noise[day - 1]
    return lambda n: Sample.of_cases("sum", 10 + noise[:n], periods=np.arange(n))


def alone():
    values = 5 + together() + random.normal(0, 1, LAST)
    return lambda n: Sample.of_cases("mean", values[:n])


days = range(60, 401, 20)
print(json.dumps({
    "mean, weights and clusters": [share(mean, 5, LOOKS), share(mean, 5.3, LOOKS)],
    "ratio, weights and clusters": [share(ratio, 5, LOOKS), share(ratio, 5.3, LOOKS)],
    "rate, clusters": [share(rate, 0.3, LOOKS), share(rate, 0.4, LOOKS)],
    "sum, days that depend on each other": [share(total, 10, days), share(total, 10.5, days)],
    "naive: mean, clusters not named": [share(alone, 5, LOOKS), None],
    "naive: rate, clusters not named": [share(lambda: rate(False), 0.3, LOOKS), None],
}))
"""
)
SKEWED = (
    HEAD
    + """
LAST = 8000
LOOKS = np.unique(np.geomspace(300, LAST, 100).astype(int))


def sums(values, truth, kind="mean", kept=True):
    far = values - truth
    first, second, third = (np.cumsum(far**power) for power in (1, 2, 3))
    zeros = np.cumsum(values == 0)

    def sample(n):
        mean, square, cube = first[n - 1] / n, second[n - 1] / n, third[n - 1] / n
        spread = square - mean**2
        skewness = (cube - 3 * mean * square + 2 * mean**3) / spread**1.5 if kept else None
        return Sample(n, mean, (spread * n / (n - 1)) ** 0.5, kind, zeros=int(zeros[n - 1]), skewness=skewness)
    return sample


def wrong(draw, truth, kind="mean", kept=True, first=300, hoped=0.0):
    return share(lambda: sums(draw(), truth, kind, kept), hoped, LOOKS[LOOKS >= first])


def money(sigma):
    return lambda: random.lognormal(0, sigma, LAST)


def few():
    return random.lognormal(0, 1, LAST) * (random.random(LAST) < 0.1)


def lean(one, two):
    return lambda: random.lognormal(-one * one / 2, one, LAST) - random.lognormal(-two * two / 2, two, LAST)


means = {sigma: float(np.exp(sigma * sigma / 2)) for sigma in (1.0, 1.5, 2.0)}
LOOKS = np.union1d(LOOKS, np.arange(50, 300, 5))
print(json.dumps({
    **{f"lognormal, sigma {sigma}": [wrong(money(sigma), mean), None] for sigma, mean in means.items()},
    "Pareto, barely a variance": [wrong(lambda: random.pareto(2.1, LAST), 1 / 1.1), None],
    "nine in ten are zero": [wrong(few, 0.1 * means[1.0]), None],
    "differences of equal tails": [wrong(lean(1.5, 1.5), 0, "difference", first=50), None],
    "differences of unequal tails": [wrong(lean(1.0, 0.5), 0, "difference", first=50), None],
    "power: money is more than hoped for": [wrong(money(1.0), means[1.0], hoped=-0.2), None],
    "naive: lognormal, sigma 2": [wrong(money(2.0), means[2.0], kept=False), None],
}))
"""
)
LISTS = (
    HEAD
    + """
CUSTOMERS = 1000


def lists(count, gain=0.0, lapsing=False):
    # Customers belong to one of two ways at random for good; each list calls the same ones again, as lists do.
    ours = np.zeros(CUSTOMERS)
    ours[random.permutation(CUSTOMERS)[: CUSTOMERS // 2]] = 1.0
    value = random.lognormal(0, 1, CUSTOMERS) if not lapsing else np.ones(CUSTOMERS)
    chance = np.clip(random.beta(1, 1, CUSTOMERS) + gain * ours, 0, 1)
    reached = np.zeros(CUSTOMERS)
    pairs, over, apart = np.zeros(0), [], []
    for number in range(1, count + 1):
        now = value * (random.random(CUSTOMERS) < chance)
        reached += now
        sums = swaps(*(Ratio(reached * side, number * side) for side in (ours, 1 - ours)))
        over.append(outside(Sample(kind="difference", **asdict(sums)), 0))
        pairs = np.append(pairs, now[ours == 1] - now[ours == 0])
        apart.append(outside(Sample.differences(pairs), 0))
    return np.array([any(over), any(apart)])


def found(count, **more):
    return (sum(lists(count, **more) for _ in range(TRIALS)) / TRIALS).tolist()


print(json.dumps({
    "6 lists": found(6), "16 lists": found(16),
    "6 lists, guardrail": found(6, lapsing=True), "16 lists, guardrail": found(16, lapsing=True),
    "power: 6 lists, 15 points more lapse among ours": found(6, gain=0.15, lapsing=True),
}))
"""
)


def simulated(pilot, run_in, code):
    run = run_in(pilot, ["python", "-c", code])
    assert run.code == 0, run.err
    return json.loads(run.out)


@pytest.mark.parametrize("code", [pytest.param(FORMS, id="forms"), pytest.param(SKEWED, id="skewed")])
def test_each_form_keeps_the_error_rate_under_daily_looks_and_has_power(pilot, run_in, code):
    found = simulated(pilot, run_in, code)
    for name, (wrong, power) in found.items():
        if name.startswith("naive"):
            assert wrong > 0.1, f"the trap that this guards against is real: {found}"
        elif name.startswith("power"):
            assert wrong > 0.9, found
        else:
            assert wrong <= 0.05 + CHANCE, (name, found)
            assert power is None or power > 0.9, (name, found)


def test_two_equal_ways_to_rank_stay_equal_however_many_lists_share_their_customers(pilot, run_in):
    found = simulated(pilot, run_in, LISTS)
    power, _ = found.pop("power: 6 lists, 15 points more lapse among ours")
    assert all(over <= 0.05 + CHANCE for over, _ in found.values()), found
    assert all(apart > 0.1 for name, (_, apart) in found.items() if name.startswith("16")), "the trap is real"
    assert power > 0.9
