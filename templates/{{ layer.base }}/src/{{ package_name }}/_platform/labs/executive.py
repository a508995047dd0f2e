"""The lab of those who decide: go or no-go from the KPI page, and defend it."""

from collections.abc import Iterator
from typing import Final

from ..evidence import newest_of, read_present
from ..kpi import ABSENT, read_kpis
from ..rules.evidence import shows
from ..settings import PlatformSettings
from .sheet import Answers, Questions, find_other, find_short

TITLE: Final = "Decide go or no-go from the KPI page, and defend it"
DECISIONS: Final = ("go", "wait", "no-go")
PAGE: Final = "docs/kpis.md"
QUESTIONS: Final[Questions] = {
    "decision": "go, wait or no-go",
    "kpi": "The id of the KPI in kpis.yml that decides: the first one",
    "value": f"Its newest value in {PAGE}",
    "low": "The lower end of that value's interval (`kpis` shows it, too); empty where it is open",
    "high": "The upper end",
    "finding": "What was found, as the page says it: reached, better, kept, undecided, worse",
    "open_guardrails": "The ids of guardrails that do not show what kpis.yml asks for, as a list: [a, b]; [] for none",
    "reason": "Why you decide so, in a sentence that a colleague would accept",
    "against": "The strongest argument against your decision",
    "turn": "What would make you decide otherwise, and by which day you look again",
}


def find_wrong(settings: PlatformSettings, answers: Answers) -> Iterator[str]:
    """Hold the answers against the evidence."""
    kpis = read_kpis(settings.root / "kpis.yml")
    lines = {each.kpi.id: line for each, line in zip(kpis, newest_of(kpis, read_present(settings)), strict=True)}
    first = kpis[0].kpi
    newest = lines[first.id]
    if newest["verdict"] in ABSENT:
        yield f"Nothing can be decided on yet: {newest['sentence']}"
        return
    decision = str(answers.get("decision") or "")
    if decision not in DECISIONS:
        yield f"decision: it is one of {', '.join(DECISIONS)}."
    if answers.get("kpi") != first.id:
        yield f"kpi: the first KPI of kpis.yml decides, {first.id}; the others are guardrails or tell more."
    for name in ("value", "low", "high"):
        found = newest[name]
        wanted = float(found) if isinstance(found, int | float) else None
        yield from find_other(answers, name, wanted, f"the newest line on {first.id}")
    if str(answers.get("finding") or "").replace(" ", "_") != newest["verdict"]:
        yield "finding: it is not what the page says."
    if decision == "go" and not shows(first.decision.go_on, newest["verdict"]):
        yield (
            f"decision: kpis.yml goes on when {first.id} is {first.decision.go_on}, and the finding is "
            f"{str(newest['verdict']).replace('_', ' ')}: a go has no evidence yet."
        )
    guarding = [each.kpi for each in kpis if each.kpi.kind == "guardrail"]
    still_open = {kpi.id for kpi in guarding if not shows(kpi.decision.go_on, lines[kpi.id]["verdict"])}
    named = answers.get("open_guardrails")
    if not isinstance(named, list) or {str(each) for each in named} != still_open:
        yield f"open_guardrails: look at each guardrail again; {len(still_open)} of {len(guarding)} are open."
    yield from find_short(answers, ("reason", "against", "turn"))
