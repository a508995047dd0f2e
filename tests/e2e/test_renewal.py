"""A champion is renewed by its own recipe, month after month, and never by a worse model."""

import json

import pytest

pytestmark = pytest.mark.slow

# Nine monthly runs on the ledger that the pilot carries, each as of its own morning, with a real registry; then two
# models that are worse: the champion's recipe trained on outcomes that say the opposite, and another recipe no better.
WALK = """
import json
from dataclasses import replace
from datetime import date
from customer_call_list.bootstrap import build
from customer_call_list.domain.customers import Customers
from customer_call_list.pipelines import learn
from customer_call_list.pipelines.intake import Intake

parts = build()
reading = parts.ledger("walk").read()
MONTHS = [date(2011, month, 5) for month in range(4, 13)]


def take(parts, customers):
    intake = Intake(customers, reading.checked, reading.contract.id, len(reading.orders), None)
    learn.train(parts, intake, print_nothing)
    learn.evaluate(parts, intake, print_nothing)
    return learn.register(parts, intake)


def print_nothing(text):
    pass


def known(month):
    return Customers([order for order in reading.orders if order.day < month], parts.policy)


class Backwards:
    # Learns that those who left had stayed.
    def __init__(self, learner):
        self.learner, self.kind, self.parameters = learner, learner.kind, learner.parameters

    def fit(self, outcomes):
        return self.learner.fit([replace(outcome, lapsed=not outcome.lapsed) for outcome in outcomes])


walked = [take(parts, known(month)) for month in MONTHS[:-1]]
worse = take(replace(parts, learner=lambda kind: Backwards(parts.learner(kind))), known(MONTHS[-1]))
renewed = take(parts, known(MONTHS[-1]))
settings = parts.settings.model_copy(update={"model": parts.settings.model.model_copy(update={"kind": "boosting"})})
other = take(replace(parts, settings=settings), known(MONTHS[-1]))
print(json.dumps([[each.promoted, each.champion, each.reasons] for each in (*walked, renewed, worse, other)]))
"""


def test_nine_monthly_runs_renew_the_champion_and_a_worse_model_never_does(pilot, run_in):
    run = run_in(pilot, ["python", "-c", WALK], PILOT_EVALUATION__LISTS="3")
    assert run.code == 0, run.err
    *months, worse, other = json.loads(run.out.splitlines()[-1])
    kept = [reasons[-1] for promoted, _, reasons in months if not promoted]
    assert kept == ["the champion has learned from the same outcomes: nothing to renew"], "one short February"
    assert sum("renews the champion" in reasons[-1] for _, _, reasons in months) == 7
    assert not worse[0]
    assert not other[0]
