"""Evidence that a pilot's own commands leave in `governance/evidence/`, read with care."""

import json
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Section, Source
from pilotline.pilot.paths import CONFIGURATION, KPI_EVIDENCE, PROMPTS
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.beginning import contract_key
from pilotline.rules.evidence import FORMAT, is_in_force
from pilotline.rules.kpi_definition import definition_hash
from pilotline.rules.plain import as_mapping, as_texts

_MODEL_PARTS: Final = ("/domain/", "/services/", "/adapters/model", "/prompts/", "/pipelines/learn", "/pipelines/train")


def read_lines(repo: Repository, path: str) -> Iterator[Section]:
    """Read the lines of a file of evidence as sections, oldest first; what is no line of format 1 is left out."""
    for line in repo.text(path).splitlines():
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict) and data.get("format") == FORMAT:
            yield Section(Source(path, ""), data)


def newest_kpis(repo: Repository) -> dict[str, Section]:
    """Read the newest measurement of each KPI."""
    return {line.text("kpi"): line for line in _in_force(repo)}


def newest_by_definition(repo: Repository) -> dict[tuple[str, str], Section]:
    """Read the newest measurement of each KPI under each of its definitions."""
    return {(line.text("kpi"), line.text("definition")): line for line in _in_force(repo)}


def definition_of(repo: Repository, kpi: Section) -> str:
    """Hash the definition of a KPI in force, which evidence has to name to count."""
    cases = repo.text(kpi.text("baseline", "data")) if kpi.text("baseline", "data") else None
    return definition_hash(as_mapping(kpi.data), None if cases is None else cases.encode())


def _in_force(repo: Repository) -> Iterator[Section]:
    """Read the measurements on the data contract that is in force."""
    contract = contract_in_force(repo)
    return (line for line in read_lines(repo, KPI_EVIDENCE) if is_in_force(line.text("contract"), contract))


def contract_in_force(repo: Repository) -> str | None:
    """Name the data contract by what it means, as the pilot's evidence does; None without one."""
    listed = as_texts(repo.manifest.at("data", "contracts").data)
    found = [repo.document(path) for path in listed if path in repo.files]
    if any(each.source.error for each in found):
        return None
    return contract_key(as_mapping(each.data) for each in found)


def is_older_than_model(repo: Repository, commit: str) -> bool:
    """Tell whether model, prompts or their settings changed since a commit; a commit that is unknown is no proof."""
    differing = repo.history.differing(commit.rstrip("+"))
    if differing is None:
        return True
    return any(
        path.startswith((PROMPTS, CONFIGURATION)) or any(part in f"/{path}" for part in _MODEL_PARTS)
        for path in differing
    )
