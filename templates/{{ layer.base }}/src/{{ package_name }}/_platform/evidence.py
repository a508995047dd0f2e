"""Evidence on KPIs: what is kept of a measurement, in MLflow, for Prometheus and in the repository.

A line of `governance/evidence/kpi.jsonl` for each measurement, so that a trend needs no server; one of
`governance/wins.jsonl` when a KPI first clears its baseline or a stage is reached. Both are to be committed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from . import PilotError, derive
from .beginning import find_beginning
from .kept_apart import evidence_folder as _kept
from .kpi import ABSENT, Assessment, Defined, unmeasured
from .monitoring import Metrics
from .open_run import OpenRun
from .revision import PAGE, commit_of
from .rules import evidence as rules
from .rules.evidence import FORMAT, Line
from .settings import PlatformSettings
from .surface import moved
from .wording import finding, sentence
from .yaml_text import load_yaml

if TYPE_CHECKING:  # moved: kept for the code of teams until version 2
    from .platform_measures import measure_platform
    from .wording import number

__all__ = [
    "evidence_file",
    "finding",
    "gate",
    "measure_platform",
    "number",
    "read_lines",
    "read_newest",
    "record",
    "rounded",
    "sentence",
]

EVIDENCE: Final = "evidence/kpi.jsonl"
WINS: Final = "wins.jsonl"
# What a new measurement repeats when it has nothing new to say: then no line is added.
COMPARED: Final = ("kpi", "definition", "window", "n", "value", "low", "high", "gain", "verdict")
UNKNOWN: Final = dict.fromkeys(("command", "commit", "measured_at", "run", "contract"))  # of what was never measured
NOTICED: Final = ("better", "reached")
__getattr__ = moved(__name__, globals())


def record(
    assessments: Sequence[Assessment], *, settings: PlatformSettings, command: str, run: OpenRun | None
) -> list[Path]:
    """Keep the evidence, and return the files of the repository that it changed."""
    now = datetime.now(UTC)
    commit = commit_of(settings.root)
    _write_metrics(assessments, settings, now)
    if run is not None:
        _track(assessments, run, command, commit)
    facts = {"command": command, "commit": commit, "measured_at": now.isoformat(timespec="seconds")}
    facts["run"] = run.id if run else None
    facts["contract"] = _contract(settings)
    known = {str(line["kpi"]): line for line in read_present(settings)}
    lines = [_line(each) | facts for each in assessments]
    new = [line for line in lines if not _same(line, known.get(str(line["kpi"])))]
    wins = _wins(assessments, settings, facts)
    written = _append(evidence_file(settings), new) + _append(_kept(settings) / WINS, wins)
    return written + (_refresh_page(settings.root) if _kept(settings) != settings.var else [])


def _contract(settings: PlatformSettings) -> str | None:
    """Name the data contract by what it means now; None without one."""
    found = find_beginning(settings.root)
    return found.contract or None if found else None


def evidence_file(settings: PlatformSettings) -> Path:
    """Name the file of the evidence."""
    return _kept(settings) / EVIDENCE


def read_lines(path: Path) -> list[Line]:
    """Read a file of evidence or wins, oldest line first; nothing before the first one."""
    try:
        return rules.read_lines(path.read_text(encoding="utf-8") if path.exists() else "", str(path))
    except rules.EvidenceError as error:
        raise PilotError(f"{error}: put it right (git knows how it was), or upgrade this pilot.") from error


def read_present(settings: PlatformSettings) -> list[Line]:
    """Read the evidence on the data contract that is in force; what was not said to be of another is taken for it."""
    return list(rules.lines_in_force(read_lines(evidence_file(settings)), _contract(settings)))


def read_newest(settings: PlatformSettings) -> list[Line]:
    """Return the newest evidence on each KPI."""
    return list({str(line["kpi"]): line for line in read_present(settings)}.values())


def newest_of(kpis: Sequence[Defined], lines: Sequence[Line]) -> list[Line]:
    """Give the newest evidence on each KPI as kpis.yml defines it now, or a line that says that there is none."""
    newest = rules.newest_by_definition(lines)
    return [newest.get((each.kpi.id, each.hash)) or _line(unmeasured(each)) | UNKNOWN for each in kpis]


def gate(kpis: Sequence[Defined], lines: Sequence[Line]) -> dict[str, str]:
    """Hold the newest evidence against what kpis.yml asks of the gate; say for each KPI what is missing."""
    newest = rules.newest_by_definition(lines)
    missing: dict[str, str] = {}
    for each in kpis:
        kpi, wanted = each.kpi, each.kpi.decision
        lack = rules.missing_at_gate(wanted.gate, wanted.go_on, kpi.pending, newest.get((kpi.id, each.hash)))
        missing |= {kpi.id: lack} if lack else {}
    return missing


def _line(each: Assessment) -> dict[str, object]:
    kpi, found = each.kpi, each.measurement
    worth = None if each.worth is None else {name: rounded(value) for name, value in asdict(each.worth).items()}
    return {
        "format": FORMAT,
        "kpi": kpi.id,
        "uses": kpi.uses,
        "unit": kpi.unit,
        "definition": each.defined.hash,
        "window": found.window,
        "n": found.n,
        "value": rounded(found.value),
        "low": rounded(found.low),
        "high": rounded(found.high),
        "baseline": rounded(each.defined.baseline),
        "rule": rounded(found.rule),
        "gain": {name: rounded(value) for name, value in asdict(each.gain).items()},
        "verdict": each.verdict,
        "pending": kpi.pending,
        "cases_needed": each.cases_needed,
        "sentence": sentence(each),
        "method": found.method,
        "assumptions": list(found.assumptions),
        "units_per_month": rounded(found.units_per_month),
        "worth": worth,
    }


def rounded(value: object) -> object:
    """Write nine digits, so that the same data gives the same line on every machine; an open end is null."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.9g}") if abs(value) != float("inf") else None


