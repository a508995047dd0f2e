"""Value: what the pilot is for is one number that everybody reads in the same way."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.contradictions import KPI_LIBRARY
from pilotline.pilot.paths import KPI_EVIDENCE
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, NotProvenError
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.pilot_evidence import newest_kpis
from pilotline.readiness.results import Effort, Problem, Severity
from pilotline.readiness.stay import stay_in_stage
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder

_FETCH: Final = "Fetch the catalog with `pilotline diff`, or take a definition that _platform/organisation.yml carries."
_COSTS: Final = ("build", "run_per_month", "people_per_month")


class CostsAreKnown(Check):
    """What a pilot brings means nothing beside costs that nobody added up, or that are in another currency."""

    id = "VAL003"
    title = "Build, run and people costs are stated, all in one currency"
    stage = Stage.PILOT
    source = "NIST AI RMF MAP 3.2"
    effort = Effort.HOURS
    advice = "Write what it costs to build, to run and in people's time into costs in pilot.yml, say where the numbers come from, and use that currency in kpis.yml too."
    example = """
costs:
  currency: EUR
  build: 18000
  run_per_month: 120
  people_per_month: 650
  source: "Project controlling, 2026-10; 22 days, one day a month"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        costs = repo.manifest.at("costs")
        for key in _COSTS:
            if costs.number(key) is None:
                yield Problem(f"The cost {key} is not stated", costs.place(key))
        currency, source = costs.text("currency"), costs.text("source")
        if is_unanswered(source) or source.lower().startswith("the example"):
            yield Problem("Where the costs come from is still the example's", costs.place("source"))
        others = [(kpi.text("value", "currency"), kpi.place("value", "currency")) for kpi in repo.kpis.items("kpis")]
        others.append((repo.manifest.text("budget", "currency"), repo.manifest.place("budget", "currency")))
        for other, place in others:
            if other and other != currency:
                yield Problem(f"Costs are in {currency or 'no currency'}, this is in {other}", place)


class ReturnIsComputable(Check):
    """A return on investment is a claim; it can be believed when value, cost and attribution can be followed."""

    id = "VAL004"
    title = "The return can be computed, and the offline metric is linked to the KPI"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Model 2"
    effort = Effort.HOURS
    advice = "Give the first KPI a value per unit and an attribution in kpis.yml, measure until the evidence holds its worth, and name in pilot.yml the offline metric that stands for it, with why the two move together."
    example = """
evaluation:
  offline_metric: {name: revenue_at_risk_in_top_fifth, kpi: revenue_reached_per_100_calls, why: "Counts the same customers, before anybody calls"}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        kpis = repo.kpis.items("kpis")
        first = repo.kpis.at("kpis", 0)
        if not first.number("value", "per_unit"):
            yield Problem("The first KPI has no value per unit", first.place("value"))
        if is_unanswered(first.text("attribution")):
            yield Problem("How the effect is attributed to the pilot is not stated", first.place("attribution"))
        line = newest_kpis(repo).get(first.text("id"))
        if line is None or not line.has("worth"):
            yield Problem("No measurement says what the first KPI is worth", Location(KPI_EVIDENCE))
        link = repo.manifest.at("evaluation", "offline_metric")
        known = {kpi.text("id") for kpi in kpis}
        if is_placeholder(link.text("name")) or is_placeholder(link.text("why")) or link.text("kpi") not in known:
            yield Problem("No offline metric is linked to a KPI (evaluation.offline_metric)", link.place())


class ObjectiveIsTheOrganisations(Check):
    """A pilot that serves no objective of the organisation is a hobby, and the example's numbers are nobody's case."""

    id = "VAL006"
    title = "It serves an objective of the organisation, with numbers of its own"
    stage = Stage.SANDBOX
    source = "NIST AI RMF MAP 1.3"
    effort = Effort.HOURS
    advice = "Put your own baseline, target and value of one unit into kpis.yml; an entry of the list `example` in pilot.yml counts only while its value is the example's. objective.id is one of the organisation's (_platform/organisation.yml)."
    example = """
kpis:
  - baseline: {value: 41200, period: 2026-01 to 2026-06, source: "Ledger, six monthly lists"}
    target: {value: 50000, due: "2027-05-24"}
    value: {per_unit: 0.05, currency: EUR}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        known = [objective.text("id") for objective in repo.organisation.items("objectives")]
        served = repo.manifest.text("objective", "id")
        if not served:
            yield Problem("No objective is named", repo.manifest.place("objective"))
        elif known and served not in known:
            message = f"{served} is no objective of the organisation ({', '.join(known)})"
            yield Problem(message, repo.manifest.place("objective", "id"))
        kpi, example = repo.kpis.at("kpis", 0), repo.organisation.at("example")
        pairs = (
            (kpi.number("baseline", "value"), example.number("kpi_baseline")),
            (kpi.number("target", "value"), example.number("kpi_target")),
            (kpi.number("value", "per_unit"), example.number("kpi_unit_value")),
        )
        if all(mine is not None and mine == theirs for mine, theirs in pairs):
            yield Problem("Baseline, target and value of one unit are all the example's", kpi.place("baseline"))


