"""In a running pilot, a KPI that is not measured yet or on too few cases has no number in any place that shows it."""

import json
import re
import shutil
import sqlite3
import subprocess
from types import SimpleNamespace

import pytest
import yaml

from pilotline.kpi.page import render_page
from pilotline.kpi.report import read_report
from tests.helpers import pilotline

pytestmark = pytest.mark.slow

STEP = "the query on the calls is missing; write it"
MISSING = {"value": None, "period": None, "source": "not measured yet"}
PENDING, UNKNOWN, FEW = "revenue_reached_per_100_calls", "lapsing_customers_per_100_calls", "corrections_answered"
SAID = {
    PENDING: f"Not measured yet: {STEP}.",
    UNKNOWN: "Not measured yet: its baseline is missing (not measured yet): the command `baseline` measures it",
    FEW: "Not enough data yet: 0 of the 5 cases",
}
UNMEASURED = (PENDING, UNKNOWN)
NO_NUMBER = re.compile(r"(?<![\w.,])[+-]?(?:0\.0+|nan|inf(?:inity)?)(?![\w.,])", re.IGNORECASE)
NUMBERS = ("value", "low", "high")


def strict(text):
    """Read JSON as everybody else does: NaN and Infinity are none."""

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def change(pilot, **entries):
    """Change entries of kpis.yml by id."""
    manifest = yaml.safe_load((pilot / "kpis.yml").read_text())
    manifest["kpis"] = [kpi | entries.get(kpi["id"], {}) for kpi in manifest["kpis"]]
    (pilot / "kpis.yml").write_text(yaml.safe_dump(manifest, sort_keys=False))


def select(pilot, query):
    """Ask the pilot's MLflow store for pairs."""
    with sqlite3.connect(pilot / "var/mlflow.db") as database:
        found = dict(database.execute(query).fetchall())
    database.close()
    return found


def without_number(texts, said):
    """Assert that each text says all of it, and holds no number that stands for none."""
    for text in texts:
        plain = " ".join(text.split())
        assert [each for each in said if each not in plain] == [], plain
        assert NO_NUMBER.findall(plain) == [], plain


def test_no_place_of_a_pilot_shows_a_number_that_nobody_measured(make_pilot, run_pilot):
    pilot = make_pilot(prepared_for="production")
    change(pilot, **{PENDING: {"measure": {"pending": STEP}}, UNKNOWN: {"baseline": MISSING}})
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    run = SimpleNamespace(pilot=pilot, command=lambda *words: run_pilot(pilot, *words), kpis=strict(ran.out)["kpis"])
    for look in (_json_has_null, _texts_have_words, _metrics_have_no_series, _mlflow_has_tags, _derived_files_say_so):
        look(run)


def _json_has_null(run):
    evidence = (run.pilot / "governance/evidence/kpi.jsonl").read_text().splitlines()
    listed = strict(run.command("kpis", "--json").out)
    for entries in (run.kpis, [strict(line) for line in evidence], listed):
        for entry, said in zip(entries, SAID.values(), strict=True):
            assert said in entry["sentence"]
            assert {entry[number] for number in NUMBERS} | {entry["gain"][number] for number in NUMBERS} == {None}
            assert entry.get("worth") is None
    assert [entry["baseline"] is None for entry in run.kpis] == [False, True, False]


def _texts_have_words(run):
    report = (run.pilot / "var/report/index.html").read_text()
    texts = [run.command(word).out for word in ("measure", "kpis")] + [(run.pilot / "docs/kpis.md").read_text()]
    texts.append(report.partition('<section class="kpis">')[2].partition("</section>")[0])
    without_number(texts, SAID.values())
    page = render_page(read_report(run.pilot)).partition("<h2>")[2]
    gate = run.command("gate")
    assert gate.code == 0
    without_number([gate.out, pilotline("kpi", cwd=run.pilot).out, page], [SAID[name] for name in UNMEASURED])
    without_number([pilotline("status", run.pilot).out], [f"not measured yet: {STEP}"])


def _metrics_have_no_series(run):
    metrics = (run.pilot / "var/metrics/kpis.prom").read_text()
    for name in SAID:
        found = dict(re.findall(rf'^pilot_kpi_(\w+){{kpi="{name}"[^}}]*}} (\S+)$', metrics, re.MULTILINE))
        assert not found.keys() & {*NUMBERS, "gain", "gain_low", "gain_high"}, found
        assert (found["enough_data"], found["pending"]) == ("0.0", "0.0" if name == FEW else "1.0")
        assert ("measured_timestamp_seconds" in found) == (name == FEW)


def _mlflow_has_tags(run):
    assert set(select(run.pilot, "select key, value from metrics where key like 'kpi.%'")) == {f"kpi.{FEW}.n"}
    tags = select(run.pilot, "select key, value from tags where key like 'kpi.%'")
    assert [name for name in SAID if SAID[name] not in tags[f"kpi.{name}.why"]] == []


def _derived_files_say_so(run):
    assert run.command("derive").code == 0
    folder = run.pilot / "ops/kpi"
    written = [(folder / name).read_text() for name in ("rules.yml", "rules_test.yml", "dashboard.json")]
    without_number(written, [])
    rules = yaml.safe_load(written[0])["groups"][0]["rules"]
    assert {rule["labels"]["kpi"] for rule in rules} == {FEW}
    for name, panel in zip(UNMEASURED, json.loads(written[2])["panels"], strict=False):
        assert SAID[name] in panel["options"]["content"]
    assert "(not measured yet)" in (run.pilot / "catalog-info.yaml").read_text()
    if shutil.which("promtool"):
        subprocess.run(["promtool", "test", "rules", "rules_test.yml"], cwd=folder, check=True)


WRONG = {
    "a function": ({"unit": "minutes"}, "the function money_reached gives GBP per 100 calls"),
    "a query": ({"measure": {"sql": "select 1 as value", "unit": "days"}}, "what `sql` measures is in days"),
}


@pytest.mark.parametrize(("entry", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_kpi_is_not_bound_to_what_measures_in_another_unit(pilot, run_pilot, entry, said):
    change(pilot, **{PENDING: entry, FEW: {"unit": "answers"}})
    refused = run_pilot(pilot, "derive")
    assert refused.code == 2
    assert said in refused.err
    assert "the function corrections gives percent" in refused.err, "all of them at once"
    checked = pilotline("check", pilot, "--select", "VAL010", "--json")
    (result,) = json.loads(checked.out)["checks"]
    assert (result["status"], len(result["problems"])) == ("fail", 2)


def test_measuring_refuses_another_unit_before_it_measures(pilot, run_pilot):
    ran = run_pilot(pilot, "run", "--json")
    assert ran.code == 0, ran.err
    change(pilot, **{PENDING: {"unit": "minutes"}})
    before = (pilot / "governance/evidence/kpi.jsonl").read_bytes()
    refused = run_pilot(pilot, "measure")
    assert refused.code == 2
    assert f"kpis.yml: {PENDING} is in minutes, and the function money_reached gives GBP per 100 calls" in refused.err
    assert (pilot / "governance/evidence/kpi.jsonl").read_bytes() == before
