"""Rebuilds the files that are made from kpis.yml, pilot.yml and the evidence, and finds those that are stale."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from . import PilotError
from .measure_units import find_wrong_units, read_declared, read_words
from .rules import derived as rules
from .yaml_text import load_yaml

EVIDENCE: Final = "governance/evidence/kpi.jsonl"
TEMPLATES: Final = Path(__file__).with_name("derived")


@dataclass(frozen=True)
class Derived:
    """One derived file as it should be."""

    path: Path
    content: bytes

    @property
    def fresh(self) -> bool:
        """Whether the file on disk is that, or was written by hand: without the mark of a source it is left alone."""
        if not self.path.is_file():
            return False
        present = self.path.read_bytes()
        return present == self.content or not rules.is_derived(present)

    def write(self) -> None:
        """Put it there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(self.content)


def derive(root: Path) -> tuple[Derived, ...]:
    """Make every derived file from the manifests, without writing it."""
    kpis_text, pilot_text = _read(root / "kpis.yml"), _read(root / "pilot.yml")
    kpis, pilot = _parse(root / "kpis.yml", kpis_text)["kpis"], _parse(root / "pilot.yml", pilot_text)
    _refuse_wrong_units(root, kpis, pilot)
    context = {
        "kpis": kpis,
        "pilot": rules.completed(pilot),
        "evidence": _evidence(root / EVIDENCE),
        "source_hash": rules.source_hash(kpis_text, pilot_text),
    }
    # The results are Markdown, YAML and JSON, whose templates quote for themselves: HTML escaping would spoil them.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    environment.filters["to_json"] = rules.to_json
    return tuple(_derived(environment, root, path, context) for path in sorted(TEMPLATES.glob("*.j2")))


def _refuse_wrong_units(root: Path, kpis: object, pilot: dict[str, object]) -> None:
    """Refuse KPIs that are bound to what measures in another unit, all at once."""
    entries = [kpi for kpi in kpis if isinstance(kpi, dict)] if isinstance(kpis, list) else []
    costs = pilot.get("costs")
    currency = str(costs.get("currency")) if isinstance(costs, dict) else ""
    if wrong := list(find_wrong_units(entries, read_declared(TEMPLATES.parents[1], read_words(root)), currency)):
        raise PilotError(" ".join(wrong))


def _derived(environment: Environment, root: Path, template: Path, context: dict[str, object]) -> Derived:
    place = rules.read_place(template.read_text(encoding="utf-8"), lambda folder: (root / folder).is_dir())
    if place is None:
        raise PilotError(f"{template} does not begin with the place that it writes: restore it with git.")
    try:
        text = environment.get_template(template.name).render(context)
    except (TemplateError, TypeError, ValueError) as error:
        raise PilotError(
            f"{template.name} cannot be made from kpis.yml and pilot.yml: {error}. Complete them."
        ) from error
    return Derived(root / place, text.encode())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error


def _evidence(path: Path) -> list[object]:
    """Read what was measured so far; nothing before the first measurement."""
    try:
        return rules.read_evidence(path.read_text(encoding="utf-8") if path.is_file() else "")
    except ValueError as error:
        raise PilotError(f"{path} holds a line that is no JSON: {error}. Restore it with git.") from error


def _parse(path: Path, content: bytes) -> dict[str, object]:
    try:
        value = load_yaml(content)
    except yaml.YAMLError as error:
        raise PilotError(f"{path} is not YAML: {error}. Put it right.") from error
    if not isinstance(value, dict) or (path.name == "kpis.yml" and "kpis" not in value):
        raise PilotError(f"{path} does not hold what it should: restore it with git, then change it again.")
    return value