class FormulaIsTheOrganisations(Check):
    """Values of two pilots may be added up only where the same name means the same computation."""

    id = "VAL007"
    title = "A KPI of the organisation has the organisation's formula"
    stage = Stage.SANDBOX
    source = "Comparable results across a portfolio of pilots"
    effort = Effort.HOURS
    advice = "Take formula, unit and direction from the definition that `uses` names, or give the KPI an id of its own and leave `uses` out."
    example = """
kpis:
  - id: corrections_answered
    uses: corrections_answered@1
    formula: "corrections that got an answer, as a share of all corrections, in percent"
"""

    def not_applicable(self, repo: Repository) -> str:
        used = any(kpi.text("uses") for kpi in repo.kpis.items("kpis"))
        named = {kpi.text("id") for kpi in repo.kpis.items("kpis")}
        shared = named & {entry.text("id") for entry in repo.organisation.items("kpis")}
        return "" if used or shared else "No KPI uses a definition of the organisation"

    def find(self, repo: Repository) -> Iterator[Problem]:
        known = {f"{entry.text('id')}@{entry.text('version')}": entry for entry in repo.organisation.items("kpis")}
        problems: list[Problem] = []
        unknown: list[Problem] = []
        for kpi in repo.kpis.items("kpis"):
            name = kpi.text("uses") or _newest_version(kpi.text("id"), known)
            definition = known.get(name) or _of_catalog(repo, name)
            if definition:
                problems += _differences(kpi, name, definition)
            elif name:
                unknown.append(Problem(f"The organisation has no definition {name}", kpi.place("uses")))
        if unknown and not problems and not _has_catalog(repo):
            named = ", ".join(problem.message.rpartition(" ")[2] for problem in unknown)
            raise NotProvenError(f"The pilot carries no definition {named}, and its catalog cannot be had here", _FETCH)
        yield from (*problems, *unknown)


def _of_catalog(repo: Repository, name: str) -> Section:
    """Look into the catalog only for a definition that the pilot does not carry."""
    return repo.catalog_document(f"{KPI_LIBRARY}{name}.yml") if name else repo.kpis.at("none")


def _has_catalog(repo: Repository) -> bool:
    return any(repo.catalog_document(name) for name in ("copier.yml", "copier.yaml"))


def _newest_version(name: str, definitions: dict[str, Section]) -> str:
    """Name the newest definition of an id; empty where there is none."""
    versions = [(entry.number("version") or 0.0, key) for key, entry in definitions.items() if entry.text("id") == name]
    return max(versions, default=(0.0, ""))[1]


def _differences(kpi: Section, name: str, definition: Section) -> Iterator[Problem]:
    currency = kpi.text("value", "currency")
    for key in ("id", "formula", "unit", "direction"):
        expected, mine = definition.text(key), kpi.text(key)
        if key == "unit" and "<currency>" in expected:
            before, _, after = expected.partition("<currency>")
            fits = mine.startswith(before) and mine.endswith(after) and (not currency or currency in mine)
        else:
            fits = " ".join(mine.split()) == " ".join(expected.split())
        if not fits:
            yield Problem(f"{kpi.text('id')}: its {key} differs from {name}", kpi.place(key))


class TimeInStageIsBounded(Check):
    """A pilot that stays where it is costs money and hope; after the end of its experiment somebody has to decide."""

    id = "VAL009"
    title = "The stage does not last longer than the experiment"
    stage = Stage.PILOT
    severity = Severity.WARNING
    source = "Pilots that stall: what each one waits for, and since when"
    effort = Effort.HOURS
    advice = "Decide: `pilotline promote`, `pilotline retire`, or `pilotline extend --until DAY --because REASON`."
    example = """
experiment:
  ends: "2027-08-31"
"""

    def not_applicable(self, repo: Repository) -> str:
        return "The pilot is retired" if repo.manifest.has("retired") else ""

    def find(self, repo: Repository) -> Iterator[Problem]:
        stay, place = stay_in_stage(repo), repo.manifest.place("experiment", "ends")
        if stay.ends is None or stay.since is None:
            yield Problem("It is not known since when the stage lasts, or when the experiment ends", place)
        elif stay.stalled:
            message = f"{stay.days} days in {stay.stage.label}, and the experiment ended on {stay.ends}"
            yield Problem(f"{message}: it waits for {stay.waits_for}", place, calendar=True)


CHECKS: Final[tuple[Check, ...]] = (
    CostsAreKnown(),
    ReturnIsComputable(),
    ObjectiveIsTheOrganisations(),
    FormulaIsTheOrganisations(),
    TimeInStageIsBounded(),
)
