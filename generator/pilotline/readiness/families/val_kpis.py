"""Value: each KPI is defined, measured, and bound to what gives its unit."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import KPI_EVIDENCE, KPIS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import contradictions, is_unanswered
from pilotline.readiness.pilot_evidence import definition_of, newest_by_definition, newest_kpis
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository, parse_python
from pilotline.rules.evidence import UNMEASURED, missing_at_gate
from pilotline.rules.kpi_definition import pending_of
from pilotline.rules.plain import as_mapping
from pilotline.rules.units import Declared, find_registered, find_wrong_unit, in_words, kind_of, words_of

_TEXTS: Final = ("id", "title", "unit", "owner")
_SETTINGS: Final = "config/default.toml"
_MEANING: Final = re.compile(r"\bmeaning\s*=")
_LONGEST_ROUND: Final = 100.0
_DIRECTIONS: Final = frozenset({"higher", "lower"})


class KpiIsDefined(Check):
    """An outcome that nobody can measure cannot be reached, and the pilot can never be said to have worked."""

    id = "VAL001"
    title = "At least one KPI has unit, direction, baseline, target, owner, source and due date"
    stage = Stage.SANDBOX
    source = "NIST AI RMF MAP 1.4, 3.1"
    effort = Effort.HOURS
    advice = "Complete the KPI in kpis.yml: what is measured, how much it is today and where that number comes from, how much it shall be, and by when."
    example = """
