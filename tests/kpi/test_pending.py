"""A KPI that is not measured yet, or on too few cases, has no number anywhere: words and the next step instead."""

import json
import re

import pytest
import yaml

from pilotline.kpi.as_json import to_json
from pilotline.kpi.manifest import KpiError, read_kpis
from pilotline.kpi.page import render_page
from pilotline.kpi.report import read_report
from tests.helpers import pilotline

STEP = "the query on the invoices is missing; the analytics team writes it until May"
MISSING = {"value": None, "period": None, "source": "not measured yet"}
ABSENT = {
    "a pending measure": ({"measure": {"pending": STEP}}, f"Not measured yet: {STEP}."),
    "a missing baseline": ({"baseline": MISSING}, "Not measured yet: its baseline is missing (not measured yet)"),
    "both": ({"measure": {"pending": STEP}, "baseline": MISSING}, f"Not measured yet: {STEP}."),
    "a change in percent": (
        {"baseline": MISSING, "target": {"change_percent": 20, "due": "2030-01-01"}},
        "20 % more than the baseline",
    ),
    "never measured": ({}, "Not measured yet: "),
}
NO_NUMBER = re.compile(r"(?<![\w.,])(?:0\.0|[+-]?nan|-?inf(?:inity)?|49833|None)(?![\w,])|open to open", re.IGNORECASE)


@pytest.fixture
def write_absent(write_pilot):
    """Give a function that writes a pilot whose first KPI was measured before its entry was changed like this."""

    def write(change):
        pilot = write_pilot(8_000, definition="another")
        manifest = yaml.safe_load((pilot / "kpis.yml").read_text())
        manifest["kpis"][0] |= change
        (pilot / "kpis.yml").write_text(yaml.safe_dump(manifest))
        return pilot

    return write


def card_of(page):
    """Cut the first KPI's card out of a page."""
    return page.partition('<section class="card kpi">')[2].partition("</section>")[0]


@pytest.mark.parametrize(("change", "said"), ABSENT.values(), ids=ABSENT.keys())
def test_a_kpi_that_is_not_measured_says_so_everywhere(write_absent, change, said):
    pilot = write_absent(change)
    report = read_report(pilot)
    shown = pilotline("kpi", cwd=pilot)
    assert shown.code == 0, shown.err
    block = " ".join(shown.out.split("\n\n")[1].split())
    card = card_of(render_page(report))
    assert said in block
    assert said in " ".join(card.split())
    assert "Not measured yet" in card
    for text in (block.replace("baseline 49,833", ""), card):
        assert NO_NUMBER.search(text) is None, text
    first = json.loads(json.dumps(to_json(report), allow_nan=False))["kpis"][0]
    assert (first["newest"], first["trend"]) == (None, [])
    assert first["unmeasured"].startswith("Not measured yet: ")
    assert report.value is None
    assert report.decision.asked == "Measure first"


@pytest.mark.parametrize("cases", [0, 120])
@pytest.mark.parametrize("written", [None, 0.0, 31.5], ids=["null", "as an earlier pilot wrote it", "a number"])
def test_too_few_cases_give_no_number(write_pilot, cases, written):
    gain = {"value": written, "low": None, "high": None, "against": "baseline", "method": "m"}
    more = {"n": cases, "sentence": f"Not enough data yet: {cases} of the 300 cases that a judgement needs."}
    pilot = write_pilot(1, verdict="not_enough_data", **more)
    lines = pilot / "governance/evidence/kpi.jsonl"
    line = json.loads(lines.read_text()) | {"value": written, "low": written, "high": None, "gain": gain}
    lines.write_text(json.dumps(line) + "\n")
    report = read_report(pilot)
    block = pilotline("kpi", cwd=pilot).out.split("\n\n")[1]
    card = card_of(render_page(report))
    for text in (block, card):
        assert NO_NUMBER.search(text) is None, text
        assert "31.5" not in text
    first = json.loads(json.dumps(to_json(report), allow_nan=False))["kpis"][0]
    assert (first["newest"]["value"], first["newest"]["gain"], report.value) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"target": {"change_percent": -20, "due": "2030-01-01"}}, "worse than the baseline", id="worse"),
        pytest.param(
            {"target": {"change_percent": 20, "due": "2030-01-01"}, "baseline": MISSING | {"value": 0, "period": "p"}},
            "percent of a baseline of 0",
            id="percent of nothing",
        ),
        pytest.param({"target": {"due": "2030-01-01"}}, "target", id="no target"),
        pytest.param({"measure": {"pending": STEP, "function": "f"}}, "measure", id="pending and a function"),
        pytest.param({"measure": {"function": "f", "unit": "days"}}, "measure.unit is not known", id="a unit beside"),
        pytest.param({"baseline": MISSING | {"value": 5}}, "baseline.period", id="a value of no time"),
    ],
)
def test_what_cannot_be_meant_is_refused(manifests, change, said):
    manifest = yaml.safe_load(manifests["kpis.yml"])
    manifest["kpis"][0] |= change
    with pytest.raises(KpiError) as refused:
        read_kpis(yaml.safe_dump(manifest).encode())
    assert said in refused.value.message


@pytest.mark.parametrize(("before", "percent", "wanted"), [(50, -20, 40), (-50, 20, -40), (80, 25, 100)])
def test_a_change_in_percent_becomes_a_value_once_the_baseline_is_known(manifests, before, percent, wanted):
    manifest = yaml.safe_load(manifests["kpis.yml"])
    manifest["kpis"][0]["direction"] = "higher" if percent > 0 else "lower"
    manifest["kpis"][0]["baseline"]["value"] = before
    manifest["kpis"][0]["target"] = {"change_percent": percent, "due": "2030-01-01"}
    assert read_kpis(yaml.safe_dump(manifest).encode())[0].target == wanted
