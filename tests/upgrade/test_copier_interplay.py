"""A pilot may be upgraded by pilotline and by Renovate's command in turn: both leave what the other goes on from."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pilotline.about import CATALOG_SOURCE
from tests.helpers import IDENTITY, ROOT, Run, build_file_tree, commit_all, files_below, git, pilotline
from tests.template.test_copier_update import ANSWERS_FILE, copier
from tests.upgrade.helpers import publish_builtin, replaced

AGENTS = "templates/{{ layer.base }}/AGENTS.md.jinja"
TASKS = "templates/{{ layer.base }}/noxfile.py"
PROJECT = "templates/{{ layer.base }}/pyproject.toml.jinja"
NEWS = "templates/{{ layer.base }}/docs/news.md"
README = "templates/{{ layer.batch_scoring }}/{{ worked_example }}/README.md.jinja"
DEPENDENCIES = "templates/_layers/base.yml"
OPERATION = ("__init__", "backup", "champion", "commands", "drills", "rehearsal", "rollback")
RELEASE = (
    "__init__", "__main__", "building", "command", "compose", "deploying", "environments", "image", "kubernetes",
    "ledger", "process", "registry", "running", "smoke", "targets",
)  # fmt: skip
DELETED = "governance/decisions/0001-why-this-pilot.md"


@dataclass(frozen=True)
class Catalog:
    """A catalog with three versions, and the pilotline that goes with it."""

    place: tuple[str, ...]
    """How `pilotline new` is told of it."""
    source: str
    """What pilots record."""
    pythonpath: str = ""

    def run(self, *arguments: str | Path, cwd: Path) -> Run:
        path = {"PYTHONPATH": self.pythonpath} if self.pythonpath else {}
        return pilotline(*arguments, cwd=cwd, environment={**IDENTITY, **path})

    def upgrade(self, pilot: Path, by: str, version: str) -> None:
        """Move a pilot to a version, by pilotline or by Renovate's command word for word, and commit that."""
        if by == "pilotline":
            done = self.run("upgrade", "--commit", "--to", version, cwd=pilot)
            assert done.code == 0, done.err + done.out
        else:
            flags = ("--skip-answered", "--defaults", "--answers-file", ANSWERS_FILE, "--vcs-ref", version)
            copier(pilot, "update", *flags)
            commit_all(pilot, f"Renovate: {version}")
        assert git(pilot, "status", "--porcelain", "--ignored") == ""


def improve(folder: Path, version: int) -> None:
    """Change what every catalog changes: an owned file, a new one, a seed's template, a dependency; then remove one."""
    for path in (AGENTS, TASKS, README):
        text = (folder / path).read_text()
        mark = "\n" if path == TASKS else "\n\n"
        (folder / path).write_text(f"{text.rstrip()}{mark}# Better in version {version}.\n")
    blueprint = (folder / DEPENDENCIES).read_text()
    old, new = ("structlog>=26.1,<27", "structlog>=26.2,<27") if version == 2 else ("rich>=14", "rich>=15")
    build_file_tree(folder, {DEPENDENCIES: replaced(blueprint, old, new), NEWS: f"Version {version}.\n"})
    build_file_tree(folder, {"changelog.d/better.changed.md": f"Better in {version}.\n"})
    if version == 3:
        (folder / "templates/{{ layer.base }}/docs/platform.md.jinja").unlink()


def own_catalog(folder: Path) -> Catalog:
    """Give a catalog in a git repository with its versions as tags."""
    publish_builtin(folder)
    for version in (2, 3):
        improve(folder, version)
        commit_all(folder, f"Version {version}", tag=f"v{version}.0.0")
    return Catalog(("--catalog", f"{folder}@v1.0.0"), str(folder))


def builtin_catalog(folder: Path) -> Catalog:
    """Give the built-in catalog, released three times as its maintainers do; git leads its address to the clone."""
    git(folder.parent, "clone", "--quiet", str(ROOT), str(folder))
    for version in (1, 2, 3):
        if version == 1:
            build_file_tree(folder, {"changelog.d/first.added.md": "The first of three.\n"})
        else:
            improve(folder, version)
        commit_all(folder, f"Version {version}")
        done = pilotline("catalog", "release", f"{version}.0.0", folder, environment=IDENTITY)
        assert done.code == 0, done.err
    git(folder, "config", "--global", f"url.{folder}.insteadOf", CATALOG_SOURCE)
    return Catalog(("--catalog", "@v1.0.0"), CATALOG_SOURCE, str(folder / "generator"))


