"""A centre of excellence's year: its own catalog, Pilotline's next version, its pilots, and a lesson of one of them."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilotline.catalog.frozen_releases import list_releases, read_release
from pilotline.files.disk import write_tree
from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline
from tests.simulated.catalogs import SOURCE, SimulatedCatalog
from tests.simulated.deeds import LEFT
from tests.simulated.fleets import SimulatedPilot, make_fleet
from tests.upgrade.helpers import replaced

pytestmark = pytest.mark.slow

TASKS = "templates/{{ layer.base }}/noxfile.py"
REUSE = "nox.options.reuse_existing_virtualenvs = True"
POLICIES = "templates/_organisation/policies.yml"
OBJECTIVES = """\
objectives:
  - {title: Grow, kind: revenue, owner: board, measure: orders, baseline: 12 a day, target: 15 a day}
  - {title: Decide faster, kind: efficiency, owner: coo, measure: hours, baseline: 30, target: 10}
"""
ANSWERS = (
    {"created_on": "2026-09-01"},
    {"created_on": "2026-09-02", "project_name": "Late deliveries", "integrations": ["postgres"]},
    {"created_on": "2026-09-03", "project_name": "Spare parts", "ci_provider": "gitlab"},
    {"created_on": "2026-09-04", "integrations": ["postgres", "mlflow_server"], "prepared_for": "pilot"},
)
COUNT = 30
EVERY = 9
LONG = 24


def run(folder: Path, *arguments: str | Path, code: int = 0) -> str:
    done = pilotline(*arguments, cwd=folder, environment=IDENTITY, timeout=300)
    assert done.code == code, f"{arguments}: {done.code}\n{done.out}\n{done.err}"
    return done.out


def improve_origin(folder: Path) -> None:
    """Let Pilotline improve every ninth file, a line that we changed too, and refuse an answer that some gave."""
    for place in sorted((folder / "templates").rglob("*.py"))[::EVERY]:
        lines = place.read_text(encoding="utf-8").split("\n")
        if len(lines) >= LONG:
            lines[len(lines) // 2] += "  # Improved."
            place.write_text("\n".join(lines), encoding="utf-8")
    tasks, questions = folder / TASKS, folder / "copier.yml"
    tasks.write_text(replaced(tasks.read_text(), REUSE, f"{REUSE}  # theirs"))
    refusal = "{% if project_name == 'Spare parts' %}It is taken{% elif not project_name.strip()"
    questions.write_text(replaced(questions.read_text(), "{% if not project_name.strip()", refusal))


@dataclass(frozen=True)
class Year:
    """Where everything lies once Pilotline's next version has come, and what impact said before the release."""

    catalog: SimulatedCatalog
    pilots: tuple[SimulatedPilot, ...]
    said: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("year")
    origin, ours = folder / "origin", folder / "ours"
    origin.mkdir()
    write_tree(read_release(list_releases()[0]), origin)
    commit_all(origin, "as released", tag="v1.0.0")
    given = build_file_tree(folder, {"ours.yml": OBJECTIVES}) / "ours.yml"
    run(folder, "catalog", "init", ours, "--catalog", f"{origin}@v1.0.0", "--objectives", given)
    run(ours, "catalog", "add", "integration", "queue")
    policies = replaced((ours / POLICIES).read_text(), "retention:", "retention:  # ours")
    tasks = replaced((ours / TASKS).read_text(), REUSE, f"{REUSE}  # ours")
    commit_all(build_file_tree(ours, {POLICIES: policies, TASKS: tasks}), "Our own line", tag="v1.1.0")

    improve_origin(origin)
    commit_all(origin, "Improve", tag="v2.0.0")
    conflict = run(ours, "catalog", "upgrade", "--commit", code=1)
    assert "Our own line" in conflict
    assert f"CONFLICT (content): Merge conflict in {TASKS}" in conflict
    merged = (ours / TASKS).read_text()
    start, end = merged.index("<<<<<<< catalog"), merged.index(">>>>>>> origin-v2.0.0\n")
    (ours / TASKS).write_text(f"{merged[:start]}{REUSE}  # both\n{merged[end:].partition(chr(10))[2]}")
    commit_all(ours, "Follow Pilotline to v2.0.0")
    assert (ours / POLICIES).read_text() == policies, "the organisation's own stays"
    assert "queue" in (ours / "copier.yml").read_text()

    catalog = SimulatedCatalog(ours, ("v1.1.0",), ANSWERS)
    pilots = make_fleet(folder / "fleet", COUNT, catalog)
    fleet = build_file_tree(folder, {"fleet.txt": "".join(f"{pilot.folder}\n" for pilot in pilots)}) / "fleet.txt"
    asked = ("catalog", "impact", "--pilots", fleet, "--catalog-folder", ours, "--source", SOURCE, "--json")
    said = json.loads(run(folder, *asked, "--no-checks"))["pilots"]
    return Year(catalog, pilots, {each["pilot"]: each for each in said})


def test_impact_says_what_is_true_of_each_pilot(year: Year) -> None:
    true = {str(pilot.folder): (pilot.outcome, pilot.conflicts) for pilot in year.pilots}
    found = {
        folder: (each["outcome"], frozenset(each.get("plan", {}).get("conflicts", ())))  # type: ignore[attr-defined]
        for folder, each in year.said.items()
    }
    assert found == true
    assert {outcome for outcome, _ in found.values()} == {"clean", "merged", "conflict", "refused", "error"}


def test_the_release_does_what_was_said_and_a_lesson_of_one_reaches_the_others(year: Year) -> None:
    ours = year.catalog.folder
    run(ours, "catalog", "release", "1.2.0")
    year.catalog.publish()
    upgraded = []
    for pilot in year.pilots:
        said = year.said[str(pilot.folder)]
        if said["outcome"] == "error" or set(pilot.done) & {*LEFT}:
            continue
        code = 1 if said["outcome"] == "conflict" else 2 if said["outcome"] == "refused" else 0
        done = run(pilot.folder, "upgrade", "--commit", "--json", code=code)
        if code == 2:
            continue
        plan, foreseen = json.loads(done), said["plan"]
        assert isinstance(foreseen, dict)
        for name in ("changes", "conflicts", "merged", "kept_deleted", "seeds_delivered", "derived_rebuilt"):
            assert plan[name] == foreseen[name], (pilot.folder.name, name)
        if code == 0:
            upgraded.append(pilot)
            written = git(pilot.folder, "diff", "--name-only", "--no-renames", "HEAD~1").split("\n")
            told = {path for change in plan["changes"] for path in (change["path"], change.get("from")) if path}
            assert set(written) <= told
    assert {pilot.outcome for pilot in upgraded} == {"clean", "merged"}

    teacher, *others = [pilot for pilot in upgraded if "nothing" in pilot.done or "work of its own" in pilot.done]
    page = teacher.folder / "AGENTS.md"
    lesson = "12. What one team learned helps all."
    commit_all(build_file_tree(teacher.folder, {"AGENTS.md": f"{page.read_text()}\n{lesson}\n"}), "Learn")
    run(ours, "catalog", "learn", teacher.folder, "AGENTS.md", "--source", SOURCE)
    git(ours, "merge", "--quiet", f"learn/{teacher.folder.name}")
    git(ours, "tag", "--annotate", "--message", "v1.3.0", "v1.3.0")
    assert others
    for pilot in others:
        run(pilot.folder, "upgrade", "--commit")
        assert lesson in (pilot.folder / "AGENTS.md").read_text()
