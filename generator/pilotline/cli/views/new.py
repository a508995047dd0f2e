"""What `pilotline new` shows: to people as text, to machines as JSON."""

import os
import shlex
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from pilotline.catalog.learnings import Finding, concerning, read_findings
from pilotline.creation.new_pilot import Created, NewPilot
from pilotline.errors import CatalogError
from pilotline.pilot.paths import GITHUB_WORKFLOWS
from pilotline.template.question_roles import said

_ENVIRONMENT: Final = (
    r"py -m venv .venv; .venv\Scripts\activate; python -m pip install --upgrade pip"
    if os.name == "nt"
    else "python3 -m venv .venv && . .venv/bin/activate && python -m pip install --upgrade pip",
    "pip install -e . --group dev",
)
_MOST_LEARNINGS: Final = 3
_COLOURS: Final = {"owned": "blue", "seed": "green", "derived": "magenta"}
_MEANINGS: Final = {
    "owned": "the catalog's; upgraded by a merge, your edits survive",
    "seed": "yours from now on; no upgrade touches it",
    "derived": "made from kpis.yml and pilot.yml by one command",
}


def plan_json(plan: NewPilot, target: Path) -> dict[str, object]:
    """Describe what would be written."""
    files = [
        {"path": path, "mode": file.mode, "size": len(file.content), "owner": plan.owners[path]}
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
        "files": [{"path": path, "owner": created.plan.owners[path]} for path in created.plan.tree],
        "commit": created.commit,
        "own_identity": created.own_identity,
        "unsigned": created.unsigned,
        "notes": _notes(created),
        "next": _next_commands(created),
    }


def _common_json(plan: NewPilot) -> dict[str, object]:
    identity = plan.snapshot.identity
    return {
        "catalog": {"source": identity.source, "version": identity.version},
        "architecture": said(plan.answers.values, "architecture"),
        "answers": dict(plan.answers.recorded),
        "example_answers": list(plan.example_answers),
        "taken": list(plan.taken),
        "learnings": [each._asdict() for each in _learnings(plan)],
    }


def plan_text(plan: NewPilot) -> str:
    """List the files with owner and size, and say what the owners mean."""
    lines = []
    for path, file in plan.tree.items():
        owner = plan.owners[path]
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
    name = click.style(str(said(values, "title") or "The pilot"), bold=True)
    commit = ", one commit" if created.commit else ""
    blocks = [
        [f"{mark} {name} is in {shown}: {len(created.plan.tree)} files{commit}."],
        _outcome_lines(values),
        _learned_lines(created.plan),
        [_fill(f"Note: {note}", "      ") for note in _notes(created)],
        ["Next:", *(f"  {line}" for line in _next_commands(created))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _fill(text: str, indent: str) -> str:
    """Break a sentence between its words where a person reads it; elsewhere it stays one line."""
    if not sys.stdout.isatty():
        return text
    width = max(min(shutil.get_terminal_size().columns, 100), 40)
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _outcome_lines(values: Mapping[str, object]) -> list[str]:
    """Show what a pilot is to reach, as its catalog sums it up."""
    summary = said(values, "summary")
    rows = summary.items() if isinstance(summary, dict) else ()
    return [f"  {click.style(f'{name:<9}', dim=True)}  {_fill(str(text), ' ' * 13)}" for name, text in rows]


def _learnings(plan: NewPilot) -> tuple[Finding, ...]:
    """Choose what pilots of the same architecture learned; a list that cannot be read keeps nobody from beginning."""
    try:
        findings = read_findings(plan.snapshot.tree)
    except CatalogError:
        return ()
    return concerning(findings, str(said(plan.answers.values, "architecture") or ""))


def _learned_lines(plan: NewPilot) -> list[str]:
    """Name what other pilots of the same architecture learned."""
    found = _learnings(plan)
    if not found:
        return []
    more = len(found) - _MOST_LEARNINGS
    lines = [_fill(f"  {each.title} ({each.pilot}): {each.text}", "    ") for each in found[:_MOST_LEARNINGS]]
    return ["What others learned with this architecture:", *lines, *([f"  and {more} more"] if more > 0 else [])]


def _notes(created: Created) -> list[str]:
    """Say what the user should know and did not ask."""
    notes = []
    if created.plan.taken:
        counts = Counter(path.partition("/")[0] for path in created.plan.taken)
        files = ", ".join(f"{folder}/ ({count})" for folder, count in sorted(counts.items()))
        notes.append(f"taken over from its sibling, as last committed there: {files}.")
    if created.plan.example_answers:
        names = ", ".join(created.plan.example_answers)
        verb = "are" if len(created.plan.example_answers) > 1 else "is"
        notes.append(f"this is the example: {names} {verb} not yours yet; pilot.yml and kpis.yml mark them.")
    if not created.own_identity:
        notes.append(
            "git does not know you, so the commit is in pilotline's name. Set yours:"
            ' git config --global user.name "…" and user.email "…".'
        )
    if created.unsigned:
        notes.append("you sign your commits, and this one is not signed: git commit --amend --no-edit --gpg-sign")
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
    if said(created.plan.answers.values, "ci_provider") == "gitlab":
        advice = f"copy it and .gitlab/ from {folder} there, and begin its before_script with `cd {folder}`"
        return [f"GitLab reads the .gitlab-ci.yml at the top only: {advice}."]
    workflows = [path for path in created.plan.tree if path.startswith(GITHUB_WORKFLOWS)]
    copies = [f"{folder}/{path} to .github/workflows/{_name_at_top(path, name)}" for path in workflows]
    setting = f"defaults: {{run: {{working-directory: {folder}}}}}"
    each = "it" if len(copies) == 1 else "each"
    return [f"GitHub runs workflows at the top only: copy {', '.join(copies)}, and add `{setting}` to {each}."]


def _name_at_top(path: str, pilot: str) -> str:
    """Name a workflow after its pilot, so that several pilots of one repository do not meet."""
    file = path.rpartition("/")[2]
    return f"{pilot}.yml" if file == "ci.yml" else f"{pilot}-{file}"


def _next_commands(created: Created) -> list[str]:
    place = os.path.relpath(created.destination)
    command = said(created.plan.answers.values, "command")
    return [
        *([] if place == "." else [f"cd {shlex.quote(place) if not place.startswith('-') else f'./{place}'}"]),
        *(["git add --all . && git commit"] if created.work_tree is not None else []),
        *([*_ENVIRONMENT, f"{command} run"] if command else []),
    ]
