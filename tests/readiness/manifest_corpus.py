"""What checks that only read a manifest said while each was code of its own, on repositories with every kind of answer.

`python -m tests.readiness.manifest_corpus` writes the file anew; what it then differs in is a changed verdict.
"""

import importlib
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from pilotline.readiness.results import Problem, Result
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.complete import complete
from tests.readiness.helpers import TODAY, Files, edited, example, pilot, run_one, set_value
from tests.readiness.test_planted_faults import FAULTS

SAID: Final = Path(__file__).with_name("manifest_corpus.json")
ORGANISATION: Final = "src/customer_call_list/_platform/organisation.yml"
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "OWN003": ("stage", "review_by"),
    "OWN005": ("exit", "exit.by", "exit.steps"),
    "GOV001": ("ai_act", "ai_act.class", "ai_act.role", "ai_act.reason", "ai_act.annex"),
    "GOV006": ("impact", "impact.affected", "impact.worst_case", "impact.approved_by", "impact.approved_on"),
    "GOV011": ("vendors", "llm", "vendors.0", "vendors.0.name", "vendors.0.terms", "vendors.0.dpa"),
    "GOV012": ("people", "people.trained", "people.trained.0", "people.trained.0.by", "people.trained.0.on"),
    "LLM003": (
        "agent", "agent.tools", "agent.tools.0", "agent.tools.0.does", "agent.tools.0.side_effects",
        "agent.tools.0.approval",
    ),
    "MOD010": (
        "model.registry", "model.registry.version", "model.registry.approved_by", "model.registry.approved_on",
        "decision_rights", "decision_rights.identities", "owners",
    ),
    "PPL001": ("people", "people.consulted", "people.consulted.0", "people.consulted.0.on"),
    "PPL004": ("vendors", "vendors.0", "vendors.0.name", "vendors.0.successor", "vendors.0.hand_over_by"),
    "GOV003": ("uses", "uses.intended", "uses.unsupported", "uses.restricted"),
    "DAT005": ("data", "data.personal", "data.dpia"),
    "MOD009": ("model", "model.max_age_days", "model.retrain_when"),
    "OPS002": ("retention", "retention.logs_days"),
    "OPS006": ("budget", "budget.per_month", "budget.alert_at_percent", "budget.alert_to"),
    "OPS008": (
        "operation", "operation.rollout", "operation.rollout.steps", "operation.rollout.rollback",
        "operation.rollout.drilled_on",
    ),
}  # fmt: skip
"""The fields that each such check reads."""
_VENDORS: Final = [
    {"name": "Model house", "terms": "of 2026-03", "dpa": "4712", "successor": "us", "hand_over_by": "2027-12-31"},
    {"terms": "of 2025", "dpa": "4713", "successor": "us", "hand_over_by": "2026-12-31"},
]
BEFORE: Final[dict[str, tuple[object, ...]]] = {
    "GOV011": ("vendors", _VENDORS),
    "PPL004": ("vendors", _VENDORS),
    "LLM003": (
        "agent", "tools", [{"name": "send", "does": "Sends a mail", "side_effects": True, "approval": "A clerk"}],
    ),
}  # fmt: skip
"""What a manifest needs besides, so that a check has something to look at."""
VALUES: Final[tuple[object, ...]] = (
    None, "", "   ", "TODO", "not stated yet", "the board, to be confirmed", "an answer", "high", "prohibited",
    "provider", "sandbox", "III", "soon", "2020-02-29", "2025-11-24", "2025-11-25", "2026-11-24", "2026-11-25",
    "2026-11-26", "2031-01-01", "2026-11-26T08:00:00", "2026-12-01 TBD", 0, -5, 1, 0.5, 100, 100.5, 182.6, 183, 30,
    float("inf"), "30", True, False, [], ["TODO"], ["one"], ["one", "two"],
    ["one", "to be confirmed"], ["one", "two", {"three": 3}], [1, 2], [True, {}], {},
    {"by": "2020-01-01"}, {"class": "high", "role": "provider", "reason": "TBD"}, {"personal": True},
    [{"name": "A house"}, {}], [{"role": "Clerks", "on": "2026-10-01"}], ["head-of-sales"],
    {"tools": [{"does": "Reads", "side_effects": True}]}, {"registry": {"name": "x"}}, {"approves": "one"},
    {"personal": True, "dpia": "not stated yet"}, {"personal": False}, {"logs_days": "400"},
)  # fmt: skip
"""Answers of every kind, fitting and not."""
DAYS: Final = (TODAY, date(2027, 3, 1), date(2027, 12, 1))


