"""Catalogs that simulated pilots come from: released versions, and what lies in the folder and is not released yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.about import CATALOG_SOURCE
from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.frozen_releases import list_releases, read_release
from pilotline.catalog.loading import load_builtin
from pilotline.files.disk import write_tree
from pilotline.fleet.unreleased import UnreleasedCatalog, open_unreleased
from pilotline.template.snapshot import Snapshot
from tests.helpers import build_file_tree, commit_all, git
from tests.upgrade.helpers import numbered, release

SOURCE: Final = "https://git.example.org/coe/catalog.git"
"""Under which pilots record a catalog, wherever it lies: their commits do not hang on a folder of this machine."""
_QUESTIONS: Final = """_exclude: [copier.yml]
_skip_if_exists: [pilot.yml, notes.md]
name: {type: str, default: ada}
package_name: {type: str, default: plan}
channel: {type: str, choices: [CHOICES], default: mail}
integrations: {type: yaml, multiselect: true, choices: [postgres, kafka], default: []}
"""
_CODE: Final = "src/{{ package_name }}/_platform"
_ONE: Final = {
    "copier.yml": _QUESTIONS.replace("CHOICES", "mail, phone, letter"),
    "pilot.yml.jinja": "name: {{ name }}\npackage: {{ package_name }}\n",
    "notes.md": "The team's own.\n",
    "guide.md.jinja": numbered("guide for {{ name }}"),
    "tool.toml": numbered("tool"),
    "steady.txt": numbered("steady"),
    "quiet.txt.jinja": numbered("quiet {{ channel }}"),
    f"{_CODE}/__init__.py": '"""The platform."""\n',
    f"{_CODE}/core.py.jinja": numbered("core of {{ package_name }}"),
    f"{_CODE}/ports.py": numbered("ports"),
    "{% if 'postgres' in integrations %}postgres.toml{% endif %}": numbered("postgres"),
    "{% if 'kafka' in integrations %}kafka.toml{% endif %}": numbered("kafka"),
}
_TWO: Final = {**_ONE, "tool.toml": numbered("tool", n12="tool, better")}
_NEXT: Final = {
    **_TWO,
    "copier.yml": _QUESTIONS.replace("CHOICES", "mail, phone"),
    "guide.md.jinja": numbered("guide for {{ name }}", n9="guide, better"),
    f"{_CODE}/core.py.jinja": numbered("core of {{ package_name }}", n4="core, better", n24="core, much better"),
    f"{_CODE}/extra.py": numbered("extra"),
    "{% if 'kafka' in integrations %}kafka.toml{% endif %}": numbered("kafka", n15="kafka, better"),
}
_EVERY: Final = 9
"""Each how many-th file of the built-in catalog its next version changes."""
_LONG: Final = 24
"""How many lines a file has that is changed in the middle."""


@dataclass(frozen=True)
class SimulatedCatalog:
    """A catalog's repository, and what its pilots were made with."""

    folder: Path
    versions: tuple[str, ...]
    answers: tuple[Mapping[str, object], ...]

    def publish(self) -> None:
        """Let git find it under the address that pilots record."""
        git(self.folder, "config", "--global", f"url.{self.folder}.insteadOf", SOURCE)

    def released(self, version: str) -> Snapshot:
        """Read a version as pilots record it."""
        return Catalogs().base(str(self.folder), version).known_as(SOURCE, version)

    def unreleased(self) -> UnreleasedCatalog:
        """Read what lies in the folder."""
        return open_unreleased(self.folder, Catalogs(), [SOURCE])


def small_catalog(folder: Path) -> SimulatedCatalog:
    """Make a catalog of a dozen files with two versions, whose next one refuses an answer."""
    release(folder, _ONE, "v1.0.0")
    release(folder, _TWO, "v1.1.0")
    build_file_tree(folder, _NEXT)
    answers: tuple[Mapping[str, object], ...] = (
        {"name": "ada"},
        {"name": "bo", "package_name": "lapse", "integrations": ["postgres"]},
        {"name": "cy", "channel": "phone", "integrations": ["postgres", "kafka"]},
        {"name": "di", "channel": "letter"},
    )
    return SimulatedCatalog(folder, ("v1.0.0", "v1.1.0"), answers)


def builtin_catalog(folder: Path, more: int = 0) -> SimulatedCatalog:
    """Make a catalog out of the built-in one as it was released first, whose next version changes every ninth file.

    Args:
        folder: Where.
        more: How many sets of answers there are besides the five that differ most, each with a name and a date.
    """
    folder.mkdir(parents=True)
    releases = list_releases()
    write_tree(read_release(releases[0]) if releases else load_builtin(CATALOG_SOURCE).tree, folder)
    commit_all(folder, "as released", tag="v1.0.0")
    for place in sorted((folder / "templates").rglob("*.py"))[::_EVERY]:
        lines = place.read_text(encoding="utf-8").split("\n")
        if len(lines) >= _LONG:
            lines[len(lines) // 2] += "  # Improved."
            place.write_text("\n".join(lines), encoding="utf-8")
    answers: tuple[Mapping[str, object], ...] = (
        {"created_on": "2026-09-01"},
        {"created_on": "2026-09-02", "project_name": "Late deliveries", "integrations": ["postgres"]},
        {"created_on": "2026-09-03", "project_name": "Spare parts", "ci_provider": "gitlab"},
        {"created_on": "2026-09-04", "integrations": ["postgres", "mlflow_server"], "prepared_for": "pilot"},
        {"created_on": "2026-09-05", "kpi": "Hours per visit", "objective": "decide-faster", "kpi_unit": "hours",
         "kpi_baseline": 3, "kpi_target": 2, "currency": "EUR", "kpi_unit_value": 40, "owner": "head-of-service"},
    )  # fmt: skip
    others = (
        {
            **answers[n % len(answers)],
            "created_on": f"2026-10-{1 + n % 28:02}",
            "project_name": f"Case {n} of the fleet",
        }
        for n in range(more)
    )
    return SimulatedCatalog(folder, ("v1.0.0",), (*answers, *others))
