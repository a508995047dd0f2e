"""What whoever approves reads before, and what stays after: the request and the record of a promotion, as Markdown."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pilotline.documents.section import Section
from pilotline.lifecycle.stand import Stand
from pilotline.pilot.paths import (
    CHECK_EVIDENCE,
    DECISIONS,
    EVALUATION,
    GOVERNANCE,
    KPI_EVIDENCE,
    LABS,
    MANIFEST,
    RED_TEAM,
    RISK_ASSESSMENT,
    WAIVERS,
    WINS,
)
from pilotline.pilot.stages import Stage
from pilotline.readiness.approvals import Approval, allowed_identities
from pilotline.readiness.evidence import read_records
from pilotline.readiness.pilot_evidence import definition_of, newest_by_definition
from pilotline.readiness.results import Reason, Status
from pilotline.readiness.verdict import Verdict
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.waivers import read_waivers
from pilotline.rules.plain import as_number

_NUMBERED: Final = re.compile(rf"{re.escape(DECISIONS)}(\d{{4}})-[^/]+\.md")
_FILES: Final[Mapping[str, str]] = {
    KPI_EVIDENCE: "measurements of the KPIs",
    WINS: "what was won",
    EVALUATION: "how good what decides is",
    RED_TEAM: "what the red team found",
    CHECK_EVIDENCE: "what commands proved",
    LABS: "labs that were done",
    RISK_ASSESSMENT: "risks",
    WAIVERS: "waivers",
    MANIFEST: "the experiment, costs and owners",
}


def draft_request(stand: Stand, verdict: Verdict, stage: Stage) -> str:
    """Write the request: what speaks for it, and the one word by which it is approved."""
    rights, manifest = stand.repo.manifest.at("decision_rights"), stand.repo.manifest
    decider = rights.text("approves") or "whoever decides"
    identities = ", ".join(rights.texts("identities")) or "nobody yet (decision_rights.identities in pilot.yml)"
    signed = " Sign that commit (`git commit -S`): production takes a signature." if stage is Stage.PRODUCTION else ""
    lines = [
        "---",
        f"gate: {stage.label}",
        "approved: false  # whoever approves writes true",
        f"requested_by: {stand.person}",
        f'requested_on: "{verdict.today.isoformat()}"',
        f"commit: {stand.repo.history.head}",
        "---",
        "",
        f"# May {manifest.text('name')} enter the stage {stage.label}?",
        "",
        f"Asked of {decider}: {identities}.",
        "",
        f"To approve, write `approved: true` above, add your reasons, and commit this file alone.{signed}",
        "Somebody else promotes.",
        "",
        *_experiment(manifest.at("experiment")),
        *_evidence(stand.repo, verdict, stage),
        "## Reasons",
        "",
        "*Those of whoever decides.*",
    ]
    return "\n".join(lines) + "\n"


def draft_record(stand: Stand, verdict: Verdict, stage: Stage, approval: Approval, number: int, said: str) -> str:
    """Write the record of a promotion, with all that it rests on."""
    commit = approval.commit
    gate = approval.gate.path.removeprefix(DECISIONS)
    lines = [
        f"# {number}. {stand.repo.manifest.text('name')} enters the stage {stage.label}",
        "",
        f"- Date: {verdict.today.isoformat()}",
        f"- Decided by: {commit.author_email if commit else ''} ({approval.proof})",
        f"- Approval: [{gate}]({gate}), commit {commit.id if commit else ''}",
        f"- Promoted by: {stand.person}",
        f"- Judged at commit: {stand.repo.history.head}",
        *([f"- Model: {said}"] if said else []),
        "",
        *_experiment(stand.repo.manifest.at("experiment")),
        *_evidence(stand.repo, verdict, stage),
    ]
    return "\n".join(lines).rstrip() + "\n"


def next_number(stand: Stand) -> int:
    """Give the number of the next decision."""
    found = (_NUMBERED.fullmatch(path) for path in stand.repo.below(DECISIONS))
    return max((int(each[1]) for each in found if each), default=0) + 1


def _experiment(experiment: Section) -> Iterator[str]:
    yield from ("## Experiment", "")
    named = {"hypothesis": "Hypothesis", "users": "Users", "starts": "From", "ends": "To", "stop_rule": "Stop rule"}
    for key, title in named.items():
        yield f"- {title}: {_cell(experiment.text(key)) or 'not said'}"
    yield ""


def _evidence(repo: Repository, verdict: Verdict, stage: Stage) -> Iterator[str]:
    yield from ("## Evidence", "", "| KPI | finding | value | measured | commit |", "|---|---|---|---|---|")
    newest = newest_by_definition(repo)
    for kpi in repo.kpis.items("kpis"):
        yield _measured(kpi, newest.get((kpi.text("id"), definition_of(repo, kpi))))
    yield ""
    for check, record in sorted(read_records(repo).items()):
        yield f"- {check}: `{_cell(record.command)}` at commit {record.commit[:9]}, {record.at[:10]}"
    counted = [
        each for each in verdict.results if each.card.stage <= stage and each.reason is not Reason.NOT_APPLICABLE
    ]
    passed = sum(each.status is Status.PASS for each in counted)
    level = verdict.level.label if verdict.level else "none yet"
    yield f"- {passed} of the {len(counted)} checks that {stage.label} asks for pass; level {level}"
    for waiver in read_waivers(repo)[0].values():
        yield f"- {waiver.check} waived until {waiver.expires} by {waiver.approver}: {_cell(waiver.reason)}"
    yield ""
    for path, what in _FILES.items():
        if path in repo.files:
            yield f"- [{path}]({_link(path)}): {what}"
    yield ""


def _measured(kpi: Section, line: Section | None) -> str:
    if line is None:
        return f"| {_cell(kpi.text('title'))} | not measured | | | |"
    value = as_number(line.at("value").data)
    shown = "" if value is None else f"{value:,.10g} {_cell(kpi.text('unit'))}"
    verdict, day = line.text("verdict").replace("_", " "), line.text("measured_at")[:10]
    return f"| {_cell(kpi.text('title'))} | {verdict} | {shown} | {day} | {_cell(line.text('commit'))[:9]} |"


def _link(path: str) -> str:
    """Lead from the folder of decisions to a file of the pilot."""
    return f"../{path.removeprefix(GOVERNANCE)}" if path.startswith(GOVERNANCE) else f"../../{path}"


def _cell(text: str) -> str:
    """Let a pilot's words be words on one line of a page."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def who_may(stand: Stand) -> str:
    """Name who may approve, for whoever has to ask."""
    return ", ".join(allowed_identities(stand.repo)) or "nobody is named in decision_rights of pilot.yml"
