"""Train a challenger, judge it by cases that it has not seen, and make it champion only if it has earned it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

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
from ..adapters.model import Kind, SklearnModel, frame
from ..bootstrap import Parts
from ..domain.case import Estimate, Known
from ..services.backtest import Backtest, Progress, run_backtest
from ..services.evaluation import Evaluation, Rival, evaluate_backtest
from ..services.kinship import Kinship
from ..services.splitting import split
from .intake import Intake, cases_of

KIND_TAG = "kind"
CONTRACT_TAG = "contract"
COLUMNS_TAG = "columns"
RECIPE_TAG = "recipe"
LEARNED_TAG = "learned"
KNOWN_BY_TAG = "known_by"
BACKTEST_FILE = "backtest.json"
STORED = TypeAdapter(Evaluation)
SAID = TypeAdapter(dict[str, tuple[float, ...]])


@dataclass(frozen=True)
class Trained:
    """A new version of the model."""

    version: int
    run_id: str
    kind: str
    cases: int
    known_by: str


def train(parts: Parts, intake: Intake, progress: Progress) -> Trained:
    """Learn from every known outcome; the model becomes a version without alias."""
    learner = intake.learner(parts, parts.settings.model.kind)
    words = parts.words
    progress(f"learning from {len(intake.known):,} {words.cases}, {len(intake.features)} features each")
    model = learner.fit(intake.known)
    table = frame(cases_of(intake.known), intake.features)
    known_by = _known_by(intake)
    with parts.tracking.run("train", {"invocation": parts.invocation, CONTRACT_TAG: intake.contract}) as run:
        run.params({**learner.parameters, "decision": parts.settings.decision_kind, "cases": len(intake.known)})
        _log_cases(run, parts, intake, table, intake.known, "training")
        version = run.model(model.estimator, table.head(3))
    tags = {
        KIND_TAG: learner.kind,
        CONTRACT_TAG: intake.contract,
        COLUMNS_TAG: _columns(parts, intake),
        RECIPE_TAG: _digest({name: str(value) for name, value in learner.parameters.items()}),
        KNOWN_BY_TAG: known_by,
        LEARNED_TAG: _digest([[each.case.key, each.case.features, each.outcome] for each in intake.known]),
    }
    parts.tracking.tag(version, tags)
    return Trained(version.version, version.run_id, learner.kind, len(intake.known), known_by)


def _log_cases(
    run: TrackedRun, parts: Parts, intake: Intake, table: DataFrame, known: Sequence[Known], context: str
) -> None:
    """Log which cases a model learned from, or was judged by."""
    cases = table.assign(**{"the outcome": [each.outcome for each in known]})
    run.dataset(cases, name=f"cases of {intake.contract}", source=parts.settings.the_case.table, context=context)


def _known_by(intake: Intake) -> str:
    """Name the first day of which the model knows nothing; empty where cases have no day."""
    return (intake.days[1] + timedelta(days=1)).isoformat() if intake.days else ""


def _columns(parts: Parts, intake: Intake) -> str:
    """Name what a model answers for: which columns it needs, and which decision it is for."""
    features = [(feature.name, feature.is_number) for feature in intake.features]
    return _digest([features, intake.labels, parts.settings.decision_kind, intake.decision.measures[0].id])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def champion(parts: Parts, intake: Intake) -> ModelVersion | None:
    """Find the champion."""
    return fitting(parts, intake, "champion")


def fitting(parts: Parts, intake: Intake, which: Literal["champion"] | int) -> ModelVersion | None:
    """Find a version; one that learned from another table, other columns or another decision is none."""
    version = parts.tracking.version(which)
    ours = {CONTRACT_TAG: intake.contract, COLUMNS_TAG: _columns(parts, intake)}
    return version if version is not None and ours.items() <= dict(version.tags).items() else None


def load(parts: Parts, intake: Intake, version: ModelVersion) -> SklearnModel:
    """Load a version, with the columns that it needs."""
    return SklearnModel(parts.tracking.load(version), intake.features)


def evaluate(parts: Parts, intake: Intake, progress: Progress) -> Evaluation:
    """Judge the newest version's recipe against the rule and the champion, and keep the evidence."""
    version = newest(parts)
    if version.tags.get(COLUMNS_TAG) != _columns(parts, intake):
        raise PilotError(
            f"Model version {version.version} learned from other columns or for another decision: "
            f"`{parts.settings.distribution} train` makes one for what the settings say now."
        )
    wanted = parts.settings.evaluation
    parted = split(intake.known, wanted.parts, wanted.outcome_after_days, parts.settings.seed)
    progress(parted.said)
    learner = intake.learner(parts, cast("Kind", version.tags[KIND_TAG]))
    test = run_backtest(parted, learner, intake.decision, intake.rule, progress)
    rival = _rival(parts, intake, version, test)
    words, margin = intake.rule.words, wanted.renewal_margin
    found = evaluate_backtest(version.version, test, words, rival, intake.decision, progress, margin=margin)
    with parts.tracking.run("evaluate", {"invocation": parts.invocation, "version": str(version.version)}) as run:
        judged = frame(cases_of(test.known), intake.features)
        _log_cases(run, parts, intake, judged, test.known, "evaluation")
        run.judged(version, metrics(found))
        run.tags({"split": parted.said})
        run.json(EVALUATION_FILE, STORED.dump_python(found, mode="json"))
        run.json(BACKTEST_FILE, test.estimates)
    parts.tracking.tag(version, {EVALUATION_TAG: run.id})
    return found


