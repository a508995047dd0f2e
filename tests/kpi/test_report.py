"""What the evidence says, what it is worth, and which decision it asks for."""

import json
import re

import pytest
import yaml

from pilotline.kpi.as_json import to_json
from pilotline.kpi.drawing import number, plot, round_marks, sparkline
from pilotline.kpi.manifest import KpiError
from pilotline.kpi.page import render_page
from pilotline.kpi.report import read_report
from pilotline.rules.beginning import contract_key
from tests.helpers import pilotline
from tests.rules.conftest import CARRIED


def test_money_is_benefit_less_cost_with_the_measurement_s_range(write_pilot):
    value = read_report(write_pilot(16_000)).value
    assert value is not None
    worth = value.worth
    assert worth.return_on_cost is not None
    assert value.net.low is not None
    assert value.net.high is not None
    per_month = 16_000 * 0.03 * 1.876
    assert worth.per_month.value == pytest.approx(per_month)
    assert value.net.value == pytest.approx(12 * per_month - 14_280)
    assert value.net.low < value.net.value < value.net.high
    assert worth.return_on_cost.value == pytest.approx(value.net.value / 14_280)
    assert worth.payback_months == pytest.approx(9000 / (per_month - 440))
    assert (
        value.break_even
        == "It pays within a year if at least 13.2 % of the customers reached stay because of the call."
    )


@pytest.mark.parametrize(
    ("gains", "facts", "asked"),
    [
        pytest.param((), {}, "Measure first", id="nothing measured"),
        pytest.param((16_000,), {"definition": "another"}, "Measure first", id="measured under another definition"),
        pytest.param((16_000,), {"verdict": "undecided"}, "Wait, and decide at the review", id="open"),
        pytest.param((16_000,), {"verdict": "worse"}, "Stop or change it", id="worse"),
        pytest.param((16_000,), {}, "Decide whether it is worth its cost", id="better, and dearer than it brings"),
        pytest.param((60_000,), {}, "Go on, and settle what is open", id="better, a guardrail is not measured"),
    ],
)
def test_the_evidence_asks_for_a_decision(write_pilot, gains, facts, asked):
    assert read_report(write_pilot(*gains, **facts)).decision.asked == asked


def test_a_trend_holds_what_was_measured_by_the_definition_in_force(write_pilot):
    pilot = write_pilot(1, 2, 3)
    evidence = pilot / "governance/evidence/kpi.jsonl"
    lines = evidence.read_text().splitlines()
    evidence.write_text("\n".join([lines[0].replace('"definition": "', '"definition": "0'), *lines[1:]]) + "\n")
    trend = read_report(pilot).trends[0]
    assert ([line.gain and line.gain.value for line in trend.lines], trend.earlier) == ([2, 3], 1)
    drawn = plot(trend)
    assert drawn is not None
    assert len(drawn.points) == 2


def test_a_line_without_a_case_shows_no_value(write_pilot):
    report = read_report(write_pilot(0, n=0, verdict="not_enough_data"))
    assert plot(report.trends[0]) is None
    page = render_page(report)
    assert "no case yet" in page
    assert "49,833" not in page.replace("<th>Baseline</th><td>49,833", "")


def test_other_cases_of_a_baseline_ask_for_another_measurement(write_pilot):
    pilot = write_pilot(16_000)
    manifest = pilot / "kpis.yml"
    text = re.sub(r"baseline:\n( +)value: .*", r"baseline:\n\1data: before.csv", manifest.read_text(), count=1)
    manifest.write_text(text)
    with pytest.raises(KpiError, match=r"before\.csv"):
        read_report(pilot)
    found = []
    for cases in (b"value\n1\n", b"value\r\n1\r\n", b"value\n2\n"):
        (pilot / "before.csv").write_bytes(cases)
        found.append(read_report(pilot).trends[0].kpi.hash)
    assert found[0] == found[1] != found[2]


def test_what_got_better_stands_in_the_report_with_whom_it_helped(write_pilot):
    pilot = write_pilot(1)
    told = {"format": 1, "what": "told", "id": "x", "on": "2026-01-02", "sentence": "Calls begin at nine"}
    told |= {"for": "the <back> office", "kpi": "k", "measured": "It was measured."}
    (pilot / "governance/wins.jsonl").write_text(f"{json.dumps(told)}\n")
    report = read_report(pilot)
    (won,) = json.loads(json.dumps(to_json(report)))["wins"]
    assert (won["whom"], won["kpi"], won["measured"]) == ("the <back> office", "k", "It was measured.")
    page = render_page(report)
    assert "Calls begin at nine" in page
    assert "For the &lt;back&gt; office." in page
    said = pilotline("kpi", pilot).out
    assert "2026-01-02, for the <back> office: Calls begin at nine (It was measured.)" in said


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("kpis.yml", "format: 1\nkpis: [{id: A}]\n", "kpis[0].id is"),
        ("kpis.yml", "{", "kpis.yml is no YAML"),
        ("pilot.yml", "{", "pilot.yml is no YAML"),
        ("governance/evidence/kpi.jsonl", "{\n", "Line 1 of governance/evidence/kpi.jsonl is no JSON"),
        ("governance/evidence/kpi.jsonl", '{"format": 2}\n', "is not of format 1"),
        ("governance/evidence/kpi.jsonl", '{"format": 1}\n', "has no value or gain"),
        ("governance/wins.jsonl", "x\n", "Line 1 of governance/wins.jsonl"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error(write_pilot, file, content, said):
    pilot = write_pilot(1)
    (pilot / file).write_text(content)
    with pytest.raises(KpiError) as refused:
        read_report(pilot)
    assert said in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("value: 49833", "value: .nan", "a number that is not finite", id="nan"),
        pytest.param("value: 49833", "value: 99999", "the target is worse than the baseline", id="the other way"),
        pytest.param(
            "id: lapsing_customers_per_100_calls", "id: revenue_reached_per_100_calls", "defined twice", id="twice"
        ),
    ],
)
def test_a_kpi_that_cannot_be_meant_is_refused(write_pilot, old, new, said):
    manifest = write_pilot(1) / "kpis.yml"
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new, 1))
    with pytest.raises(KpiError, match=said):
        read_report(manifest.parent)


