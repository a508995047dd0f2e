"""What the pilot's own page says: KPIs against their baseline, wins, the switch, the last drift, open suggestions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from .. import Scalar, SqlDatabase
from ..capabilities import capabilities
from ..corrections import Corrections
from ..evidence import newest_of, read_present
from ..kpi import ABSENT, read_kpis
from ..settings import PlatformSettings
from ..switch import Switch, model_switch
from ..web.capability import WebCapability
from ..wins import read_wins
from ..wording import number

NONE: Final = "-"
MOST: Final = 50
MODEL: Final = ("model", "the model decides.", "today's rule decides in the model's place.")
DRIFT: Final = f"{__package__.rpartition('.')[0]}.drift"
"""The module of a pilot whose features can drift; an assistant has none."""


@dataclass(frozen=True)
class KpiRow:
    """One KPI as people read it."""

    title: str
    unit: str
    value: str
    interval: str
    baseline: str
    target: str
    verdict: str
    sentence: str
    measured: str


@dataclass(frozen=True)
class DriftRow:
    """How far one feature has moved, and from where on that is too far."""

    feature: str
    statistic: str
    threshold: str
    moved: bool


@dataclass(frozen=True)
class Facts:
    """All that the page says."""

    name: str
    objective: str
    stage: str
    kpis: tuple[KpiRow, ...]
    wins: tuple[Mapping[str, object], ...]
    switch: Switch
    switched: tuple[str, str, str]
    drift: tuple[DriftRow, ...] | None
    suggestions: tuple[Mapping[str, Scalar], ...]
    answered: int


def read_facts(settings: PlatformSettings, database: SqlDatabase) -> Facts:
    """Read what is known now."""
    given = Corrections(database, settings).all()
    still_open = [row for row in given if row["answer"] is None]
    return Facts(
        name=settings.manifest.name,
        objective=str(settings.manifest.objective.get("title", "")),
        stage=settings.manifest.stage,
        kpis=tuple(_kpis(settings)),
        wins=tuple(read_wins(settings)[-MOST:][::-1]),
        switch=model_switch(settings),
        switched=switch_words(),
        drift=tuple(_drift(settings)) if find_spec(DRIFT) else None,
        suggestions=tuple(still_open[-MOST:][::-1]),
        answered=len(given) - len(still_open),
    )


def switch_words() -> tuple[str, str, str]:
    """Say what the switch is about, in the words of the layer that answers."""
    known = [each.switched for each in capabilities() if isinstance(each, WebCapability) and each.switched]
    return known[0] if known else MODEL


def _kpis(settings: PlatformSettings) -> Iterator[KpiRow]:
    kpis = read_kpis(settings.root / "kpis.yml")
    for each, line in zip(kpis, newest_of(kpis, read_present(settings)), strict=True):
        known = bool(line["n"]) and line["verdict"] not in ABSENT
        yield KpiRow(
            each.kpi.title,
            each.kpi.unit,
            _number(line["value"]) if known else NONE,
            f"{_number(line['low'])} to {_number(line['high'])}" if known else NONE,
            _number(line["baseline"]),
            each.kpi.aim(number),
            str(line["verdict"]).replace("_", " "),
            str(line["sentence"]),
            str(line["measured_at"] or NONE)[:10],
        )


def _number(found: object) -> str:
    return number(found) if isinstance(found, int | float) else NONE


def _drift(settings: PlatformSettings) -> Iterator[DriftRow]:
    """Read what the last batch said of its features, from the file that Prometheus fetches too."""
    path = settings.var / "metrics" / "score.prom"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith("pilot_drift_"):
                kind = sample.name.removeprefix("pilot_drift_")
                found.setdefault(str(sample.labels["feature"]), {})[kind] = sample.value
    for feature, values in sorted(found.items()):
        statistic, threshold = (values.get(kind) for kind in ("statistic", "threshold"))
        yield DriftRow(feature, _number(statistic), _number(threshold), moved=bool(values.get("detected")))
