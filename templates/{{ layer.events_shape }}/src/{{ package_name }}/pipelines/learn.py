"""Train a challenger, judge it out of time, and make it champion only if it has earned it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import cast

from pandas import DataFrame
from pydantic import TypeAdapter

from .._platform import PilotError
from .._platform.judged_models import (
    EVALUATION_FILE,
    EVALUATION_TAG,
    Registered,
    newest,
    obey_gate,
    stored_evaluation,
)
from .._platform.tracking import ModelVersion, TrackedRun
from ..adapters.model import Kind, SklearnLearner, SklearnModel, frame
from ..bootstrap import Parts
from ..domain.cases import FEATURES, Outcome
from ..services.backtest import Backtest, Probabilities, Progress, judged_cutoffs, run_backtest, training_outcomes
from ..services.evaluation import Evaluation, Rival, evaluate_backtest
from ..services.kinship import Kinship
from .intake import Intake

KIND_TAG = "kind"
CONTRACT_TAG = "contract"
KNOWN_BY_TAG = "known_by"
RECIPE_TAG = "recipe"
LEARNED_TAG = "learned"
BACKTEST_FILE = "backtest.json"
STORED = TypeAdapter(Evaluation)
SAID = TypeAdapter(dict[date, dict[str, float]])


@dataclass(frozen=True)
class Trained:
    """A new version of the model."""

    version: int
    run_id: str
    kind: str
    outcomes: int
    known_by: date


def train(parts: Parts, intake: Intake, progress: Progress) -> Trained:
    """Learn from every outcome known when this month's list is due; the model becomes a version without alias."""
    known_by = intake.customers.newest_cutoff()
    outcomes = training_outcomes(intake.customers, parts.policy, known_by)
    learner = parts.learner(parts.settings.model.kind)
    progress(f"learning from {len(outcomes):,} outcomes known by {known_by}")
    model = learner.fit(outcomes)
    table = frame([outcome.case for outcome in outcomes])
    with parts.tracking.run("train", {"invocation": parts.invocation, CONTRACT_TAG: intake.contract}) as run:
        run.params({**learner.parameters, **parts.settings.policy.model_dump(), "outcomes": len(outcomes)})
        _log_cases(run, parts, intake, table, outcomes, "training")
        version = run.model(model.estimator, table.head(3))
    parts.tracking.tag(
        version,
        {
            KIND_TAG: learner.kind,
            CONTRACT_TAG: intake.contract,
            KNOWN_BY_TAG: known_by.isoformat(),
            RECIPE_TAG: _recipe(parts, learner, intake.contract),
            LEARNED_TAG: sha256(table.to_numpy().tobytes() + bytes(outcome.lapsed for outcome in outcomes)).hexdigest(),
        },
    )
    return Trained(version.version, version.run_id, learner.kind, len(outcomes), known_by)


def _log_cases(
    run: TrackedRun, parts: Parts, intake: Intake, table: DataFrame, outcomes: Sequence[Outcome], context: str
) -> None:
    """Log which cases a model learned from, or was judged by."""
    ledger, lapsed = parts.settings.ledger, [float(outcome.lapsed) for outcome in outcomes]
    source = ledger.path or f"{ledger.integration}:{ledger.relation}"
    run.dataset(table.assign(lapsed=lapsed), name=f"cases of {intake.contract}", source=source, context=context)


def _recipe(parts: Parts, learner: SklearnLearner, contract: str) -> str:
    """Say in short what makes a model what it is, whatever it learned from: kind, features, contract, definition."""
    made_of = [learner.parameters, FEATURES, contract, parts.settings.policy.model_dump()]
    return sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def champion(parts: Parts, contract: str) -> ModelVersion | None:
    """Find the champion; one that learned from another ledger is none."""
    version = parts.tracking.version("champion")
    return version if version is not None and version.tags.get(CONTRACT_TAG) == contract else None