def test_a_date_needs_no_quotes(write_pilot):
    manifest = write_pilot(1) / "kpis.yml"
    manifest.write_text(re.sub(r'due: "(.*)"', r"due: \1", manifest.read_text()))
    assert re.search(r"due: \d", manifest.read_text())
    due = read_report(manifest.parent).trends[0].kpi.due
    assert due is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", due)


def test_money_that_is_not_certain_is_said_so(write_pilot):
    report = read_report(write_pilot(30_000))
    assert report.value is not None
    assert report.value.net.value > 0 > (report.value.net.low or 0)
    assert "may bring less than it costs" in report.decision.why
    assert '<div class="big open">+' in render_page(report)


def test_two_currencies_are_never_compared(write_pilot):
    manifest = write_pilot(16_000) / "kpis.yml"
    manifest.write_text(manifest.read_text().replace("currency: GBP", "currency: EUR"))
    report = read_report(manifest.parent)
    assert report.value is None
    assert "EUR in kpis.yml and GBP in pilot.yml" in report.no_value
    assert report.no_value in render_page(report)


def test_the_object_for_machines_is_plain_and_versioned(write_pilot):
    found = json.loads(json.dumps(to_json(read_report(write_pilot(1, 2)))))
    assert found["format"] == 1
    assert [each["gain"]["value"] for each in found["kpis"][0]["trend"]] == [1, 2]
    assert found["decision"]["by"] == "example-head-of-sales"


def test_the_page_needs_nothing_else_and_quotes_what_it_shows(write_pilot):
    pilot = write_pilot(60_000, sentence="<b>bold</b>")
    page = render_page(read_report(pilot))
    assert "http" not in page.replace("http-equiv", "")
    assert "src=" not in page
    assert "<b>bold" not in page
    assert page.index("Decision asked of") < page.index("Brings, in the first year") < page.index("What was measured")


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        pytest.param(44_000, 103_000, [60_000, 80_000, 100_000], id="large"),
        pytest.param(0.1, 0.9, [0.2, 0.4, 0.6, 0.8], id="small"),
        pytest.param(-12, 30, [-10, 0, 10, 20, 30], id="across zero"),
    ],
)
def test_an_axis_has_round_numbers(low, high, marks):
    assert round_marks(low, high) == pytest.approx(marks)


def test_numbers_and_trends_are_drawn_in_any_terminal():
    assert sparkline([1, 2, 3], unicode=True) == "▁▅█"
    assert sparkline([1, 2, 3], unicode=False).isascii()
    assert len(sparkline([5, 5], unicode=True)) == 2
    assert (number(None), number(1234.5), number(1.25, "+")) == ("open", "1,234", "+1.2")
    assert (number(0.0423), number(-0.5, "+"), number(0.0), number(1e-5)) == ("0.042", "-0.5", "0", "1e-05")


def test_evidence_of_another_data_contract_is_no_trend_of_this_one(write_pilot):
    pilot = write_pilot(1, 2, contract="0ther000")
    assert len(read_report(pilot).trends[0].lines) == 0

    contract = pilot / "data_contracts/cases.odcs.yaml"
    contract.parent.mkdir()
    contract.write_text("id: cases\nschema: [{name: cases, properties: [{name: id}]}]\n")
    manifest = pilot / "pilot.yml"
    listed = "contracts: [data_contracts/cases.odcs.yaml]"
    manifest.write_text(re.sub(r"contracts:.*(\n +- .*)*", listed, manifest.read_text()))
    key = contract_key([yaml.safe_load(contract.read_text())])
    evidence = pilot / "governance/evidence/kpi.jsonl"
    evidence.write_text(evidence.read_text().replace("0ther000", str(key), 1))
    assert [line.contract for line in read_report(pilot).trends[0].lines] == [key]


def test_costs_that_nobody_stated_leave_the_worth_open(write_pilot):
    pilot = write_pilot(16_000)
    manifest = pilot / "pilot.yml"
    manifest.write_text(re.sub(r"build: \d+", "build: null", manifest.read_text()))
    report = read_report(pilot)
    assert (report.value, report.no_value) == (None, "pilot.yml does not say yet what the pilot costs.")
    assert "not stated yet" in render_page(report)
    assert to_json(report)["value"] is None


def test_other_rules_of_the_pilot_are_told_wherever_its_kpis_are_shown(write_pilot):
    pilot = write_pilot(16_000)
    platform = pilot / f"src/{read_report(pilot).pilot.package}/_platform"
    (platform / "rules").mkdir(parents=True)
    (platform / "__init__.py").touch()
    for path in CARRIED.glob("*.py"):
        (platform / "rules" / path.name).write_bytes(path.read_bytes())
    assert read_report(pilot).other_rules == ""

    (platform / "rules" / "worth.py").write_text("# older\n")
    report = read_report(pilot)
    assert "by other rules than this pilotline (worth)" in report.other_rules
    assert "other rules than this pilotline (worth)" in render_page(report)
    assert to_json(report)["other_rules"] == report.other_rules
    assert "(worth)" in pilotline("kpi", pilot).out
