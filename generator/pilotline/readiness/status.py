"""One object that says how a pilot stands: for people in a glance, and for whoever builds a portfolio from many."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from pilotline.documents.section import Section
from pilotline.errors import PilotlineError
from pilotline.git.credentials import without_user
from pilotline.pilot.paths import INCIDENTS, STAGE_HISTORY, WINS
from pilotline.pilot.stages import STAGES, stage_after
from pilotline.readiness.eu_ai_act import dates_for
from pilotline.readiness.pilot_evidence import definition_of, newest_by_definition, read_lines
from pilotline.readiness.stay import Stay, stay_in_stage
from pilotline.readiness.verdict import Verdict
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.evidence import ABSENT, UNMEASURED
from pilotline.rules.example_answers import still_the_example
from pilotline.rules.incidents import Incident, open_incidents
from pilotline.rules.kpi_definition import is_typed, pending_of, resolve_change, step_to_measure
from pilotline.rules.plain import as_mapping

FORMAT: Final = 1
_MOST_NAMED: Final = 3
_NUMBERS: Final = ("value", "low", "high", "gain", "worth")
_SHOWN: Final = ("value", "low", "high", "n", "verdict", "sentence", "gain", "worth", "measured_at", "commit")


class StatusError(PilotlineError):
    """Nothing true can be said of a pilot."""


def describe_status(repo: Repository, verdict: Verdict) -> dict[str, object]:
    """Gather how a pilot stands, from its manifests, its evidence and its verdict.

    Raises:
        StatusError: A manifest is there and cannot be read, so whatever would be said of it is wrong.
    """
    for section in (repo.manifest, repo.kpis):
        _refuse_unreadable(repo, section)
    return {"format": FORMAT, "date": verdict.today.isoformat(), **_purpose(repo), **_standing(repo, verdict)}


def _purpose(repo: Repository) -> dict[str, object]:
    """Say who it is, what it is for, and what of that is measured."""
    manifest, newest = repo.manifest, newest_by_definition(repo)
    kpis = [_kpi(repo, entry, newest) for entry in repo.kpis.items("kpis")]
    return {
        "name": manifest.text("name"),
        "package": manifest.text("package"),
        "architecture": manifest.text("architecture"),
        "commit": repo.history.head or None,
        "owners": _plain(manifest.at("owners")),
        "objective": _plain(manifest.at("objective")),
        "kpi": kpis[0] if kpis else None,
        "kpis": kpis,
        "example": still_the_example(_plain(manifest), _plain(repo.kpis), _plain(repo.organisation.at("example"))),
        "wins": len(repo.text(WINS).splitlines()),
        "won": [_plain(line) for line in read_lines(repo, WINS)],
        "cost": _plain(manifest.at("costs")),
    }


def _standing(repo: Repository, verdict: Verdict) -> dict[str, object]:
    """Say how far it has come, what is missing, and which days lie ahead."""
    ai_act = repo.manifest.at("ai_act")
    return {
        "stage": _stage(repo, verdict),
        "level": verdict.level.label if verdict.level else None,
        "score": verdict.total,
        "open": len(verdict.to_do),
        "incidents": [asdict(each) for each in _incidents(repo)],
        "next_steps": [{"check": step.card.id, "message": step.message} for step in verdict.next_steps],
        "catalog": _catalog(repo, verdict),
        "dates": list(_dates(repo)),
        "law": {"class": ai_act.text("class"), "role": ai_act.text("role"), "dates": _law(repo)},
        "upcoming": [{"on": e.day.isoformat(), "check": e.check, "message": e.message} for e in verdict.events],
    }


def _refuse_unreadable(repo: Repository, section: Section) -> None:
    path, error = section.source.path, section.source.error
    if path in repo.files and not isinstance(section.data, dict):
        raise StatusError(f"{path} cannot be read: {error or 'it holds no names and values'}.", f"Put {path} right.")


def _plain(part: Section) -> dict[str, object]:
    return dict(part.data) if isinstance(part.data, dict) else {}


def _kpi(repo: Repository, entry: Section, evidence: dict[tuple[str, str], Section]) -> dict[str, object]:
    measured = evidence.get((entry.text("id"), definition_of(repo, entry)))
    found = {name: measured.at(name).data for name in _SHOWN} if measured else dict.fromkeys(_SHOWN)
    if found["verdict"] in ABSENT:
        found |= dict.fromkeys(_NUMBERS)
    baseline, change = entry.number("baseline", "value"), entry.number("target", "change_percent")
    unmeasured = measured is None or found["verdict"] == UNMEASURED
    return {
        "id": entry.text("id"),
        "title": entry.text("title"),
        "uses": entry.text("uses") or None,
        "unit": entry.text("unit"),
        "direction": entry.text("direction"),
        "baseline": baseline,
        "baseline_typed": is_typed(_plain(entry.at("baseline"))),
        "target": entry.number("target", "value") if change is None else resolve_change(baseline, change),
        "change_percent": change,
        "unmeasured": step_to_measure(pending_of(_plain(entry))) if unmeasured else None,
        "due": entry.text("target", "due") or None,
        "currency": entry.text("value", "currency") or None,
        **found,
    }


def _stage(repo: Repository, verdict: Verdict) -> dict[str, object]:
    stay = verdict.stay or stay_in_stage(repo)
    history = repo.document(STAGE_HISTORY).items("history")
    return {
        "claimed": verdict.claimed.label,
        "since": stay.since.isoformat() if stay.since else None,
        "days": stay.days,
        "stalled": stay.stalled,
        "waits_for": _waits_for(verdict, stay),
        "retired": _plain(repo.manifest.at("retired")) or None,
        "history": [_plain(entry) for entry in history],
    }


def _incidents(repo: Repository) -> tuple[Incident, ...]:
    return open_incidents(as_mapping(line.data) for line in read_lines(repo, INCIDENTS))


def _waits_for(verdict: Verdict, stay: Stay) -> list[str]:
    """Name what the pilot waits for: the checks that keep it from the next stage, then the decision."""
    following = stage_after(stay.stage.label)
    until = STAGES[following] if following else stay.stage
    missing = [result for result in verdict.results if result.stage <= until and result.blocks(strict=True)]
    named = ", ".join(result.card.id for result in missing[:_MOST_NAMED])
    more = f" and {len(missing) - _MOST_NAMED} more" if missing[_MOST_NAMED:] else ""
    checks = [f"checks of {until.label}: {named}{more}"] if missing else []
    return [*checks, *([stay.waits_for] if stay.waits_for else [])]


def _catalog(repo: Repository, verdict: Verdict) -> dict[str, object]:
    """Say which version the pilot has, how many newer ones there are, and what it changed in the catalog's files."""
    source, version = without_user(repo.answers.text("_src_path")), repo.answers.text("_commit")
    known = [known.name for known in repo.origin.versions(source) or ()]
    drift = next((result for result in verdict.results if result.card.id == "TPL004"), None)
    return {
        "source": source or None,
        "version": version or None,
        "newest": known[0] if known else None,
        "behind": known.index(version) if version in known else None,
        "changed": len(drift.problems) if drift and not drift.reason else None,
    }


def _dates(repo: Repository) -> Iterator[dict[str, str]]:
    """Name the days that the pilot has set itself."""
    named = {"review": ("review_by",), "experiment ends": ("experiment", "ends"), "exit": ("exit", "by")}
    for what, keys in named.items():
        day = repo.manifest.date(*keys)
        if day:
            yield {"on": day.isoformat(), "what": what}


def _law(repo: Repository) -> list[dict[str, object]]:
    return [{"on": day.isoformat(), "duty": duty, "in_force": day <= repo.today} for day, duty in dates_for(repo)]