def _same(line: Line, known: Line | None) -> bool:
    return known is not None and all(line[name] == known.get(name) for name in COMPARED)


def _append(path: Path, lines: Sequence[Line]) -> list[Path]:
    if not lines:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return [path]


def _wins(assessments: Sequence[Assessment], settings: PlatformSettings, facts: Line) -> list[Line]:
    """Say what is reached for the first time."""
    day = str(facts["measured_at"])[:10]
    definitions = {each.kpi.id: each.defined.hash for each in assessments}
    reached = [("kpi", each.kpi.id, day, finding(each)) for each in assessments if each.verdict in NOTICED]
    reached += [("stage", *entry) for entry in _stages(settings.root / "governance" / "stage_history.yml")]
    known = {(line["what"], line["id"], line.get("definition")) for line in read_lines(_kept(settings) / WINS)}
    news: list[Line] = []
    for what, name, on, text in reached:
        definition = definitions.get(name) if what == "kpi" else None
        if not {(what, name, definition), (what, name, None)} & known:  # older wins do not say their definition
            won = {"format": FORMAT, "what": what, "id": name, "on": on, "sentence": text, "commit": facts["commit"]}
            of = {"definition": definition, "contract": facts["contract"]} if definition else {}
            news.append(won | of)
    return news


def _stages(path: Path) -> list[tuple[str, str, str]]:
    """Stages that were reached after the first."""
    try:
        history = load_yaml(path.read_text(encoding="utf-8"))["history"] if path.exists() else []
        return [(e["stage"], str(e["since"]), f"Stage {e['stage']} is reached: {e['because']}") for e in history[1:]]
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise PilotError(
            f"{path} is no history of stages, each with stage, since and because. Put it right; git knows how it was."
        ) from error


def _refresh_page(root: Path) -> list[Path]:
    """Rebuild the page that shows the trend, where there is one."""
    made = derive.derive(root) if (root / PAGE).is_file() else ()
    stale = [each for each in made if each.path == root / PAGE and not each.fresh]
    for each in stale:
        each.write()
    return [each.path for each in stale]


def _write_metrics(assessments: Sequence[Assessment], settings: PlatformSettings, now: datetime) -> None:
    metrics = Metrics(settings, "kpis")
    for each in assessments:
        kpi, found, gain = each.kpi, each.measurement, each.gain
        values: dict[str, float | None] = {
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "baseline": each.defined.baseline,
        }
        values |= {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}
        values |= {"target": kpi.target.value} if kpi.target else {"margin": kpi.margin}
        values |= {"enough_data": each.verdict not in ABSENT, "pending": each.verdict == "not_measured_yet"}
        values["measured_timestamp_seconds"] = None if values["pending"] else now.timestamp()
        for name, value in values.items():
            metrics.set(f"pilot_kpi_{name}", value, kpi=kpi.id)
    metrics.write()


def _track(assessments: Sequence[Assessment], run: OpenRun, command: str, commit: str | None) -> None:
    run.tags({"command": command, "commit": commit or "none"})
    for each in assessments:
        name, found, gain = f"kpi.{each.kpi.id}", each.measurement, each.gain
        values = {"": found.value, ".low": found.low, ".high": found.high}
        values |= {".gain": gain.value, ".gain_low": gain.low, ".gain_high": gain.high}
        values[".n"] = None if each.verdict == "not_measured_yet" else found.n
        run.outcomes({f"{name}{end}": value for end, value in values.items() if value is not None})
        run.tags({name: each.verdict, f"{name}.definition": each.defined.hash, f"{name}.unit": each.kpi.unit})
        if each.verdict in ABSENT:
            run.tags({f"{name}.why": sentence(each)})