def metrics(found: Evaluation) -> dict[str, float]:
    """Flatten the evidence to the numbers that MLflow plots and compares."""
    numbers = dict(found.quality)
    for each in found.against_rule:
        numbers[each.measure] = each.value.value
        numbers[f"{each.measure}.rule"] = each.other.value
        numbers[f"{each.measure}.difference"] = each.difference.value
        numbers[f"{each.measure}.difference_low"] = each.difference.low
        numbers[f"{each.measure}.difference_high"] = each.difference.high
    return {name: value for name, value in numbers.items() if abs(value) != float("inf")}


def _rival(parts: Parts, intake: Intake, version: ModelVersion, test: Backtest) -> Rival | None:
    """The champion with what it said of cases that it had not seen; None when there is none, or it is judged itself."""
    holder = champion(parts, intake)
    if holder is None or holder.version == version.version:
        return None
    return Rival(holder.version, _statements(parts, intake, holder, test), _kinship(version, holder))


def _kinship(version: ModelVersion, holder: ModelVersion) -> Kinship:
    """Compare recipes, and what was learned from."""
    if version.tags.get(RECIPE_TAG) != holder.tags.get(RECIPE_TAG):
        return Kinship.OTHER
    return Kinship.SAME if version.tags.get(LEARNED_TAG) == holder.tags.get(LEARNED_TAG) else Kinship.RETRAINED


def _statements(parts: Parts, intake: Intake, holder: ModelVersion, test: Backtest) -> Mapping[str, Estimate]:
    """What the champion said in its own backtest, and says now of cases that came after all that it learned from."""
    found = SAID.validate_python(parts.tracking.read_json(holder.tags[EVALUATION_TAG], BACKTEST_FILE))
    known_by = holder.tags.get(KNOWN_BY_TAG)
    if known_by:
        since = date.fromisoformat(known_by)
        later = [each.case for each in test.known if each.case.day and each.case.day >= since]
        said = load(parts, intake, holder).estimates(later) if later else []
        found |= {case.key: each for case, each in zip(later, said, strict=True)}
    return found


def read_evaluation(parts: Parts, version: ModelVersion) -> Evaluation:
    """Read the evidence about a version back from its run."""
    return STORED.validate_python(stored_evaluation(parts, version))


def register(parts: Parts, intake: Intake) -> Registered:
    """Obey the gate: the newest version becomes champion, or stays a challenger, and its verdict is kept with it."""
    version = newest(parts)
    said = read_evaluation(parts, version).verdict
    return obey_gate(parts, version, champion(parts, intake), passed=said.passed, reasons=said.reasons)
