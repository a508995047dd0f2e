"""Decides on request: keeps the models that answer in memory, and looks after what answers next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from uuid import uuid4

from .._platform import PilotError
from .._platform.drift import Drift
from .._platform.looking import keep_nothing
from .._platform.monitoring import logger, span
from .._platform.serving.section import ServingSection
from .._platform.serving.together import Together
from .._platform.switch import model_switch
from ..adapters.quick_model import quick
from ..adapters.requests import Requests
from ..adapters.rollout import SqlRollout
from ..adapters.served import SqlServed
from ..bootstrap import Parts
from ..domain.case import Case, Outcome
from ..domain.rollout import Mark, Stage, Standing, stand
from ..domain.served import Answered, Origin
from ..services.answering import Desk, Made, Voice, decide
from ..services.rollout import Seen, compare_costs, next_step
from .intake import Intake, cases_of, read_table
from .learn import champion, fitting, load
from .recent import Recent

SERVICE = "the service"
PROBES = 200  # cases on which the quick form of a model has to say the same as the model
Failed = Callable[[str], None]


@dataclass(frozen=True)
class Told:
    """What the last look found: which version answers, which one is on its way, and what could not be looked up."""

    standing: Standing
    why: str
    trouble: str = ""


class Online:
    """One process that answers. `refresh` may be called at any time: answers go on with what was there before."""

    def __init__(self, parts: Parts, serving: ServingSection, failed: Failed) -> None:
        self.parts, self.serving = parts, serving
        with keep_nothing():
            self.intake: Intake = read_table(parts, "serve")
        if not self.intake.decision.each_alone:
            raise PilotError(
                "On request each case is decided for itself, but [decision] chooses a share of many: "
                'set kind = "costs" below [decision] in config/default.toml, with what each mistake costs.'
            )
        settings = parts.settings
        self.requests = Requests(settings.root, settings.tables, settings.the_case, self.intake.features)
        self.served = SqlServed(parts.database, parts.words)
        self._kept = Together(self.served.add)
        self.rollout = SqlRollout(parts.database)
        self._failed, self._log, self._lock = failed, logger("serving"), Lock()
        self._voices: dict[int, Voice] = {}
        self.desk = Desk(
            decision=self.intake.decision,
            rule=self.intake.rule.learn(self.intake.known, self.intake.decision),
            names=self.intake.names,
            stake=partial(_stake, parts),
            percent=serving.canary_percent,
        )
        self.told = Told(Standing(None), "not looked yet")
        known = cases_of(self.intake.known)
        self._probes = known[:PROBES]
        self.recent = Recent(known, self.intake.features, serving.drift_window, settings.seed)
        self.intake = replace(self.intake, known=())  # what was learned from is not needed any more

    def decide(self, cases: Sequence[Case], origin: Origin, names: Sequence[str] = ()) -> list[Answered]:
        """Decide cases and keep the decisions; `names` are their ids, where the caller may ask twice."""
        desk = self.desk
        ids = names or [uuid4().hex for _ in cases]
        now = datetime.now(UTC).replace(tzinfo=None)
        with span("decide", cases=len(cases)):
            made = decide(desk, cases, self._complain)
        answers = [_answered(number, now, each, origin) for number, each in zip(ids, made, strict=True)]
        with span("keep"):
            self._kept.add(answers)
        self.recent.add(cases)
        return answers

    def drift(self) -> tuple[Drift, ...]:
        """Say how far the newest cases moved from what the champion learned from."""
        return self.recent.drift(self.desk.champion.model if self.desk.champion else None)

    def report(self, decision: str, outcome: Outcome) -> Outcome | None:
        """Keep what became of a case, and give what is kept: the first report stays."""
        self.served.report(decision, outcome, datetime.now(UTC).replace(tzinfo=None))
        return self.served.outcome(decision)

    def refresh(self) -> Told:
        """Look at switch, registry and rollout; a registry that cannot be reached changes nothing."""
        with self._lock:
            try:
                self.told = self._look()
            except Exception as error:  # noqa: BLE001 - whatever fails there, answers go on
                self._log.exception("the registry cannot be looked at", exc_info=error)
                self.told = replace(self.told, trouble=f"the registry cannot be looked at ({type(error).__name__})")
        return self.told

    def _look(self) -> Told:
        switch = model_switch(self.parts.settings)
        if not switch.on:
            self.desk = replace(self.desk, champion=None, challenger=None, stage=None, why="the model is switched off")
            return Told(Standing(None), f"the rule decides, because the model is switched off ({switch.why})")
        nominated = champion(self.parts, self.intake)
        standing = stand(self.rollout.marks(), nominated.version if nominated else None)
        if standing.champion is not None and standing.challenger is None:
            self._mark(standing.champion, "full", "the first one, or its turn came")
        standing = self._moved_on(standing)
        first, second = self._voice(standing.champion), self._voice(standing.challenger)
        why = "no model has earned to be champion" if first is None else f"model version {first.version}"
        self.desk = replace(self.desk, champion=first, challenger=second, stage=standing.stage, why=why)
        self._voices = {number: voice for number, voice in self._voices.items() if str(number) in _used(first, second)}
        return Told(standing, f"{why} decides" if first else f"the rule decides, because {why}")

    def _moved_on(self, standing: Standing) -> Standing:
        """Take the next step of a new version when it is due."""
        if standing.challenger is None:
            return standing
        self._mark(standing.challenger, standing.stage or "shadow", "it passed the gate")
        step = next_step(standing, self.seen(standing.challenger), self.serving)
        if step is None:
            return standing
        self._mark(standing.challenger, step.stage, step.why)
        nominated = standing.challenger
        return stand(self.rollout.marks(), nominated)

    def seen(self, version: int) -> Seen:
        """Count what a version has done."""
        lived = self.served.lived()
        cost = compare_costs(lived, str(version), self.intake.decision.measures[0])
        shadow, canary, failed = self.served.counts(str(version))
        return Seen(shadow, canary, failed, cost)

    def _mark(self, version: int, stage: Stage, why: str) -> None:
        if self.rollout.add(Mark(version, stage, datetime.now(UTC).replace(tzinfo=None), SERVICE, why)):
            self._log.info("rollout", version=version, stage=stage, why=why)

    def _voice(self, number: int | None) -> Voice | None:
        """Load a version beside those that answer."""
        if number is None:
            return None
        if number not in self._voices:
            version = fitting(self.parts, self.intake, number)
            if version is None:
                return None
            model = quick(load(self.parts, self.intake, version), self.intake.features, self._probes)
            self._voices[number] = Voice(str(number), model)
        return self._voices[number]

    def _complain(self, version: str, error: Exception) -> None:
        self._failed(version)
        self._log.exception("a version failed", version=version, exc_info=error)


def _used(*voices: Voice | None) -> set[str]:
    return {voice.version for voice in voices if voice}


def _stake(parts: Parts, case: Case) -> str:
    money = parts.settings.the_case.columns.money is not None
    return f"{parts.settings.currency} {case.money:,.0f} at stake" if money else ""


def _answered(number: str, now: datetime, made: Made, origin: Origin) -> Answered:
    return Answered(
        id=number,
        at=now,
        case=made.case,
        choice=made.choice,
        likely=made.likely,
        rule=made.rule,
        version=made.version,
        reasons=made.reasons,
        rival=made.rival,
        origin=origin,
    )