@pytest.fixture(
    params=[
        pytest.param(own_catalog, id="a catalog in git"),
        # Released three times as it is, that takes two minutes. In continuous integration: an upgrade by pilotline in
        # test_two_wheels.py, one by Copier in test_copier_parity.py, and both in turn with a catalog in git.
        pytest.param(builtin_catalog, id="the built-in catalog", marks=[pytest.mark.slow, pytest.mark.combinations]),
    ]
)
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Catalog:
    found = request.param(tmp_path / "catalog")
    assert isinstance(found, Catalog)
    return found


def work(pilot: Path) -> dict[str, bytes]:
    """Do what a team does before the first upgrade; give the files that are its own since."""
    agents, tasks = pilot / "AGENTS.md", pilot / "noxfile.py"
    agents.write_text(f"<!-- Ours. -->\n{agents.read_text()}")
    tasks.write_text(replaced(tasks.read_text(), "Strict types.", "Types, as we want them."))
    project = pilot / "pyproject.toml"
    project.write_text(replaced(project.read_text(), '"pandas>=2.3,<4"', '"pandas==2.3.3"'))
    own = {"README.md": "Ours alone.\n", "docs/team/ours.md": "Ours.\n", "config/local_rules.toml": "x = 1\n"}
    build_file_tree(pilot, own)
    (pilot / DELETED).unlink()
    commit_all(pilot, "our work")
    return {path: text.encode() for path, text in own.items()}


def holds_both(pilot: Path, own: dict[str, bytes], version: int) -> None:
    """Assert that nothing of the team is lost and nothing of the catalog is missing."""
    files = files_below(pilot)
    assert own.items() <= files.items()
    assert DELETED not in files
    assert not [path for path, content in files.items() if b"<<<<<<< " in content or path.endswith((".rej", ".orig"))]
    agents, tasks = files["AGENTS.md"].decode(), files["noxfile.py"].decode()
    assert (agents.startswith("<!-- Ours. -->\n"), "Types, as we want them." in tasks) == (True, True)
    assert all(text.endswith(f"# Better in version {version}.\n") for text in (agents, tasks))
    assert files["docs/news.md"] == f"Version {version}.\n".encode()
    project = files["pyproject.toml"].decode()
    assert '"pandas==2.3.3"' in project
    assert '"structlog>=26.2,<27"' in project
    assert ('"rich>=15,<16"' in project, "docs/platform.md" in files) == (
        (True, False) if version == 3 else (False, True)
    )
    assert f"_commit: v{version}.0.0\n" in files[ANSWERS_FILE].decode()


def test_both_go_on_from_each_other_and_give_the_same(catalog, tmp_path):
    start = tmp_path / "start"
    made = catalog.run("new", start, "--defaults", *catalog.place, cwd=tmp_path)
    assert made.code == 0, made.err
    assert f"_src_path: {catalog.source}\n" in (start / ANSWERS_FILE).read_text()
    own = work(start)
    pilots = {first: tmp_path / first for first in ("pilotline", "renovate")}
    for first, pilot in pilots.items():
        shutil.copytree(start, pilot)
        catalog.upgrade(pilot, first, "v2.0.0")
        holds_both(pilot, own, 2)
    assert files_below(pilots["renovate"]) == files_below(pilots["pilotline"])

    plans = {first: catalog.run("upgrade", "--plan", "--json", cwd=pilot) for first, pilot in pilots.items()}

    assert {plan.code for plan in plans.values()} == {0}
    plan = json.loads(plans["renovate"].out)
    assert plan == json.loads(plans["pilotline"].out)
    assert (plan["from"], plan["to"], plan["conflicts"], plan["answers"]) == ("v2.0.0", "v3.0.0", [], [])
    assert {(change["kind"], change["path"]) for change in plan["changes"]} == {
        ("changed", ANSWERS_FILE), ("changed", "AGENTS.md"), ("changed", "noxfile.py"), ("changed", "pyproject.toml"),
        ("changed", "docs/news.md"), ("removed", "docs/platform.md"),
    }  # fmt: skip
    assert set(plan["merged"]) == {"AGENTS.md", "noxfile.py", "pyproject.toml"}
    assert (plan["seeds_improved"], plan["seeds_delivered"]) == (["README.md"], [])
    for pilot, then in ((pilots["renovate"], "pilotline"), (pilots["pilotline"], "renovate")):
        catalog.upgrade(pilot, then, "v3.0.0")
        holds_both(pilot, own, 3)
        again = catalog.run("upgrade", cwd=pilot)
        assert (again.code, again.out) == (0, "Already at v3.0.0; nothing to do.\n")
    assert files_below(pilots["renovate"]) == files_below(pilots["pilotline"])


BLOCK = "  # --- the team: add yours below this line\n"
OUR_DEPENDENCIES = {BLOCK: f'{BLOCK}  "duckdb>=1.4,<2",\n'}
OUR_RULE = {"max-args = 7\n": "max-args = 6\n"}
LAST = '  - "structlog>=26.1,<27"\n'
THEIR_DEPENDENCY = {DEPENDENCIES: {LAST: f'{LAST}  - "tabulate>=0.9,<1"\n'}}
THEIR_RULE = {PROJECT: {"max-complexity = 10\n": "max-complexity = 12\n"}}


