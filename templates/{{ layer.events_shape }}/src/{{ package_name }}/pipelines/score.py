"""Score a batch: the champion ranks the active customers, or the rule does, and the list is written back once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from .._platform import PilotError
from .._platform.counted_scoring import count_scored
from .._platform.drift import Drift, compare
from .._platform.switch import model_switch
from .._platform.tracking import ModelVersion
from ..adapters.model import SklearnModel, frame
from ..bootstrap import Parts
from ..domain.call_list import CallList
from ..domain.cases import GROWING, Case
from ..domain.customers import Customers
from ..domain.ranking import Method, entries, ranked, reasons
from ..ports import LapseModel
from ..services.backtest import Progress
from .intake import Intake
from .learn import KNOWN_BY_TAG, champion

RULE_VERSION = "rule"
YEAR = 12  # lists that a new one is compared with
FEWEST = 2  # a single one does not tell how far lists usually differ


@dataclass(frozen=True)
class Scored:
    """A list that was scored, and whether it was new."""

    call_list: CallList
    why: str
    written: int
    drift: tuple[Drift, ...]


def score(parts: Parts, intake: Intake, cutoff: date | None, progress: Progress) -> Scored:
    """Rank the active {parts.words.cases} on a cut-off, write the list back, and watch for drift."""
    day = cutoff or intake.customers.newest_cutoff()
    holder, why = _who_decides(parts, intake, day)
    cases = intake.customers.cases(day)
    if not cases:
        raise PilotError(
            f"Nobody was active in the {parts.policy.active_days} days before {day}: choose another --as-of."
        )
    progress(f"ranking {len(cases):,} active {parts.words.cases} on {day}: {why}")
    model = SklearnModel(parts.tracking.load(holder)) if holder else None
    with parts.tracking.run("score", {"invocation": parts.invocation, "cutoff": day.isoformat()}) as run:
        call_list = _ranked(parts, cases, holder, model, run.id)
        drift = moved(intake.customers, cases, model, parts.settings.seed) if model else ()
        written = parts.call_lists.add(call_list)
        run.params({"method": call_list.method, "model_version": call_list.model_version})
        run.metrics({"scored": len(cases), "chosen": len(call_list.called), "written": written})
        run.metrics({f"drift.{each.feature}": each.statistic for each in drift})
    kept = parts.call_lists.find(day)
    count_scored(parts.settings, holder, scored=len(cases), written=written, moved=drift)
    return Scored(kept or call_list, why, written, drift)


def _who_decides(parts: Parts, intake: Intake, day: date) -> tuple[ModelVersion | None, str]:
    """Let the champion decide if there is one, it is switched on, and it knows nothing of what comes after the day."""
    if day > intake.customers.today:
        raise PilotError(f"The ledger ends on {intake.customers.last_day}: a list for {day} needs newer lines.")
    switch = model_switch(parts.settings)
    if not switch.on:
        return None, f"the rule decides, because the model is switched off ({switch.why})"
    holder = champion(parts, intake.contract)
    if holder is None:
        return None, "the rule decides, because no model has earned to be champion"
    if day < date.fromisoformat(holder.tags[KNOWN_BY_TAG]):
        raise PilotError(
            f"The champion has learned from what happened after {day}: its list would look better than it could have "
            "been. `evaluate` judges past months fairly; for a drill set PILOT_LEDGER__UNTIL and train as of that day."
        )
    return holder, f"model version {holder.version}, the champion, decides by {Method.EXPECTED_LOSS.said(parts.words)}"


def _ranked(
    parts: Parts, cases: Sequence[Case], holder: ModelVersion | None, model: SklearnModel | None, run_id: str
) -> CallList:
    method = Method.EXPECTED_LOSS if model else Method.RULE
    rows = ranked(method, cases, parts.policy, model.probabilities(cases) if model else None)
    effects = dict(zip([case.customer for case in cases], model.effects(cases), strict=True)) if model else {}
    about = (parts.policy, parts.settings.amount_unit, parts.words)
    why = {case.customer: reasons(case, effects.get(case.customer), *about) for case in cases}
    version = str(holder.version) if holder else RULE_VERSION
    return CallList(cases[0].cutoff, str(method), version, run_id, entries(rows, parts.policy, why))


def drift(parts: Parts, intake: Intake, cutoff: date) -> tuple[Drift, ...]:
    """Say how far the customers of a list moved from those of earlier lists; nothing without a champion."""
    holder = champion(parts, intake.contract)
    if holder is None or not intake.customers.cases(cutoff):
        return ()
    model = SklearnModel(parts.tracking.load(holder))
    return moved(intake.customers, intake.customers.cases(cutoff), model, parts.settings.seed)


def moved(customers: Customers, cases: Sequence[Case], model: LapseModel, seed: int) -> tuple[Drift, ...]:
    """Compare the customers of a list, and what the model says of them, with the lists of the year before.

    A year holds every season once. Lists whose windows begin before the ledger does are left out, and so is what grows
    with the ledger: both would differ in every list. Should it mislead the model, its predictions move.
    """
    earlier = [day for day in customers.whole_cutoffs(cases[0].cutoff) if customers.cases(day)][-YEAR:]
    if len(earlier) < FEWEST:
        return ()
    reference = [case for day in earlier for case in customers.cases(day)]
    tables = (_watched(model, each) for each in (reference, cases))
    return tuple(compare(*tables, seed=seed, windows=[case.cutoff for case in reference]))


def _watched(model: LapseModel, cases: Sequence[Case]) -> pd.DataFrame:
    return frame(cases).drop(columns=list(GROWING)).assign(prediction=model.probabilities(cases))
