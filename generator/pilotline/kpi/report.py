"""What a pilot's KPIs say now: the newest evidence on each, its worth, and the decision that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.kpi.evidence import Measured, Win, in_force, read_evidence, read_wins
from pilotline.kpi.manifest import Kpi, KpiError, read_kpis
from pilotline.kpi.value import Costs, Value, value_of
from pilotline.pilot.paths import KPI_EVIDENCE, KPIS, MANIFEST, ORGANISATION, WINS
from pilotline.pilot.rule_book import explain_differing_rules, find_differing_rules
from pilotline.pilot.stages import stage_after
from pilotline.rules.beginning import contract_key
from pilotline.rules.evidence import UNMEASURED, shows
from pilotline.rules.example_answers import still_the_example
from pilotline.rules.kpi_definition import not_measured
from pilotline.rules.plain import as_mapping, as_number, as_text, as_texts


@dataclass(frozen=True)
class Facts:
    """What pilot.yml says that a reader of KPIs needs."""

    name: str
    package: str
    distribution: str
    stage: str
    objective: str
    objective_target: str
    objective_is_example: bool
    """Whether it is the catalog's example, and not yet an objective of the organisation."""
    approves: str
    review_by: str
    costs: Costs
    example: tuple[str, ...]


@dataclass(frozen=True)
class Trend:
    """A KPI with its evidence under the definition that is in force, oldest first."""

    kpi: Kpi
    lines: tuple[Measured, ...]
    earlier: int
    """Lines of other definitions, which are not comparable."""

    @property
    def newest(self) -> Measured | None:
        """The newest line; None as long as it is not measured."""
        last = self.lines[-1] if self.lines else None
        return None if last is None or last.verdict == UNMEASURED else last

    @property
    def unmeasured(self) -> str:
        """That it is not measured yet, and what the next step is."""
        return not_measured(self.kpi.pending)

    @property
    def shown(self) -> bool:
        """Whether the evidence shows what its owner needs to see."""
        return self.newest is not None and shows(self.kpi.go_on, self.newest.verdict)


@dataclass(frozen=True)
class Decision:
    """What is asked of whom, and why."""

    asked: str
    why: str


@dataclass(frozen=True)
class Report:
    """What whoever decides about a pilot reads at once, so that terminal, page and JSON say the same."""

    pilot: Facts
    trends: tuple[Trend, ...]
    value: Value | None
    decision: Decision
    wins: tuple[Win, ...]
    other_rules: str
    """That the pilot itself judges by other rules than this report, and which; empty where it does not."""

    @property
    def no_value(self) -> str:
        """Why there is no money to show."""
        kpi, costs = self.trends[0].kpi, self.pilot.costs
        if costs.spending is None:
            return "pilot.yml does not say yet what the pilot costs."
        if kpi.currency and kpi.currency != costs.currency:
            return f"Money is in {kpi.currency} in kpis.yml and {costs.currency} in pilot.yml; only one is compared."
        return "It takes a measurement, and what a unit is worth."


def read_report(start: Path) -> Report:
    """Read a pilot's manifests and evidence; nothing is run and no network is used.

    Raises:
        KpiError: There is no pilot, or one of its files cannot be used.
    """
    folder = _find(start)
    definitions = _read(folder, KPIS)
    manifest = _read_manifest(folder)
    facts = _facts(manifest, _still_the_example(folder, manifest, definitions))
    kpis = read_kpis(definitions, lambda name: _read(folder, name))
    lines = in_force(read_evidence(_read(folder, KPI_EVIDENCE, missing=b"")), _contract(folder, manifest))
    trends = tuple(_trend(kpi, lines) for kpi in kpis)
    first = trends[0]
    value = value_of(first.kpi, first.newest, facts.costs) if first.newest else None
    decision, wins = recommend_decision(facts, trends, value), read_wins(_read(folder, WINS, missing=b""))
    return Report(facts, trends, value, decision, wins, _other_rules(folder, facts.package))


