"""What `pilotline new` shows: to people as text, to machines as JSON."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from pilotline.create import Created, Plan

_COLOURS: Final = {"owned": "blue", "seed": "green", "derived": "magenta"}
_MEANINGS: Final = {
    "owned": "the catalog's; upgraded by a merge, your edits survive",
    "seed": "yours from now on; no upgrade touches it",
    "derived": "made from kpis.yml and pilot.yml by one command",
}


def plan_json(plan: Plan, target: Path) -> dict[str, object]:
    """Describe what would be written."""
    files = [
        {"path": path, "mode": file.mode, "size": len(file.content), "owner": plan.owner(path)}
        for path, file in plan.tree.items()
    ]
    return {"format": 1, "dry_run": True, "destination": str(target.absolute()), **_common_json(plan), "files": files}


def created_json(created: Created) -> dict[str, object]:
    """Describe what was written, and what to do next."""
    return {
        "format": 1,
        "dry_run": False,
        "destination": str(created.destination),
        **_common_json(created.plan),
        "files": [{"path": path, "owner": created.plan.owner(path)} for path in created.plan.tree],
        "commit": created.commit,
        "own_identity": created.own_identity,
        "notes": _notes(created),
        "next": _next_commands(created),
    }


def _common_json(plan: Plan) -> dict[str, object]:
    identity = plan.snapshot.identity
    return {
        "catalog": {"source": identity.source, "version": identity.version},
        "architecture": plan.answers.values.get("architecture"),
        "answers": dict(plan.answers.recorded),
        "example_answers": list(plan.example_answers),
    }


def plan_text(plan: Plan) -> str:
    """List the files with owner and size, and say what the owners mean."""
    lines = []
    for path, file in plan.tree.items():
        owner = plan.owner(path)
        lines.append(f"  {click.style(f'{owner:<8}', fg=_COLOURS[owner])} {_size(len(file.content)):>8}  {path}")
    total = sum(len(file.content) for file in plan.tree.values())
    legend = [f"  {click.style(f'{owner:<8}', fg=_COLOURS[owner])} {text}" for owner, text in _MEANINGS.items()]
    head = f"{len(plan.tree)} files, {_size(total)}, would be written; nothing was."
    return "\n".join([*lines, "", *legend, "", head])


def _size(count: int) -> str:
    return f"{count} B" if count < 1024 else f"{count / 1024:.0f} KiB"  # noqa: PLR2004


def created_text(created: Created) -> str:
    """Say what was made, what it is to reach, and what to do next."""
    values = created.plan.answers.values
    place = os.path.relpath(created.destination)
    shown = place if not place.startswith("..") else str(created.destination)
    mark = click.style("✓", fg="green") if _can_show("✓") else "OK"
    name = click.style(str(values.get("project_name", "The pilot")), bold=True)
    lines = [
        f"{mark} {name} is in {shown} ({len(created.plan.tree)} files)",
        *_outcome_lines(values),
        "",
        *(click.style(f"Note: {note}", fg="yellow") for note in _notes(created)),
        "Next:",
        *(f"  {line}" for line in _next_commands(created)),
    ]
    return "\n".join(lines)


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _outcome_lines(values: Mapping[str, object]) -> list[str]:
    if "kpi_baseline" not in values:
        return []
    values = {
        **values,
        "kpi_baseline": _number(values["kpi_baseline"]),
        "kpi_target": _number(values.get("kpi_target")),
    }
    outcome = "from {kpi_baseline} to {kpi_target} {kpi_unit} by {due_date}".format_map(values)
    return [
        f"  {values.get('kpi')}: {outcome}",
        f"  owner: {values.get('owner')}; objective: {values.get('objective')}",
    ]


def _number(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)


def _notes(created: Created) -> list[str]:
    """Say what the user should know and did not ask."""
    notes = []
    if created.plan.example_answers:
        names = ", ".join(created.plan.example_answers)
        notes.append(f"this is the example: {names} are not yours yet; pilot.yml and kpis.yml mark them.")
    if not created.own_identity:
        notes.append(
            "git does not know you, so the commit is in pilotline's name; set yours with"
            ' git config --global user.name "…" and user.email "…".'
        )
    if created.work_tree is not None:
        notes.append(f"{created.destination} lies in the repository {created.work_tree}: nothing was committed there.")
        notes.extend(_pipeline_note(created, created.work_tree))
    return notes


def _pipeline_note(created: Created, work_tree: Path) -> list[str]:
    """Say how the CI files come to run where a repository holds more than the pilot."""
    folder = os.path.relpath(created.destination, Path(work_tree).resolve()).replace(os.sep, "/")
    if folder == ".":
        return []
    name = folder.replace("/", "-")
    if created.plan.answers.values.get("ci_provider") == "gitlab":
        advice = f"add `include: {folder}/.gitlab-ci.yml` there, with `cd {folder}` before its scripts"
        return [f"GitLab reads the .gitlab-ci.yml at the top only: {advice}."]
    advice = f"copy {folder}/.github/workflows/ci.yml to .github/workflows/{name}.yml"
    setting = f"defaults: {{run: {{working-directory: {folder}}}}}"
    return [f"GitHub runs workflows at the top only: {advice} and add `{setting}` to it."]


def _next_commands(created: Created) -> list[str]:
    command = created.plan.answers.values.get("distribution_name")
    return [
        f"cd {shlex.quote(os.path.relpath(created.destination))}",
        "python3 -m venv .venv && . .venv/bin/activate && python -m pip install --upgrade pip",
        "pip install -e . --group dev",
        f"{command} run" if command else "cat README.md",
    ]
