"""The page that a person looks at in a pilot without a domain: each KPI with what is known of it, and the tables."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .kpi import Assessment, read_kpis
from .settings import PlatformSettings
from .wording import number, sentence

if TYPE_CHECKING:
    from .tables import Landed

NONE = "-"


def kpi_rows(assessments: Sequence[Assessment]) -> list[dict[str, object]]:
    """Lay out the KPIs as rows of text; where there is no number, a dash."""
    return [_row(each) for each in assessments]


def _row(each: Assessment) -> dict[str, object]:
    found, kpi = each.measurement, each.kpi
    known = found.value is not None and found.low is not None and found.high is not None
    baseline, typed = each.defined.baseline, " (typed)" if kpi.baseline.typed else ""
    return {
        "KPI": f"{kpi.title}, {kpi.unit}",
        "value": number(found.value) if known and found.value is not None else NONE,
        "95 % interval": f"{number(found.low)} to {number(found.high)}" if known else NONE,
        "baseline": "not measured yet" if baseline is None else f"{number(baseline)}{typed}",
        "aim": kpi.aim(number),
        "n": f"{found.n:,}" if found.n else NONE,
    }


def as_data(landed: "Sequence[Landed]", assessments: Sequence[Assessment]) -> dict[str, object]:
    """Give the same as one object for programs; null where there is no number."""
    return {
        "tables": [
            {"name": each.name, "rows_read": each.rows_read, "rows_valid": each.rows_valid, "set_aside": each.set_aside}
            for each in landed
        ],
        "kpis": [_data(each) for each in assessments],
    }


def _data(each: Assessment) -> dict[str, object]:
    found, kpi = each.measurement, each.kpi
    return {
        "id": kpi.id,
        "unit": kpi.unit,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "baseline": each.defined.baseline,
        "baseline_typed": kpi.baseline.typed,
        "window": found.window,
        "method": found.method,
        "gain": asdict(each.gain),
        "verdict": each.verdict,
        "sentence": sentence(each),
    }


def next_step(settings: PlatformSettings) -> str:
    """Say what a team does next: bring its table, measure the baseline, bring the code of its shape."""
    command = settings.distribution
    if not settings.contracted_tables:
        return f"{command} own-data FILE puts a table of yours under contract and drafts the KPI's query"
    kpis = read_kpis(settings.root / "kpis.yml")
    pending = next((each.kpi for each in kpis if each.kpi.measure.pending is not None), None)
    if pending:
        return f"write the query of {pending.id} into kpis.yml; {command} measure --try {pending.id} shows what it says"
    missing = next((each.kpi for each in kpis if each.baseline is None), None)
    if missing:
        days = " --from YYYY-MM-DD --to YYYY-MM-DD" if "$since" in (missing.measure.sql or "") else ""
        return f"{command} baseline {missing.id}{days} measures what it was before the pilot"
    return "pilotline check names what is missing for the next stage; pilotline kpi shows trend and worth"


def write_report(settings: PlatformSettings, landed: "Sequence[Landed]", assessments: Sequence[Assessment]) -> Path:
    """Write the page below var/report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("kpi_report.html.j2").render(
        name=settings.manifest.name,
        rows=kpi_rows(assessments),
        sentences=[(each.kpi.title, sentence(each)) for each in assessments],
        landed=landed,
        next_step=next_step(settings),
    )
    path = settings.var / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(page, encoding="utf-8")
    return draft.replace(path)
