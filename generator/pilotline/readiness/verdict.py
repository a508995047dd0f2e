"""The verdict on one pilot: level, scores, next steps, and what the calendar will bring."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from pilotline.documents.section import NOWHERE, Location
from pilotline.pilot.rule_book import explain_differing_rules, find_differing_rules
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.break_glass import BrokenGlass, GlassEntries, read_broken_glass
from pilotline.readiness.engine import Proofs, apply_waivers, evaluate, lower_severities, reached_stage
from pilotline.readiness.eu_ai_act import Event, upcoming_events
from pilotline.readiness.evidence import read_records
from pilotline.readiness.organisation_overrides import read_lowering
from pilotline.readiness.results import Grade, Reason, Result, Status
from pilotline.readiness.stay import Stay, stay_in_stage
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.waivers import Refused, Waiver, read_waivers

NEXT_STEPS: Final = 3
CONSULTATION: Final = "PPL001"
"""The check of who was consulted."""
_MOST_NAMED: Final = 5
Weight = Literal["error", "warning", "note", "none"]


class Notice(NamedTuple):
    """Something to know that is no check: a waiver that ends soon or is none, a bar that was lowered."""

    message: str
    location: Location


class FamilyScore(NamedTuple):
    """How far one family is, with the strength of its proofs side by side."""

    family: str
    score: float | None
    """Between 0 and 1; None where no check applies."""
    passed: dict[str, int]
    """Passing checks by grade."""
    applicable: int


@dataclass(frozen=True)
class StepGroup:
    """Next steps that serve the same purpose, and how many open checks do."""

    title: str
    count: int
    steps: tuple[Result, ...]


class Verdict(NamedTuple):
    """Everything that a report shows."""

    results: tuple[Result, ...]
    claimed: Stage
    asked: Stage
    level: Stage | None
    scores: tuple[FamilyScore, ...]
    events: tuple[Event, ...]
    notices: tuple[Notice, ...]
    today: date
    left_out: tuple[str, ...] = ()
    """Checks that were not to be evaluated."""
    is_partial: bool = False
    """Whether only some checks were selected: they prove no level, so there is none, and no score of the whole."""
    name: str = ""
    glass: BrokenGlass | None = None
    """Who lets a hotfix pass today although the stage is not reached."""
    stay: Stay | None = None
    """How long it has stood in its stage; None where nobody asked."""
    prefix: str = ""
    """Folder of the pilot inside its git repository with a trailing slash, for readers that start at its top."""

    @property
    def total(self) -> float | None:
        """Score of the weakest family."""
        if self.is_partial:
            return None
        return min((score.score for score in self.scores if score.score is not None), default=None)

    @property
    def passes(self) -> bool:
        """Whether work may go on: the stage is reached, or somebody broke the glass for a hotfix."""
        return self.is_reached or self.glass is not None

    @property
    def is_reached(self) -> bool:
        """Whether nothing that was evaluated blocks the stage that was asked for."""
        return not self.blocking

    @property
    def blocking(self) -> tuple[Result, ...]:
        """What keeps the pilot from the stage that was asked for."""
        return tuple(result for result in self.results if result.blocks() and result.stage <= self.asked)

    @property
    def blocking_words(self) -> str:
        """How many block the stage that was asked for, as a sentence."""
        count = len(self.blocking)
        return f"{count or 'None'} block{'' if count > 1 else 's'} {self.asked.label}."

    @property
    def headline(self) -> str:
        """The level in words; of a selection, what it says instead."""
        if not self.is_partial:
            return f"level {self.level.label if self.level else 'no stage yet'}"
        count = len(self.results)
        return f"no level, because only {count} check{'s were' if count != 1 else ' was'} selected"

    def weight(self, result: Result) -> Weight:
        """Tell how much a result matters now: it blocks the asked stage, or asks for attention, or can wait."""
        if result.blocks() and result.stage <= self.asked:
            return "error"
        if result.status in {Status.WARN, Status.WAIVED}:
            return "warning"
        return "note" if result.is_open else "none"

    @property
    def to_do(self) -> tuple[Result, ...]:
        """What is open, what blocks the nearest stage first, then by effort."""
        return tuple(sorted((result for result in self.results if result.is_open), key=_urgency))

    @property
    def next_steps(self) -> tuple[Result, ...]:
        """The steps to take first; one command proves all that is unproven, so that is one step."""
        unproven = [result for result in self.to_do if result.is_unproven][1:]
        return tuple(result for result in self.to_do if result not in unproven)[:NEXT_STEPS]

    @property
    def agenda(self) -> tuple[StepGroup, ...]:
        """The next steps by purpose: what blocks the asked stage, then what each later stage needs, then the rest."""
        counts = Counter(self._purpose(result) for result in self.to_do)
        parts: dict[str, list[Result]] = defaultdict(list)
        for step in self.next_steps:
            parts[self._purpose(step)].append(step)
        return tuple(StepGroup(title, counts[title], tuple(steps)) for title, steps in parts.items())

    def _purpose(self, result: Result) -> str:
        if self.weight(result) == "error":
            way = "" if result.stage is self.asked else f", on the way to {self.asked.label}"
            return f"What blocks {result.stage.label}{way}"
        return f"Next towards {result.stage.label}" if result.blocks() else "Worth mending, though it blocks nothing"


def _urgency(result: Result) -> tuple[int, int, int, str]:
    blocks = result.blocks()
    return (0 if blocks else 1, result.stage, result.effort.rank, result.card.id)


def judge(
    repo: Repository,
    results: Sequence[Result],
    stage: Stage | None,
    left_out: Iterable[str] = (),
    *,
    is_partial: bool = False,
) -> Verdict:
    """Judge a pilot by the results of its checks, under its waivers."""
    waivers, refused = read_waivers(repo)
    judged = apply_waivers(results, waivers, repo.today)
    glass = read_broken_glass(repo)
    around = (
        *_hidden_notices(repo),
        *_rule_notices(repo),
        *_lowering_notices(repo),
        *_glass_notices(glass),
        *_consultation_notices(repo, judged),
    )
    left_out = tuple(left_out)
    incomplete = {name.rstrip("0123456789") for name in left_out} if is_partial else set()
    return Verdict(
        results=judged,
        claimed=repo.claimed_stage,
        asked=stage or repo.claimed_stage,
        level=None if is_partial else reached_stage(judged),
        scores=tuple(score for score in _scores(judged) if score.family not in incomplete),
        events=upcoming_events(judged, waivers.values(), repo.today),
        notices=(*around, *_notices(judged, waivers.values(), refused, repo.today)),
        today=repo.today,
        left_out=left_out,
        is_partial=is_partial,
        name=repo.manifest.text("name"),
        glass=glass.holds,
        stay=stay_in_stage(repo),
        prefix=repo.history.prefix,
    )


def run_checks(
    repo: Repository, checks: Iterable[Check], lowered: Collection[str] = (), proofs: Proofs | None = None
) -> tuple[Result, ...]:
    """Evaluate checks with the evidence that the repository holds."""
    known = proofs or Proofs(read_records(repo))
    return lower_severities(evaluate(checks, repo, known), lowered)


def _scores(results: Sequence[Result]) -> tuple[FamilyScore, ...]:
    families: dict[str, list[Result]] = {}
    for result in results:
        families.setdefault(result.card.family, []).append(result)
    return tuple(_score(family, members) for family, members in families.items())


def _score(family: str, members: Sequence[Result]) -> FamilyScore:
    """Average the points of a family: its proof's grade for each check that passes, nothing for the others."""
    applicable = [result for result in members if result.reason is not Reason.NOT_APPLICABLE]
    passed = [result for result in applicable if result.status is Status.PASS]
    points = sum(result.grade.weight for result in passed)
    counts = {grade.value: sum(result.grade is grade for result in passed) for grade in Grade}
    return FamilyScore(family, points / len(applicable) if applicable else None, counts, len(applicable))


