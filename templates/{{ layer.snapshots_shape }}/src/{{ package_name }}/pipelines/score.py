"""Score a batch: the champion decides on the cases that wait, or the rule does, and it is written back once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .._platform.counted_scoring import count_scored
from .._platform.drift import Drift, compare
from .._platform.switch import model_switch
from .._platform.tracking import ModelVersion
from ..adapters.model import SklearnModel, frame
from ..bootstrap import Parts
from ..domain.batch import Batch, Decided, entries
from ..domain.case import Estimate
from ..domain.reasons import reasons
from ..services.backtest import Progress
from .intake import Intake, cases_of
from .learn import champion, load

RULE = "rule"
MODEL = "model"
WITH_REASONS = 5000  # cases of a batch, from the first on, for which the model gives reasons


@dataclass(frozen=True)
class Scored:
    """A batch that was decided, and whether it was new; without one, nothing waits for a decision."""

    batch: Batch | None
    why: str
    written: int
    drift: tuple[Drift, ...]


def score(parts: Parts, intake: Intake, progress: Progress) -> Scored:
    """Decide on what is due, write it back, and watch for drift."""
    cases, words = intake.due.cases, parts.words
    holder, why = _who_decides(parts, intake)
    if not cases:
        nothing = f"no {words.case} waits for a decision, because each has its {words.outcome}"
        return Scored(None, f"{nothing}: bring rows without it, and score again", 0, ())
    progress(f"deciding on {len(cases):,} {words.cases}: {why}")
    model = load(parts, intake, holder) if holder else None
    with parts.tracking.run("score", {"invocation": parts.invocation, "period": intake.due.period}) as run:
        batch = _decided(parts, intake, holder, model, run.id)
        moved = _against_reference(parts, intake, model) if model else ()
        written = parts.batches.add(batch)
        run.params({"method": batch.method, "model_version": batch.model_version})
        run.metrics({"scored": len(cases), "chosen": len(batch.chosen), "written": written})
        run.metrics({f"drift.{_metric_name(each.feature)}": each.statistic for each in moved})
    kept = parts.batches.find(intake.due.period)
    count_scored(parts.settings, holder, scored=len(cases), written=written, moved=moved)
    return Scored(kept or batch, why, written, moved)


def _metric_name(feature: str) -> str:
    """Keep to the letters that MLflow takes."""
    return "".join(sign if sign.isalnum() or sign in "_-./ " else "_" for sign in feature)


def _who_decides(parts: Parts, intake: Intake) -> tuple[ModelVersion | None, str]:
    """Let the champion decide if there is one and it is switched on."""
    switch = model_switch(parts.settings)
    if not switch.on:
        return None, f"the rule decides, because the model is switched off ({switch.why})"
    holder = champion(parts, intake)
    if holder is None:
        return None, "the rule decides, because no model has earned to be champion"
    return holder, f"model version {holder.version}, the champion, decides"


def _decided(
    parts: Parts, intake: Intake, holder: ModelVersion | None, model: SklearnModel | None, run_id: str
) -> Batch:
    cases, due = intake.due.cases, intake.due
    rule = intake.rule.learn(intake.known, intake.decision)
    by_rule = intake.decision.follow(cases, [rule.says(case) for case in cases])
    told = model.estimates(cases) if model else []
    choices = intake.decision.choose(cases, told) if model else by_rule
    estimates: list[Estimate | None] = [*told] if model else [None] * len(cases)
    rows = zip(cases, choices, by_rule, estimates, strict=True)
    decided = [Decided(case, choice, other, said, due.waiting) for case, choice, other, said in rows]
    version = str(holder.version) if holder else RULE
    why = _reasons(parts, intake, decided, model, rule.words)
    return Batch(due.period, MODEL if model else RULE, version, run_id, entries(decided, why))


def _reasons(
    parts: Parts, intake: Intake, decided: Sequence[Decided], model: SklearnModel | None, rule: str
) -> dict[str, tuple[str, ...]]:
    """Give reasons for what stands first, where people look."""
    by_key = {each.case.key: each.case for each in decided}
    first = [by_key[entry.key] for entry in entries(decided, {})[:WITH_REASONS]]
    effects = model.effects(first) if model else [None] * len(first)
    money = parts.settings.the_case.columns.money is not None
    stakes = [f"{parts.settings.currency} {case.money:,.0f} at stake" if money else "" for case in first]
    rows = zip(first, effects, stakes, strict=True)
    return {case.key: reasons(case, intake.names, effect, rule, stake) for case, effect, stake in rows}


def drift(parts: Parts, intake: Intake) -> tuple[Drift, ...]:
    """Say how far what is due moved from what the champion learned from; nothing without a champion."""
    holder = champion(parts, intake)
    return _against_reference(parts, intake, load(parts, intake, holder)) if holder and intake.due.cases else ()


def _against_reference(parts: Parts, intake: Intake, model: SklearnModel) -> tuple[Drift, ...]:
    """Compare the cases that are due, and what the model says of them, with those that it could learn from.

    What differs between months anyway is no drift.
    """
    before, now = cases_of(intake.known), list(intake.due.cases)
    reference, window = (
        frame(cases, intake.features).assign(prediction=_told(model.estimates(cases))) for cases in (before, now)
    )
    months = [f"{case.day:%Y-%m}" if case.day else "" for case in before] if intake.days else None
    return tuple(compare(reference, window, seed=parts.settings.seed, windows=months))


def _told(estimates: Sequence[Estimate]) -> list[float]:
    return [each[-1] for each in estimates]
