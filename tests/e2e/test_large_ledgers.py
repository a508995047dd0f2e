"""What a pilot does with more customers than the example has."""

import pytest

pytestmark = pytest.mark.slow

# The interval of a comparison over 20,000 customers, with numpy's memory traced: with a matrix of customers by
# customers it would be 3.2 GB.
LINEAR = """
import tracemalloc
import numpy as np
from customer_call_list.services.intervals import Ratio, interval

random = np.random.default_rng(1)
calls = random.integers(0, 4, 20_000).astype(float)
one, other = (Ratio(random.lognormal(6, 1, 20_000) * (calls > 1), calls) for _ in range(2))
tracemalloc.start()
low, high = interval(one, other, seed=1)
assert low < one.value - other.value < high
print(tracemalloc.get_traced_memory()[1] // 1_000_000)
"""


def test_an_interval_needs_memory_in_proportion_to_the_customers(render_pilot, run_in):
    run = run_in(render_pilot(), ["python", "-c", LINEAR])
    assert run.code == 0, run.err
    assert int(run.out) < 200
