"""Model, how good it is: evaluated by a machine, against something simple, for everybody whom it is about."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import EVALUATION, KPI_EVIDENCE
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.pilot_evidence import is_older_than_model, newest_kpis
from pilotline.readiness.results import Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.workflows import ci_runs


class EvaluationRunsInCi(Check):
    """An evaluation that somebody has to remember is the first thing to be forgotten before a deadline."""

    id = "MOD005"
    title = "An evaluation with thresholds runs in CI, and its report is newer than model and prompts"
    stage = Stage.PILOT
    grade = Grade.EXECUTED
    source = "EU AI Act, Article 9(8); ML Test Score: Infra 4; NIST AI RMF MEASURE 2.3, 2.5"
    effort = Effort.HOURS
    advice = "Let CI run the gate (`nox -s gate`), run the pilot's `measure` (or your suite, which writes governance/evidence/evaluation.json) after each change of model or prompts, and commit the evidence."
    example = """
{"format": 1, "commit": "4f1c2d9", "at": "2026-11-20T08:00:00Z",
 "metrics": [{"name": "groundedness", "value": 0.93, "threshold": 0.9, "passed": true}],
 "baseline": {"name": "keyword search", "value": 0.61},
 "slices": [{"group": "new customers", "metric": "groundedness", "value": 0.91}]}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not ci_runs(repo, r"\b(?:gate|evals?|evaluate|evaluation)\b", on_requests=True):
            yield Problem("No CI job runs an evaluation on requests", Location(next(iter(repo.workflows), "")))
        report, kpis = repo.document(EVALUATION), newest_kpis(repo)
        place = Location(EVALUATION if report else KPI_EVIDENCE if kpis else "")
        first = kpis.get(repo.kpis.text("kpis", 0, "id"))
        if not report and not first:
            yield Problem(f"There is no report of an evaluation ({EVALUATION} or {KPI_EVIDENCE})")
            return
        for metric in report.items("metrics"):
            if metric.number("threshold") is None or metric.flag("passed") is not True:
                yield Problem(f"{metric.text('name') or 'A metric'} has no threshold, or misses it", metric.place())
        if report and not report.items("metrics"):
            yield Problem("The report holds no metric", place)
        if not report and first and first.text("verdict") == "worse":
            yield Problem(f"The last measurement says worse: {first.text('sentence')}", place)
        commit = report.text("commit") or (first.text("commit") if first else "")
        if is_older_than_model(repo, commit):
            yield Problem("Model, prompts or their settings changed since the report was made", place)


class BaselineIsBeaten(Check):
    """Often the simple rule is as good, costs nothing, and can be explained."""

    id = "MOD006"
    title = "The model is compared with a simple baseline"
    stage = Stage.PILOT
    grade = Grade.EXECUTED
    source = "ML Test Score: Model 5"
    effort = Effort.HOURS
    advice = "Measure what is done today, or the simplest rule, on the same cases: the pilot's `measure` does, and your own suite writes it as baseline into governance/evidence/evaluation.json."
    example = """
{"format": 1, "baseline": {"name": "largest silent customers", "value": 49833}}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        report, first = repo.document(EVALUATION), newest_kpis(repo).get(repo.kpis.text("kpis", 0, "id"))
        in_report = report.number("baseline", "value") is not None and report.text("baseline", "name")
        measured = (
            first and first.has("gain") and (first.number("rule") is not None or first.number("baseline") is not None)
        )
        if not (in_report or measured):
            yield Problem(f"No report compares it with something simple ({KPI_EVIDENCE} or {EVALUATION})")


class GroupsAreCompared(Check):
    """A good average hides for whom it is bad."""

    id = "MOD007"
    title = "Results are compared between the groups that were declared"
    stage = Stage.PRODUCTION
    grade = Grade.EXECUTED
    source = "ML Test Score: Model 6-7; NIST AI RMF MEASURE 2.11"
    effort = Effort.DAYS
    advice = "Declare in evaluation.groups in pilot.yml for whom results may differ, and let the evaluation write a slice for each into governance/evidence/evaluation.json; where there are none, say why in evaluation.no_groups_because."
    example = """
evaluation:
  groups: [new customers, customers abroad]
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        evaluation = repo.manifest.at("evaluation")
        groups = evaluation.texts("groups")
        if not groups and is_unanswered(evaluation.text("no_groups_because")):
            yield Problem(
                "No groups are declared (evaluation.groups), nor why there are none", evaluation.place("groups")
            )
        report = repo.document(EVALUATION)
        covered = {part.text("group") for part in report.items("slices") if part.number("value") is not None}
        for group in groups:
            if group not in covered:
                yield Problem(f"No report shows how good it is for {group} ({EVALUATION})", report.place("slices"))


CHECKS: Final[tuple[Check, ...]] = (EvaluationRunsInCi(), BaselineIsBeaten(), GroupsAreCompared())
