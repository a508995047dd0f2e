"""What a team built on one architecture becomes one that the next case begins with."""

import json
import shutil

import pytest
import yaml

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline

OURS = '"""Ours."""\n\nTEXT = "calls, {{ marks }} and {% if %}"\n'
TEST = (
    '"""Ours."""\n\nfrom calls.services.ours import TEXT\n\n\n'
    'def test_it() -> None:\n    """It is ours."""\n    assert "{%" in TEXT\n'
)
TEAM = "# --- the team: add yours below this line\n"
LAYER = "templates/{{ layer.call_lists }}"
DESCRIBED = "reference_architectures/call_lists/architecture.yml"
OWN_CASE = (
    "kpi=Days until paid", "kpi_unit=days", "kpi_direction=lower", "kpi_target=-20 %", "owner=ada",
    "objective=keep-revenue", "currency=EUR",
)  # fmt: skip
DRAFT = ("--as", "architecture", "call_lists")


@pytest.fixture(scope="module")
def first_catalog(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog") / "ours"
    assert pilotline("catalog", "init", folder, environment=IDENTITY).code == 0
    return folder


@pytest.fixture
def catalog(first_catalog, tmp_path):
    return shutil.copytree(first_catalog, tmp_path / "ours")


def make(catalog, folder, *answers):
    given = [part for answer in answers for part in ("-d", answer)]
    made = pilotline("new", folder, "--defaults", "--catalog", catalog, *given, environment=IDENTITY)
    assert made.code == 0, made.err
    return folder


@pytest.fixture(scope="module")
def first_pilot(first_catalog, tmp_path_factory):
    folder = make(first_catalog, tmp_path_factory.mktemp("pilot") / "first", "project_name=Calls", "package_name=calls")
    project = (folder / "pyproject.toml").read_text().split(TEAM)
    unit = (folder / "tests/unit/test_domain.py").read_text()
    files = {
        "src/calls/services/ours.py": OURS,
        "tests/unit/test_ours.py": TEST,
        "tests/unit/test_domain.py": f"# We look closer.\n{unit}",
        "src/calls/domain/words.py": (folder / "src/calls/domain/words.py").read_text() + "\n# Ours.\n",
        "pyproject.toml": f'{project[0]}{TEAM}  "httpx>=0.28,<1",\n{TEAM.join(project[1:])}',
    }
    commit_all(build_file_tree(folder, files), "Our calls")
    return folder


@pytest.fixture
def pilot(first_pilot, tmp_path):
    return shutil.copytree(first_pilot, tmp_path / "first", symlinks=True)


def learn(catalog, *arguments):
    return pilotline("catalog", "learn", *arguments, cwd=catalog, environment=IDENTITY)


def test_the_next_pilot_begins_where_this_one_stands(catalog, pilot, tmp_path):
    done = learn(catalog, pilot, *DRAFT)
    assert done.code == 0, done.err + done.out
    git(catalog, "merge", "--quiet", "learn/first")
    described = yaml.safe_load((catalog / DESCRIBED).read_text())
    assert described["uses_layers"] == ["tables", "tabular_learning", "worked_example"]
    assert described["dependencies"][-1] == "httpx>=0.28,<1"
    assert (described["kpi"]["baseline"], described["kpi"]["uses"]) == (49833, "revenue_reached_per_100_calls@1")
    assert "the pilot first built" in (catalog / "changelog.d/call_lists.added.md").read_text()
    assert "To be filled in" in done.out
    lint = pilotline("catalog", "lint", catalog)
    assert lint.code == 0, lint.out
    git(catalog, "tag", "v1.1.0")
    other = make(catalog, tmp_path / "other", "architecture=call_lists", "project_name=Stock", "package_name=stock")
    assert (other / "src/stock/services/ours.py").read_text() == OURS
    assert (other / "tests/unit/test_ours.py").read_text() == TEST.replace("from calls", "from stock")
    assert (other / "tests/unit/test_domain.py").read_text().startswith("# We look closer.\n")
    assert "calls" not in (other / "tests/conftest.py").read_text()
    assert '"httpx>=0.28,<1"' in (other / "pyproject.toml").read_text()
    assert not (other / "data").exists()
    assert "is there already" in learn(catalog, pilot, *DRAFT).err


def test_a_pilot_of_the_same_name_has_the_same_files(catalog, pilot, tmp_path):
    assert learn(catalog, pilot, *DRAFT).code == 0
    git(catalog, "merge", "--quiet", "learn/first")
    git(catalog, "tag", "v1.1.0")
    other = make(catalog, tmp_path / "other", "architecture=call_lists", "project_name=Calls", "package_name=calls")
    for folder in ("src/calls", "tests", "config", "data_contracts"):
        found = {
            str(path.relative_to(place)): path.read_bytes()
            for place in (pilot, other)
            for path in (place / folder).rglob("*")
            if path.is_file() and path.name != "organisation.yml"
        }
        assert all((place / path).read_bytes() == text for path, text in found.items() for place in (pilot, other))


def test_what_is_nobody_elses_business_stays_behind(catalog, pilot, tmp_path):
    secret = 'password = "kF93jdL0xzPq7TtR"\n'
    files = {
        "config/ours.toml": secret,
        "tests/.hidden/test_x.py": "1\n",
        "src/calls/adapters/integrations/crm.py": "1\n",
        "src/calls/domain/large.py": f"# {'x' * 600_000}\n",
        "tests/picture.png": b"\x89PNG\xff",
        "src/calls/measures.py": "# Other measures.\n",
        "notes/unused.md": "ours\n",
    }
    build_file_tree(pilot, {path: text for path, text in files.items() if isinstance(text, str)})
    (pilot / "tests/picture.png").write_bytes(b"\x89PNG\xff")
    outside = tmp_path / "outside.py"
    outside.write_text("OUTSIDE = 1\n")
    (pilot / "src/calls/domain/linked.py").symlink_to(outside)
    commit_all(pilot, "More")
    done = learn(catalog, pilot, *DRAFT, "--json")
    assert done.code == 0, done.err + done.out
    left = {each["path"]: each["why"] for each in json.loads(done.out)["left_out"]}
    assert set(left) == {*files, "data/"} - {"notes/unused.md"}
    assert "secret" in left["config/ours.toml"]
    assert "the layer tables makes it" in left["src/calls/measures.py"]
    everything = git(catalog, "ls-tree", "-r", "--name-only", "learn/first")
    assert not [path for path in ("linked.py", "large.py", "crm.py", "unused.md") if path in everything]
    assert "kF93jdL0xzPq7TtR" not in git(catalog, "log", "-p", "learn/first")


def test_what_a_pilot_says_is_no_template(catalog, pilot, tmp_path):
    kpis = (pilot / "kpis.yml").read_text().replace("Revenue of lapsing customers reached", "{{ 7 * 7 }} reached", 1)
    manifest = (pilot / "pilot.yml").read_text().replace('  users: "', '  users: "{% endraw %} ', 1)
    commit_all(build_file_tree(pilot, {"kpis.yml": kpis, "pilot.yml": manifest}), "Say things")
    done = learn(catalog, pilot, *DRAFT)
    git(catalog, "merge", "--quiet", "learn/first")
    git(catalog, "tag", "v1.1.0")
    written = (catalog / DESCRIBED).read_text()
    assert done.code == 0, done.err
    assert yaml.safe_load(written)["kpi"]["title"].startswith("{{ 7 * 7 }} reached")
    assert "{{" not in written
    other = make(catalog, tmp_path / "other", "architecture=call_lists", "package_name=stock")
    assert "{{ 7 * 7 }} reached" in (other / "kpis.yml").read_text()


@pytest.mark.parametrize(
    "text", ["kpis: &a [*a]\n", "kpis: 3\n", "- 1\n", "kpis: [{id: ../../x, uses: ../../y@1}]\n", "\x00", "{"]
)
def test_a_manifest_that_is_none_leaves_what_is_to_be_filled_in(catalog, pilot, text):
    commit_all(build_file_tree(pilot, {"kpis.yml": text}), "Break it")
    done = learn(catalog, pilot, *DRAFT, "--plan", "--json")
    assert "kpi.baseline" in json.loads(done.out)["to_fill"], done.err
    assert "kpi.title" in json.loads(done.out)["to_fill"]


def test_a_baseline_that_nobody_measured_is_named_by_lint(catalog, tmp_path):
    pilot = make(catalog, tmp_path / "late", *OWN_CASE, "package_name=late", "shape=events")
    done = learn(catalog, pilot, *DRAFT, "--json")
    assert "kpi.baseline" in json.loads(done.out)["to_fill"], done.out + done.err
    git(catalog, "merge", "--quiet", "learn/late")
    assert (catalog / "templates/_organisation/kpis/days_until_paid@1.yml").is_file()
    lint = pilotline("catalog", "lint", catalog)
    assert (lint.code, "kpi.baseline" in lint.out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as", "architecture", "batch_scoring"], "is there already"),
        (["--as", "architecture", "No Name"], "cannot be a name"),
        (["src", *DRAFT], "takes neither PATHs"),
    ],
)
def test_what_cannot_be_drafted_is_one_sentence(first_catalog, first_pilot, arguments, said):
    before = git(first_catalog, "for-each-ref"), git(first_catalog, "status", "--porcelain")
    done = learn(first_catalog, first_pilot, *arguments)
    assert (done.code, said in done.err) == (2, True)
    assert (git(first_catalog, "for-each-ref"), git(first_catalog, "status", "--porcelain")) == before


def test_a_pilot_without_code_of_its_own_has_no_architecture(first_catalog, tmp_path):
    pilot = make(first_catalog, tmp_path / "late", *OWN_CASE)
    assert "no code of its own" in learn(first_catalog, pilot, *DRAFT).err