def recommend_decision(facts: Facts, trends: tuple[Trend, ...], value: Value | None) -> Decision:
    """Say which decision the evidence asks for; the first KPI decides, guardrails can stop it."""
    first, newest = trends[0], trends[0].newest
    if newest is None:
        nothing = f"Nothing is measured as kpis.yml defines it: {facts.distribution} measure."
        return Decision("Measure first", first.unmeasured if first.kpi.pending else nothing)
    worse = [each.kpi.title for each in trends if each.newest and each.newest.verdict == "worse"]
    if worse:
        return Decision("Stop or change it", f"Worse than before: {', '.join(worse)}. {first.kpi.otherwise}.")
    if not first.shown:
        return Decision("Wait, and decide at the review", newest.sentence.partition(" Worth ")[0])
    if value is not None and value.net.value <= 0:
        return Decision(
            "Decide whether it is worth its cost",
            f"It works, but costs more than it brings in a year. {value.break_even}",
        )
    left = [each.kpi.title for each in trends[1:] if each.kpi.kind == "guardrail" and not each.shown]
    why = newest.sentence.partition(" Worth ")[0] + _doubt(value)
    if left:
        return Decision("Go on, and settle what is open", f"{why} Open: {', '.join(left)}.")
    return Decision(f"Go on to {stage_after(facts.stage) or 'the next year'}", why)


def _doubt(value: Value | None) -> str:
    """Say that the money may be less than the cost, when its range does."""
    if value is None or (value.net.low or 0.0) > 0:
        return ""
    return " By its range it may bring less than it costs in the first year."


def _find(start: Path) -> Path:
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file() and (folder / KPIS).is_file():
            return folder
    raise KpiError(f"There is no pilot in {start} or above it.", "Change into a folder with pilot.yml and kpis.yml.")


def _read(folder: Path, name: str, missing: bytes | None = None) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        if missing is None:
            raise KpiError(f"{folder / name} is missing.", f"Restore it: git log -- {name}") from None
        return missing
    except OSError as error:
        raise KpiError(f"{folder / name} cannot be read: {error.strerror}.", "Put it right.") from error


def _trend(kpi: Kpi, lines: tuple[Measured, ...]) -> Trend:
    ours = tuple(line for line in lines if line.kpi == kpi.id)
    same = tuple(line for line in ours if line.definition == kpi.hash)
    return Trend(kpi, same, len(ours) - len(same))


def _still_the_example(folder: Path, manifest: Mapping[str, object], definitions: bytes) -> tuple[str, ...]:
    """Name what pilot.yml lists as the example's and still is."""
    decided_in = f"src/{_text(manifest, 'package')}/{ORGANISATION}"
    try:
        decided, kpis = parse_mapping(_read(folder, decided_in, missing=b"")), parse_mapping(definitions)
    except YamlError:
        decided, kpis = {}, {}
    return still_the_example(manifest, as_mapping(kpis), as_mapping(as_mapping(decided).get("example")))


def _other_rules(folder: Path, package: str) -> str:
    def read(path: str) -> bytes | None:
        return _read(folder, path) if (folder / path).is_file() else None

    return explain_differing_rules(find_differing_rules(read, f"src/{package}/"))


def _contract(folder: Path, manifest: Mapping[str, object]) -> str | None:
    """Name the data contract that is in force by what it means; None where it cannot be read."""
    listed = as_texts(as_mapping(manifest.get("data")).get("contracts"))
    try:
        present = [parse_mapping(_read(folder, path)) for path in listed if (folder / path).is_file()]
    except YamlError:
        return None
    return contract_key(map(as_mapping, present))


def _read_manifest(folder: Path) -> dict[str, object]:
    try:
        found = parse_mapping(_read(folder, MANIFEST))
    except YamlError as error:
        raise KpiError(f"pilot.yml is no YAML: {str(error).splitlines()[0]}.", "Put pilot.yml right.") from error
    if not found:
        raise KpiError("pilot.yml holds no manifest.", "Restore it: git log -- pilot.yml")
    return found


def _facts(found: Mapping[str, object], example: tuple[str, ...]) -> Facts:
    objective, costs = as_mapping(found.get("objective")), as_mapping(found.get("costs"))
    return Facts(
        name=_text(found, "name"),
        package=_text(found, "package"),
        distribution=_text(found, "distribution"),
        stage=_text(found, "stage"),
        objective=_text(objective, "title"),
        objective_target=_text(objective, "target"),
        objective_is_example=objective.get("example") is True,
        approves=_text(as_mapping(found.get("decision_rights")), "approves"),
        review_by=_text(found, "review_by"),
        costs=Costs(
            currency=_text(costs, "currency"),
            build=as_number(costs.get("build")),
            run_per_month=as_number(costs.get("run_per_month")),
            people_per_month=as_number(costs.get("people_per_month")),
            source=_text(costs, "source"),
        ),
        example=example,
    )


def _text(data: Mapping[str, object], name: str) -> str:
    return as_text(data.get(name)) or str(data.get(name) or "not said")