@pytest.mark.parametrize("by", ["pilotline", "renovate"])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            OUR_DEPENDENCIES, THEIR_RULE, id="a dependency of ours, a rule of theirs", marks=pytest.mark.combinations
        ),
        pytest.param(
            OUR_RULE, THEIR_DEPENDENCY, id="a rule of ours, a dependency of theirs", marks=pytest.mark.combinations
        ),
        pytest.param(OUR_DEPENDENCIES | OUR_RULE, THEIR_DEPENDENCY | THEIR_RULE, id="both of ours, both of theirs"),
    ],
)
def test_dependencies_and_rules_in_one_file_merge_without_a_conflict(tmp_path, by, ours, theirs):
    place = publish_builtin(tmp_path / "catalog")
    for path, changes in theirs.items():
        change(place / path, changes)
    commit_all(place, "Two", tag="v2.0.0")
    catalog = Catalog(("--catalog", f"{place}@v1.0.0"), str(place))
    pilot, fresh = tmp_path / "pilot", tmp_path / "fresh"
    for folder, version in ((pilot, "v1.0.0"), (fresh, "v2.0.0")):
        made = catalog.run("new", folder, "--defaults", "--catalog", f"{place}@{version}", cwd=tmp_path)
        assert made.code == 0, made.err
        change(folder / "pyproject.toml", ours)
    commit_all(pilot, "our work")

    catalog.upgrade(pilot, by, "v2.0.0")

    assert (pilot / "pyproject.toml").read_text() == (fresh / "pyproject.toml").read_text()


def change(file: Path, changes: Mapping[str, str]) -> None:
    """Replace texts, wherever in a file they stand."""
    text = file.read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def test_other_verbs_in_between_leave_what_renovate_goes_on_from(tmp_path):
    """Stages, integrations and derived files are not Renovate's; it carries them along, and pilotline goes on."""
    catalog = own_catalog(tmp_path / "catalog")
    pilot = tmp_path / "pilot"
    made = catalog.run("new", pilot, "--defaults", "-d", "prepared_for=pilot", *catalog.place, cwd=tmp_path)
    assert made.code == 0, made.err
    gone = "ops/kpi/dashboard.json"
    manifest = (pilot / "pilot.yml").read_text()
    build_file_tree(pilot, {"pilot.yml": manifest.replace("example-head-of-sales", "grace@example.org")})
    (pilot / gone).unlink()
    assert catalog.run("check", "--select", "TPL004", "--fix", cwd=pilot).code == 0
    commit_all(pilot, "another owner, no dashboard")
    at_first = set(files_below(pilot))

    catalog.upgrade(pilot, "renovate", "v2.0.0")
    for verb in (("prepare", "production"), ("add", "postgres")):
        done = catalog.run(*verb, "--commit", cwd=pilot)
        assert done.code == 0, done.err
    catalog.upgrade(pilot, "renovate", "v3.0.0")
    done = catalog.run("remove", "postgres", "--commit", cwd=pilot)

    assert done.code == 0, done.err
    assert "grace@example.org" in (pilot / ".github/CODEOWNERS").read_text()
    brought = {
        "docs/news.md",
        "config/production.toml",
        "config/production/integrations.toml",
        "ops/runbook.md",
        "ops/secrets.env.example",
        *(f"ops/deploy/kubernetes/{name}.yaml" for name in ("access", "jobs", "kustomization", "storage")),
        "ops/deploy/compose.yaml",
        "ops/deploy/crontab",
        "ops/environments.toml",
        *(f".github/workflows/{name}.yml" for name in ("release", "supply")),
        *(f"src/customer_call_list/_platform/capabilities/{name}.py" for name in ("operating", "releasing")),
        *(f"src/customer_call_list/_platform/operation/{name}.py" for name in OPERATION),
        *(f"src/customer_call_list/_platform/release/{name}.py" for name in RELEASE),
        *(f"tests/platform/test_{name}.py" for name in ("latency", "operation", "release")),
    }
    assert set(files_below(pilot)) == at_first - {"docs/platform.md"} | brought
    assert catalog.run("diff", cwd=pilot).out == "Every file of the catalog is as v3.0.0 made it.\n"
    found = json.loads(catalog.run("check", "--select", "TPL003,TPL004,TPL006", "--json", cwd=pilot).out)["checks"]
    assert {(check["id"], check["status"]) for check in found if check["status"] != "skip"} == {
        ("TPL003", "pass"), ("TPL004", "pass"), ("TPL006", "pass"),
    }  # fmt: skip