def _hidden_notices(repo: Repository) -> tuple[Notice, ...]:
    """Say what is not checked out, and by what it is judged."""
    hidden = repo.files.hidden
    told = []
    if hidden.sizes:
        told.append(f"Not checked out here, and judged as git has it: {_shorten(tuple(hidden.sizes))}")
    if hidden.missing:
        way = "`git sparse-checkout add FOLDER` brings it"
        told.append(
            f"Not checked out here, nor in this clone, so it counts as missing: {_shorten(hidden.missing)}; {way}"
        )
    return tuple(Notice(message, NOWHERE) for message in told)


def _shorten(paths: Sequence[str]) -> str:
    """Name some paths and count the others."""
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _rule_notices(repo: Repository) -> tuple[Notice, ...]:
    """Say when the pilot itself judges by other rules than those of this verdict."""
    message = explain_differing_rules(find_differing_rules(repo.files.get, repo.package_folder))
    return (Notice(message, Location(f"{repo.package_folder}_platform/rules")),) if message else ()


def _lowering_notices(repo: Repository) -> tuple[Notice, ...]:
    lowering = read_lowering(repo)
    return (Notice(lowering.message, lowering.location),) if lowering.message else ()


def _consultation_notices(repo: Repository, results: Iterable[Result]) -> tuple[Notice, ...]:
    """Warn already in the sandbox, where changing something because of what people say costs least."""
    open_ = any(result.card.id == CONSULTATION and result.is_open for result in results)
    if repo.claimed_stage is not Stage.SANDBOX or not open_:
        return ()
    message = "People whose work changes have had no say yet; now it costs least, and the stage pilot asks for it"
    return (Notice(message, repo.manifest.place("people")),)


def _glass_notices(glass: GlassEntries) -> tuple[Notice, ...]:
    held = [Notice(str(glass.holds), glass.holds.location)] if glass.holds else []
    return (*held, *(Notice(f"Does not break the glass: {why}", place) for why, place in glass.refused))


def _notices(
    results: Sequence[Result], waivers: Iterable[Waiver], refused: Iterable[Refused], today: date
) -> tuple[Notice, ...]:
    """Say what is to be known about the waivers themselves."""
    by_id = {result.card.id: result for result in results}
    notices = [Notice(f"Not accepted as a waiver: {entry.message}", entry.location) for entry in refused]
    for waiver in waivers:
        result = by_id.get(waiver.check)
        if result is None:
            continue
        if result.status is Status.WAIVED and waiver.ends_soon(today):
            notices.append(Notice(f"The waiver of {waiver.check} ends on {waiver.expires}", waiver.location))
        elif result.status is Status.PASS:
            notices.append(Notice(f"{waiver.check} passes: its waiver can go", waiver.location))
    return tuple(notices)
