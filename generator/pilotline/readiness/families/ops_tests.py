"""Operation, proven by the pilot's own tests: it can be stopped, and it does not get slower."""

from collections.abc import Iterable
from typing import Final

from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, Tools
from pilotline.readiness.facts import tests_named
from pilotline.readiness.pytest_proof import judge_tests, measure_tests
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository


class _ProvenByTests(ExecutedCheck):
    """A check that tests of the pilot prove, found by their names."""

    names = ""
    lacking = ""

    def find(self, repo: Repository) -> Iterable[Problem]:
        return () if tests_named(repo, self.names) else [Problem(self.lacking)]

    def command(self, repo: Repository) -> str:
        return f"pytest {' '.join(tests_named(repo, self.names))}"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        return measure_tests(tools, tests_named(repo, self.names), self.names)

    def judge(self, measured: Measured) -> Iterable[Problem]:
        return judge_tests(measured)


class KillSwitchWorks(_ProvenByTests):
    """Stopping has to work on the day it is needed, and something else has to decide from then on."""

    id = "OPS009"
    title = "A kill switch stops the model, and what decides instead is tested"
    stage = Stage.PRODUCTION
    source = "EU AI Act, Article 14(4)(e); NIST AI RMF MANAGE 2.4, GOVERN 6.2"
    effort = Effort.HOURS
    advice = (
        "Write a test with `switch` or `fallback` in its name that toggles the flag and looks at what decides then."
    )
    example = """
def test_the_switch_puts_the_rule_in_the_models_place(pilot):
    pilot("switch", "off", "--by", "ada", "--why", "drill")
    assert pilot("score").decided_by == "rule"
"""
    names = "switch|kill|fallback"
    lacking = "No test switches the model off (test_…switch…)"


class SlownessIsFound(_ProvenByTests):
    """Slow and dear come in small steps, and each of them passes a review."""

    id = "OPS010"
    title = "Latency and cost are held against a budget by a test"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Monitor 6"
    effort = Effort.HOURS
    advice = "Say in operation.run_seconds in pilot.yml how many seconds a batch may take: `pilotline prepare production` brings the test that holds it. Or write one with `latency`, `duration` or `cost` in its name."
    example = """
def test_latency_of_the_main_job(pilot):
    start = time.perf_counter()
    pilot("score")
    assert time.perf_counter() - start < 30
"""
    names = "latency|duration|throughput|benchmark|cost_budget|within_budget|cost_per"
    lacking = "No test holds latency or cost against a budget (test_…latency…)"


CHECKS: Final[tuple[Check, ...]] = (KillSwitchWorks(), SlownessIsFound())