def evaluate(parts: Parts, intake: Intake, progress: Progress) -> Evaluation:
    """Judge the newest version's recipe on past lists, against the rule and the champion, and keep the evidence."""
    version = newest(parts)
    cutoffs = judged_cutoffs(intake.customers, parts.policy, parts.settings.evaluation.lists)
    if not cutoffs:
        raise PilotError(
            "No past list can be judged: the ledger is too short for outcomes to learn from and others to judge by. "
            "Bring a longer history, or shorten the windows in [policy] of config/default.toml."
        )
    learner = parts.learner(cast("Kind", version.tags[KIND_TAG]))
    test = run_backtest(intake.customers, learner, parts.policy, cutoffs, progress)
    rival = _rival(parts, intake, version, test)
    found = evaluate_backtest(version.version, test, rival, parts.policy, parts.words, parts.settings.seed, progress)
    with parts.tracking.run("evaluate", {"invocation": parts.invocation, "version": str(version.version)}) as run:
        judged = [outcome for day in test.cutoffs for outcome in test.outcomes[day]]
        _log_cases(run, parts, intake, frame([outcome.case for outcome in judged]), judged, "evaluation")
        run.judged(version, metrics(found))
        run.json(EVALUATION_FILE, STORED.dump_python(found, mode="json"))
        run.json(BACKTEST_FILE, {str(day): dict(known) for day, known in test.probabilities.items()})
    parts.tracking.tag(version, {EVALUATION_TAG: run.id})
    return found


def metrics(found: Evaluation) -> dict[str, float]:
    """Flatten the evidence to the numbers that MLflow plots and compares."""
    numbers = dict(found.quality)
    for method, comparisons in found.against_rule.items():
        for measure, comparison in comparisons.items():
            name = f"{method}.{measure}"
            numbers[name] = comparison.value.value
            numbers[f"{name}.difference"] = comparison.difference.value
            numbers[f"{name}.difference_low"] = comparison.difference.low
            numbers[f"{name}.difference_high"] = comparison.difference.high
    return numbers


def _rival(parts: Parts, intake: Intake, version: ModelVersion, test: Backtest) -> Rival | None:
    """The champion with its out-of-time statements; None when there is none, or when it is judged itself."""
    holder = champion(parts, intake.contract)
    if holder is None or holder.version == version.version:
        return None
    margin = parts.settings.evaluation.renewal_margin
    return Rival(holder.version, _statements(parts, holder, test), _kinship(version, holder), margin)


def _kinship(version: ModelVersion, holder: ModelVersion) -> Kinship:
    """Compare recipes, and what was learned from; a champion without a recipe is another one."""
    if version.tags.get(RECIPE_TAG) != holder.tags.get(RECIPE_TAG, ""):
        return Kinship.OTHER
    return Kinship.SAME if version.tags[LEARNED_TAG] == holder.tags[LEARNED_TAG] else Kinship.RETRAINED


def _statements(parts: Parts, holder: ModelVersion, test: Backtest) -> Probabilities:
    """What the champion said in its own backtest, and says now of lists after all that it learned from."""
    found = SAID.validate_python(parts.tracking.read_json(holder.tags[EVALUATION_TAG], BACKTEST_FILE))
    known_by = date.fromisoformat(holder.tags[KNOWN_BY_TAG])
    for day in [day for day in test.cutoffs if day not in found and day >= known_by]:
        cases = [outcome.case for outcome in test.outcomes[day]]
        model = SklearnModel(parts.tracking.load(holder))
        found[day] = dict(zip([case.customer for case in cases], model.probabilities(cases), strict=True))
    return found


def read_evaluation(parts: Parts, version: ModelVersion) -> Evaluation:
    """Read the evidence about a version back from its run."""
    return STORED.validate_python(stored_evaluation(parts, version))


def register(parts: Parts, intake: Intake) -> Registered:
    """Obey the gate: the newest version becomes champion, or stays a challenger, and its verdict is kept with it."""
    version = newest(parts)
    said = read_evaluation(parts, version).decision
    return obey_gate(parts, version, champion(parts, intake.contract), passed=said.passed, reasons=said.reasons)
