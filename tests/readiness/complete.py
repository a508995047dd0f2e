"""A pilot that has everything: what a generated one becomes when its team has followed every advice."""

import functools
import json
import re

import yaml

from pilotline.rules.kpi_definition import definition_hash
from tests.readiness.helpers import Files, edited, pilot, replace, set_value, write

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATE = (
    "# Gate\n\n- Decision: go\n- Decided by: ada@example.org\n- Date: 2026-11-20\n\nThe interval clears its baseline.\n"
)
LAYERS = ("executive", "practitioner", "engineer")
DRILLS = ("rollback", "model", "switch", "restore", "vendor")
SUGGESTION = {"format": 1, "id": 1, "given_on": "2026-10-01", "answered_on": "2026-10-05"}
FILLED_IN = (
    "governance/model_card.md",
    "governance/risk_assessment.md",
    "governance/adoption_plan.md",
    "ops/runbook.md",
)
SECTIONS: dict[tuple[str, ...], object] = {
    ("ai_act", "reason"): "Orders requests for people who answer them; no use of Annex III",
    ("costs", "source"): "Project controlling, 2026-10",
    ("data", "basis"): "Contract with the customer (Article 6(1)(b) GDPR)",
    ("data", "dpia"): "https://records.example.org/dpia-12",
    ("impact",): {
        "affected": ["Account managers"],
        "worst_case": "A customer who leaves is not called",
        "mitigations": "The list can be corrected",
        "approved_by": "ada@example.org",
        "approved_on": "2026-11-20",
    },
    ("oversight",): {"role": "team-analytics", "override": "feedback add", "stop": "switch off"},
    ("references", "backstage"): "group:default/analytics",
    ("risks",): [
        {
            "risk": "Drift", "treatment": "An alert", "owner": "team-analytics",
            "accepted_by": "ada@example.org", "accepted_on": "2026-11-20",
        }
    ],
    ("people", "trained"): [{"role": "Users", "what": "Real rows", "on": "2026-11-20", "by": "team-analytics"}],
    ("people", "consulted"): [{"role": "Account managers", "on": "2026-11-20", "what_changed": "Reasons in each row"}],
    ("budget",): {"per_month": 500, "currency": "GBP", "alert_at_percent": 80, "alert_to": "team-analytics"},
    ("operation", "on_call"): "team-analytics, working days",
    ("operation", "slos"): [{"name": "In time", "objective": "11 of 12 months", "alert": "PilotDidNotRun"}],
    ("operation", "feedback"): "customer-call-list feedback add",
    ("operation", "rollout"): {
        "steps": ["one region", "all"], "rollback": "set the alias champion back", "drilled_on": "2026-11-20",
    },
    ("evaluation", "held_out"): "Rolling origin",
    ("evaluation", "leakage_test"): "tests/unit/test_domain.py::test_a_case_knows_nothing_of_the_cutoff_or_later",
    ("evaluation", "groups"): ["new customers"],
    ("model", "retrain_when"): "Drift alert",
    ("model", "registry"): {
        "name": "call-list", "alias": "champion", "version": "7",
        "approved_by": "ada@example.org", "approved_on": "2026-11-20",
    },
    ("evaluation", "offline_metric"): {"name": "lift", "kpi": "minutes_per_request", "why": "Counts the same cases"},
}  # fmt: skip


def measured(kpi: str, **changes: object) -> dict[str, object]:
    """Make a line of evidence as the pilot's `measure` appends it."""
    line = {
        "format": 1, "kpi": kpi, "value": 9.1, "low": 8.7, "high": 9.5, "n": 400, "baseline": 12.5, "rule": None,
        "gain": {"value": 3.4, "low": 3.0, "high": 3.8, "against": "baseline"}, "verdict": "better",
        "worth": {"value": 120.0, "currency": "GBP"}, "command": "customer-call-list measure", "commit": COMMIT,
        "measured_at": "2026-11-20T08:00:00+00:00",
    }  # fmt: skip
    return {**line, **changes}


def lab(layer: str) -> dict[str, object]:
    """Make a line of evidence that a layer did its lab."""
    return {"format": 1, "layer": layer, "lab": "Read an interval", "on": "2026-11-20", "people": 4, "commit": COMMIT}


def drilled(name: str, **changes: object) -> dict[str, object]:
    """Make a line of evidence as the pilot's `drill` appends it."""
    line = {
        "format": 1, "at": "2026-11-20T08:00:00+00:00", "by": "ada", "drill": name, "passed": True,
        "said": "it worked", "seconds": 20.1, "where": "rehearsal", "commit": COMMIT,
    }  # fmt: skip
    return {**line, **changes}


def fill_in(content: str | bytes) -> str:
    """Answer what a document leaves open."""
    text = content if isinstance(content, str) else content.decode()
    return re.sub(r"\*To fill in[^*]*\*", "ada@example.org, 2026-11-20", text)


def report(**changes: object) -> str:
    """Write the report of an evaluation."""
    metrics = [{"name": "groundedness", "value": 0.93, "threshold": 0.9, "passed": True}]
    found = {
        "format": 1, "commit": COMMIT, "at": "2026-11-20T08:00:00Z", "metrics": metrics,
        "baseline": {"name": "rule", "value": 0.6},
        "slices": [{"group": "new customers", "metric": "groundedness", "value": 0.91}],
    }  # fmt: skip
    return json.dumps({**found, **changes})


def lines(*entries: object) -> str:
    """Write JSON lines."""
    return "".join(f"{json.dumps(entry)}\n" for entry in entries)


def complete(**answers: str) -> Files:
    """Give a pilot that passes every check that needs no command."""
    return dict(_completed(tuple(answers.items())))


@functools.cache
def _completed(answers: tuple[tuple[str, str], ...]) -> Files:
    files = pilot(**dict(answers))
    edits = [set_value("pilot.yml", *keys, value) for keys, value in SECTIONS.items()]
    edits.append(write("governance/decisions/gate-pilot.md", GATE))
    edits.append(write("governance/decisions/gate-production.md", GATE))
    kpis = ("minutes_per_request", "lapsing_customers_per_100_calls", "corrections_answered")
    edits.append(write("governance/evidence/kpi.jsonl", lines(*(measured(kpi) for kpi in kpis))))
    edits.append(write("governance/evidence/feedback.jsonl", lines(SUGGESTION)))
    edits.append(write("governance/evidence/labs.jsonl", lines(*(lab(layer) for layer in LAYERS))))
    edits.append(write("governance/evidence/drills.jsonl", lines(*(drilled(name) for name in DRILLS))))
    edits.append(write("governance/evidence/evaluation.json", report()))
    edits.append(lambda found: found.update({path: fill_in(found[path]) for path in FILLED_IN}))
    edits.append(replace("kpis.yml", 'source: "not stated yet"', 'source: "Ticket system, 4,210 requests"'))
    query = {"sql": "select minutes as value from requests", "unit": "minutes"}
    edits.append(set_value("kpis.yml", "kpis", 0, "measure", query))
    edits.append(set_value("catalog-info.yaml", "spec", "owner", "group:default/analytics"))
    edits.append(define_evidence)
    return edited(files, *edits)


def define_evidence(files: Files) -> None:
    """Let the evidence on each KPI be of the definition in force."""
    kpis = {kpi["id"]: definition_hash(kpi, None) for kpi in yaml.safe_load(files["kpis.yml"])["kpis"]}
    path = "governance/evidence/kpi.jsonl"
    found = [json.loads(line) for line in str(files[path]).splitlines()]
    files[path] = lines(*({**line, "definition": kpis[line["kpi"]]} for line in found))