kpis:
  - id: minutes_per_request
    unit: minutes
    direction: lower
    owner: head-of-service
    baseline: {value: 12.5, period: 2026-07 to 2026-09, source: "Ticket system, 4,210 requests"}
    target: {value: 8, due: "2027-05-24"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if repo.kpis.source.error:
            yield Problem(f"kpis.yml cannot be read: {repo.kpis.source.error}", Location(KPIS))
            return
        kpis = repo.kpis.items("kpis")
        if not kpis:
            yield Problem("There is no KPI in kpis.yml, so nobody can tell what this is worth")
        named = [problem for kpi in kpis for problem in _kpi_problems(kpi)]
        yield from named
        if kpis and not named:
            for violation in find_violations(repo.kpis.data, read_schema("kpis")):
                yield Problem(f"{violation.place or KPIS} {violation.message}", repo.kpis.place(*violation.keys))
        for kind in ("direction", "currency"):
            yield from contradictions(repo, kind)


def _kpi_problems(kpi: Section) -> Iterator[Problem]:
    name = kpi.text("id") or "A KPI"
    for key in _TEXTS:
        if not kpi.text(key):
            yield Problem(f"{name} has no {key}", kpi.place(key))
    if kpi.text("direction") not in _DIRECTIONS:
        yield Problem(f"{name}: the direction is to be higher or lower", kpi.place("direction"))
    if not _has_baseline(kpi):
        yield Problem(f"{name} has no baseline: what is it today?", kpi.place("baseline"))
    source = kpi.text("baseline", "source")
    if not source:
        yield Problem(f"{name}: the baseline has no source", kpi.place("baseline"))
    elif is_unanswered(source):
        yield Problem(
            f"{name}: where the baseline comes from is not said yet", kpi.place("baseline", "source"), stage=Stage.PILOT
        )
    if kpi.text("kind") == "guardrail":
        if kpi.number("margin") is None:
            yield Problem(f"{name} is a guardrail without a margin", kpi.place())
    elif not _has_target(kpi):
        yield Problem(f"{name} has no target with a value and a due date (YYYY-MM-DD)", kpi.place("target"))


def _has_baseline(kpi: Section) -> bool:
    """Tell whether it says what it is today, or plainly says that this is not measured yet: no value, of no time."""
    if kpi.number("baseline", "value") is not None or kpi.text("baseline", "data"):
        return True
    return {"value", "period"} <= set(kpi.names("baseline")) and not kpi.has("baseline", "period")


def _has_target(kpi: Section) -> bool:
    wanted = [kpi.number("target", name) for name in ("value", "change_percent")]
    return any(each is not None for each in wanted) and kpi.date("target", "due") is not None


class KpiIsMeasured(Check):
    """A number that was measured once, by hand, says nothing about today."""

    id = "VAL002"
    title = "Each KPI was measured lately, with its command and commit"
    stage = Stage.PILOT
    source = "ML Test Score: Monitor 7; NIST AI RMF MEASURE 1.1"
    effort = Effort.HOURS
    advice = "Run the pilot's `measure` and commit what it appends to governance/evidence/kpi.jsonl."
    example = "customer-call-list measure && git add governance/evidence"

    def find(self, repo: Repository) -> Iterator[Problem]:
        newest = newest_kpis(repo)
        most = timedelta(days=2 * (repo.manifest.number("operation", "every_days") or _LONGEST_ROUND))
        for kpi in repo.kpis.items("kpis"):
            name, line = kpi.text("id"), newest.get(kpi.text("id"))
            measured = line.date("measured_at") if line and line.text("verdict") != UNMEASURED else None
            if line is None or measured is None:
                yield Problem(f"{name} was never measured ({KPI_EVIDENCE})", kpi.place())
            elif not (line.text("command") and line.text("commit")):
                yield Problem(
                    f"{name} was measured without a command or commit, so nobody can repeat it", Location(KPI_EVIDENCE)
                )
            elif repo.today - measured > most:
                yield Problem(f"{name} was measured last on {measured}", Location(KPI_EVIDENCE), calendar=True)


class MeasureFitsKpi(Check):
    """A number of something else under a KPI's name is worse than none: people decide by it."""

    id = "VAL010"
    title = "Each KPI is measured, by what gives its unit"
    stage = Stage.SANDBOX
    source = "ML Test Score: Monitor 7; comparable results across a portfolio of pilots"
    effort = Effort.HOURS
    advice = "Bind the KPI in kpis.yml to what measures it, in its unit, or say `pending` with the next step as long as nothing does; write a baseline that was measured in place of null."
    example = """
kpis:
  - id: days_until_paid
    unit: days
    baseline: {value: 41, period: 2026-01 to 2026-06, source: "Measured by the same query"}
    measure: {sql: "select invoice as \\"case\\", paid - due as value from invoices", unit: days}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        declared, currency = registered_units(repo), repo.manifest.text("costs", "currency")
        for kpi in repo.kpis.items("kpis"):
            yield from _binding(kpi, declared, currency)
            pending = pending_of(kpi.data if isinstance(kpi.data, dict) else {})
            if pending is not None:
                message = f"{kpi.text('id')} is not measured yet: {' '.join(pending.split()).rstrip('.')}"
                yield Problem(
                    message, kpi.place("measure" if kpi.text("measure", "pending") else "baseline"), stage=Stage.PILOT
                )


class KpiMeetsItsRule(Check):
    """What a KPI has to show was decided before it was measured, so nobody moves the bar once the number is known."""

    id = "VAL011"
    title = "The newest measurement of each KPI shows what its decision rule asks for"
    stage = Stage.PILOT
    source = "NIST AI RMF MANAGE 1.1; decision rules fixed before the evidence"
    effort = Effort.DAYS
    advice = "Measure until the evidence shows what decision in kpis.yml asks for, or let somebody else waive this with a reason and an end; production asks that the first KPI shows what go_on names."
    example = """
kpis:
  - decision: {go_on: better, gate: shown, otherwise: The pilot stops}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        newest = newest_by_definition(repo)
        for number, kpi in enumerate(repo.kpis.items("kpis")):
            line = newest.get((kpi.text("id"), definition_of(repo, kpi)))
            found, rule = as_mapping(line.data) if line else None, kpi.at("decision")
            asked = [(rule.text("gate"), Stage.PILOT), *([("shown", Stage.PRODUCTION)] if number == 0 else [])]
            for wanted, stage in asked:
                lack = missing_at_gate(wanted, rule.text("go_on"), pending_of(as_mapping(kpi.data)), found)
                if lack:
                    message = f"{kpi.text('id')} does not show what is asked ({rule.text('go_on')}): {lack}"
                    yield Problem(message, kpi.place("decision"), calendar=True, stage=stage)
                    break


def _binding(kpi: Section, declared: Mapping[str, Declared], currency: str) -> Iterator[Problem]:
    entry, place = as_mapping(kpi.data), kpi.place("measure")
    kind = kind_of(as_mapping(entry.get("measure")))
    if kind and not kpi.text("measure", "unit"):
        yield Problem(f"{kpi.text('id')}: the measure ({kind}) does not say its unit", place, stage=Stage.PRODUCTION)
    if wrong := find_wrong_unit(entry, declared, currency):
        yield Problem(wrong, place)


def registered_units(repo: Repository) -> dict[str, Declared]:
    """Read what registered functions say of themselves, the platform's among them, in literals and without running it.

    A pilot whose code registers none, as earlier ones did, is taken at its word.
    """
    words = words_of(as_mapping(repo.document(_SETTINGS).data))
    registered = (json.loads(found) for found in repo.scan(repo.modules, _look_for_measures).values() if found)
    return {name: in_words(Declared(*said), words) for found in registered for name, *said in found}


def _look_for_measures(text: str) -> str:
    """Find what a module registers: name, unit and meaning of each."""
    tree = parse_python(text.encode()) if _registers(text) else None
    found = [(name, said.unit, said.meaning) for name, said in find_registered(tree)] if tree else []
    return json.dumps(found) if found else ""


def _registers(text: str) -> bool:
    """Tell whether a module may register a function with its meaning, without parsing it."""
    return ".register(" in text and _MEANING.search(text) is not None


CHECKS: Final[tuple[Check, ...]] = (KpiIsDefined(), KpiIsMeasured(), MeasureFitsKpi(), KpiMeetsItsRule())
