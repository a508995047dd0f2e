"""Decides cases on request: by the champion, by a new version on its share, by the rule where there is no model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from ..domain.batch import max_or_yes
from ..domain.case import Case, Estimate
from ..domain.decision import Decision
from ..domain.reasons import reasons
from ..domain.rollout import Stage, takes_part
from ..domain.rule import Rule
from ..domain.served import Rival
from ..domain.value import Choice
from ..ports import Model

RULE = "rule"
Complain = Callable[[str, Exception], None]


@dataclass(frozen=True)
class Voice:
    """A version that can decide."""

    version: str
    model: Model


@dataclass(frozen=True)
class Desk:
    """All that is needed to decide now; it is exchanged as a whole, so that an answer never mixes two states."""

    decision: Decision
    rule: Rule
    names: tuple[str, ...]
    stake: Callable[[Case], str]
    champion: Voice | None = None
    challenger: Voice | None = None
    stage: Stage | None = None
    percent: int = 0
    why: str = "no model has earned to be champion"


@dataclass(frozen=True, slots=True)
class Made:
    """One decision, before it is kept."""

    case: Case
    choice: Choice
    likely: float | None
    rule: Choice
    version: str
    reasons: tuple[str, ...]
    rival: Rival | None


@dataclass(frozen=True, slots=True)
class _Said:
    """What one voice says of the cases."""

    voice: Voice
    choices: Sequence[Choice]
    estimates: Sequence[Estimate]
    effects: Sequence[Mapping[str, float]]


def decide(desk: Desk, cases: Sequence[Case], complain: Complain) -> list[Made]:
    """Decide each case; a version that fails costs nobody an answer, the next one down gives it."""
    by_rule = desk.decision.follow(cases, [desk.rule.says(case) for case in cases])
    first = _ask(desk, desk.champion, cases, complain)
    second = _ask(desk, desk.challenger, cases, complain) if desk.champion else None
    return [_made(desk, place, case, by_rule[place], first, second) for place, case in enumerate(cases)]


def _ask(desk: Desk, voice: Voice | None, cases: Sequence[Case], complain: Complain) -> _Said | None:
    if voice is None:
        return None
    try:
        estimates = voice.model.estimates(cases)
        if not all(isfinite(number) for each in estimates for number in each):
            raise ValueError("an estimate is no number")  # noqa: TRY301 - it is a failure like any other
        return _Said(voice, desk.decision.choose(cases, estimates), estimates, voice.model.effects(cases))
    except Exception as error:  # noqa: BLE001 - whatever it is, the request gets an answer
        complain(voice.version, error)
        return None


def _made(desk: Desk, place: int, case: Case, rule: Choice, first: _Said | None, second: _Said | None) -> Made:
    share = desk.stage == "canary" and takes_part(case.name, desk.percent)
    says, other = (second, first) if share and second else (first, second)
    rival = None
    if desk.challenger and desk.champion:
        rival = Rival(other.voice.version, other.choices[place]) if other else Rival(desk.challenger.version, None)
    if says is None:
        return Made(
            case, rule, None, rule, RULE, reasons(case, desk.names, None, desk.rule.words, desk.stake(case)), rival
        )
    estimate = says.estimates[place]
    likely = None if len(estimate) == 1 else max_or_yes(estimate)
    why = reasons(case, desk.names, says.effects[place], desk.rule.words, desk.stake(case))
    return Made(case, says.choices[place], likely, rule, says.voice.version, why, rival)