def said_by(name: str) -> dict[str, object]:
    """Ask a check about the whole corpus: what it says of the plain pilots, and where an edit makes it differ."""
    return dict(_said_by(name))


def _said_by(name: str) -> Iterator[tuple[str, object]]:
    plain = {"complete": complete(), "pilot": pilot(), "sandbox": pilot("sandbox"), "example": example()}
    for title, files in plain.items():
        for day in DAYS:
            yield f"{title} {day}", _write(run_one(name, files, day), files)
    usual = _write(run_one(name, complete()), complete())
    for title, files in _edited(name):
        found = _write(run_one(name, files), files)
        if found != usual:
            yield title, found


def _edited(name: str) -> Iterator[tuple[str, Files]]:
    """Give the repositories of the families' tests, those of planted faults, and one per field and kind of answer."""
    for family in ("arc_ppl", "dat", "eng", "gov", "llm", "mod", "ops", "own", "tpl"):
        module = importlib.import_module(f"tests.readiness.families.test_{family}")
        for title, (check, edit, _) in module.FAILING.items():
            if check == name:
                yield title, edited(complete(), edit)
                with suppress(IndexError):  # it edits an item that this pilot has not
                    yield f"{title}, pilot", edited(pilot(), edit)
    if name in FAULTS:
        yield "planted", edited(pilot(), FAULTS[name])
    path = ORGANISATION if name == "OPS002" else "pilot.yml"
    for key in KEYS[name]:
        for value in VALUES:
            keys = [int(part) if part.isdigit() else part for part in key.split(".")]
            if value is None and isinstance(keys[-1], int):
                continue
            first = [set_value(path, *BEFORE[name])] if name in BEFORE else []
            yield f"{key}: {json.dumps(value)}", edited(complete(), *first, set_value(path, *keys, value))
    for text in (b"", b"- a list\n", b"a: [\n", b"stage:\nreview_by:\nexit: {by: , steps: }\nuses:\ndata:\nai_act:\n"):
        yield f"{path} is {text!r}", {**complete(), path: text}


def _write(result: Result, files: Files) -> list[object]:
    """Write a result down; a place is named by the key in its line, so that a longer manifest changes nothing."""
    return [
        str(result.status), result.stage.label, result.calendar, result.message,
        *([p.message, _place(p, files), p.calendar, p.stage.label if p.stage else ""] for p in result.problems),
    ]  # fmt: skip


def _place(problem: Problem, files: Files) -> str:
    path, line = problem.location.path, problem.location.line
    lines = Repository.of(files, TODAY).text(path).splitlines()
    return f"{path}: {lines[line - 1].split(':')[0].strip()}" if line else path


def group(found_by: dict[str, object]) -> list[list[object]]:
    """Put the repositories of which a check says the same side by side: what it says first, then their names."""
    groups: dict[str, list[object]] = {}
    for title, found in found_by.items():
        groups.setdefault(json.dumps(found), [found]).append(title)
    return list(groups.values())


if __name__ == "__main__":
    rows = ",\n".join(
        f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, group(said_by(name)))) + "\n]" for name in KEYS
    )
    SAID.write_text(f"{{\n{rows}\n}}\n")
