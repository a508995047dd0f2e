"""An organisation's own catalog, founded and used as its owner does."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.authoring.init import FIRST_VERSION
from tests.helpers import IDENTITY, build_file_tree, commit_all, files_below, git, pilotline
from tests.template.test_copier_parity import copy_with_copier


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("founded") / "our-catalog"
    done = pilotline("catalog", "init", folder, environment=IDENTITY)
    assert done.code == 0, done.err
    return folder


def test_it_is_a_repository_with_its_first_version_tagged(founded):
    assert git(founded, "cat-file", "-t", FIRST_VERSION) == "tag", "an annotated tag"
    assert git(founded, "rev-parse", f"{FIRST_VERSION}^{{commit}}") == git(founded, "rev-parse", "HEAD")
    assert git(founded, "status", "--porcelain") == ""
    assert git(founded, "log", "--format=%an %s") == "Test Author Start our-catalog"


def test_it_holds_what_a_centre_of_excellence_needs(founded):
    present = set(files_below(founded))
    wanted = {
        "copier.yml", "README.md", "CHANGELOG.md", "changelog.d/README.md", "upgrade_notes/README.md", "pytest.ini",
        "requirements.txt", "tests/test_catalog.py", ".github/workflows/catalog.yml", ".gitlab-ci.yml", ".gitignore",
        "templates/_organisation/objectives.yml", "templates/_organisation/policies.yml",
        "reference_architectures/batch_scoring/README.md",
    }  # fmt: skip
    assert wanted <= present
    assert not [path for path in present if path.endswith(".skel") or path.startswith(("generator/", "docs/"))]


def test_it_lints_clean(founded):
    assert pilotline("catalog", "lint", founded).code == 0


def test_pilotline_is_named_by_its_address_and_by_nothing_else(founded):
    lines = (founded / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if line.startswith("pilotline")] == [
        line for line in lines if re.fullmatch(r"pilotline @ git\+https://\S+@v\S+", line)
    ]
    for path in (".github/workflows/catalog.yml", ".gitlab-ci.yml"):
        installs = re.findall(r"pip install (.*)", (founded / path).read_text())
        assert set(installs) == {"--requirement requirements.txt"}


def test_an_address_that_leads_nowhere_is_said_to(tmp_path):
    done = pilotline("catalog", "init", tmp_path / "ours", environment=IDENTITY)
    assert done.out.endswith(
        "Put Pilotline's address into requirements.txt: CI and colleagues install it from there.\n"
    )
    assert "# This one is reserved and leads nowhere: " in (tmp_path / "ours/requirements.txt").read_text()


@pytest.mark.parametrize(
    ("noted", "requirement"),
    [
        (
            {"url": "https://ci:T@git.example.org/p.git", "vcs_info": {"vcs": "git", "commit_id": "a1b2"}},
            "pilotline @ git+https://git.example.org/p.git@a1b2",
        ),
        ({"url": "https://x.example/p-1.whl", "archive_info": {}}, "pilotline @ https://x.example/p-1.whl"),
        ({"url": "file:///home/me/p", "dir_info": {"editable": True}}, None),
    ],
)
def test_pilotline_comes_from_where_it_was_installed_from(noted, requirement, tmp_path):
    """As an installer notes it (PEP 610): a folder of this machine is no address for others."""
    site = build_file_tree(
        tmp_path / "site",
        {
            "pilotline-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pilotline\nVersion: 1\n",
            "pilotline-1.dist-info/direct_url.json": json.dumps(noted),
        },
    )
    done = pilotline("catalog", "init", tmp_path / "ours", environment={**IDENTITY, "PYTHONPATH": str(site)})
    assert done.code == 0, done.err
    lines = (tmp_path / "ours/requirements.txt").read_text().splitlines()
    assert (requirement in lines) == (requirement is not None)
    assert ("requirements.txt: CI" in done.out) == (requirement is None)


def test_the_address_is_the_configured_one(tmp_path, home):
    build_file_tree(home, {".config/pilotline/config.toml": 'source = "https://git.example.org/mirror.git"\n'})
    assert pilotline("catalog", "init", tmp_path / "ours").code == 0
    assert "pilotline @ git+https://git.example.org/mirror.git@v" in (tmp_path / "ours/requirements.txt").read_text()


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", ".github/workflows/catalog.yml"),
        ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", ".gitlab-ci.yml"),
        ("zizmor", "--offline", "--quiet", ".github/workflows/catalog.yml"),
    ],
    ids=["GitHub", "GitLab", "zizmor"],
)
def test_its_ci_is_accepted_by_judges(founded, command):
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"  # noqa: PTH120
    done = subprocess.run(
        command, cwd=founded, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_pilotline_and_copier_make_the_same_pilot_from_it(founded, tmp_path):
    made = pilotline("new", tmp_path / "ours", "--defaults", "--catalog", founded)
    assert made.code == 0, made.err
    assert files_below(tmp_path / "ours") == copy_with_copier(founded, tmp_path / "theirs", {})
    assert f"_commit: {FIRST_VERSION}\n" in (tmp_path / "ours/.copier-answers.yml").read_text()


def test_it_can_begin_with_another_catalog(founded, tmp_path):
    done = pilotline("catalog", "init", tmp_path / "second", "--name", "Second", "--catalog", founded)
    assert done.code == 0, done.err
    assert (tmp_path / "second/README.md").read_text().startswith("# Second\n")
    assert "built-in catalog v1.0.0" not in (tmp_path / "second/CHANGELOG.md").read_text()


@pytest.mark.parametrize("kind", ["not empty", "inside a repository"])
def test_a_place_that_does_not_fit_is_refused_and_untouched(tmp_path, kind):
    if kind == "not empty":
        build_file_tree(tmp_path, {"ours/mine.txt": "x"})
    else:
        git(tmp_path, "init", "--quiet")
    before = files_below(tmp_path)
    done = pilotline("catalog", "init", tmp_path / "ours")
    assert done.code == 2
    assert ("is not empty" in done.err) or ("lies inside the repository" in done.err)
    assert files_below(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ([".git"] if kind != "not empty" else ["ours"])


@pytest.mark.slow
@pytest.mark.parametrize("thorough", [["--quick"], pytest.param([], marks=pytest.mark.combinations)], ids=len)
def test_its_own_tests_are_green_and_a_pilot_passes_its_own_checks(founded, pilot_environment, thorough):
    """One pilot stands for all of them: those of the built-in catalog are tested as such, with their own tests."""
    around = {**os.environ, **IDENTITY, "PILOTLINE_PILOT_ENVIRONMENT": str(pilot_environment.parent)}
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pilots = [sys.executable, "-m", "pilotline", "catalog", "test", "-k", "batch_scoring-alone", *thorough]
    for command in (tests, pilots):
        done = subprocess.run(command, cwd=founded, env=around, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
        assert " skipped" not in done.stdout
        assert " passed" in done.stdout
    assert git(founded, "status", "--porcelain") == ""


def test_it_records_where_it_came_from(founded):
    recorded = yaml.safe_load((founded / ".catalog-origin.yml").read_text())
    assert (recorded["source"], recorded["version"]) == (CATALOG_SOURCE, CATALOG_VERSION)
    assert recorded["skeleton"]["name"] == "our-catalog"
    assert not [path for path in files_below(founded) if path.startswith("templates/_catalog/")]


def test_a_catalog_that_begins_as_another_s_has_its_parts_and_the_skeleton_of_this_pilotline(tmp_path, founded):
    made = pilotline("catalog", "init", tmp_path / "unit", "--catalog", founded, environment=IDENTITY)
    assert made.code == 0, made.err
    recorded = yaml.safe_load((tmp_path / "unit/.catalog-origin.yml").read_text())
    assert recorded == {
        "source": str(founded),
        "version": FIRST_VERSION,
        "pilotline": CATALOG_VERSION,
        "skeleton": recorded["skeleton"],
    }
    assert {"tests/test_catalog.py", "templates/_organisation/objectives.yml"} <= set(files_below(tmp_path / "unit"))


OBJECTIVES = """\
objectives:
  - title: Größere Kundentreue
    kind: revenue
    owner: Vertrieb
    measure: Wiederkaufsrate
    baseline: 41 %, CRM 2025
    target: 45 % bis 2027
"""


def test_objectives_of_its_own_are_in_it_and_on_the_pages_of_its_pilots(tmp_path):
    given = build_file_tree(tmp_path, {"ours.yml": OBJECTIVES}) / "ours.yml"
    folder, pilot = tmp_path / "ours", tmp_path / "pilot"
    done = pilotline("catalog", "init", folder, "--objectives", given, environment=IDENTITY)
    assert done.code == 0, done.err
    assert "objectives are still the example's" not in done.out
    listed = yaml.safe_load((folder / "templates/_organisation/objectives.yml").read_text())["objectives"]
    assert listed == [{"id": "grossere-kundentreue", **yaml.safe_load(OBJECTIVES)["objectives"][0]}]
    assert pilotline("new", pilot, "--defaults", "--catalog", folder, environment=IDENTITY).code == 0
    objective = yaml.safe_load((pilot / "pilot.yml").read_text())["objective"]
    assert (objective["baseline"], objective["measure"]) == ("41 %, CRM 2025", "Wiederkaufsrate")
    for page in ("README.md", "docs/kpis.md"):
        assert "Größere Kundentreue" in (pilot / page).read_text()
        assert "the catalog's example" not in (pilot / page).read_text()


def test_objectives_of_the_example_are_named_everywhere(founded, tmp_path):
    lint = json.loads(pilotline("catalog", "lint", founded, "--json").out)
    assert lint["example_objectives"] == ["keep-revenue", "lower-cost-to-serve", "decide-faster"]
    assert lint["example_uses"] is True
    pilot = tmp_path / "pilot"
    assert pilotline("new", pilot, "--defaults", "--catalog", founded, environment=IDENTITY).code == 0
    said = [(pilot / page).read_text() for page in ("README.md", "docs/kpis.md", "pilot.yml")]
    said += [pilotline("status", cwd=pilot).out, pilotline("kpi", cwd=pilot).out]
    assert pilotline("kpi", "--html", "page.html", cwd=pilot).code == 0
    said.append((pilot / "page.html").read_text())
    assert [text for text in said if "the catalog's" not in text.replace("&#39;", "'")] == []


def test_everybody_can_read_what_ai_may_be_used_for(founded, tmp_path):
    page = pilotline("catalog", "acceptable-use", founded)
    assert page.code == 0, page.err
    assert "not yet the organisation's decision" in page.out
    assert pilotline("catalog", "acceptable-use", founded, "--to", tmp_path / "uses.md").code == 0
    assert pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", founded, environment=IDENTITY).code == 0
    written = (tmp_path / "uses.md").read_text()
    assert written == (tmp_path / "pilot/docs/acceptable_use.md").read_text()
    assert written.strip() == page.out.strip()


def test_policies_without_acceptable_uses_make_pilots_without_them(founded, tmp_path):
    catalog = shutil.copytree(founded, tmp_path / "silent")
    policies = catalog / "templates/_organisation/policies.yml"
    said = yaml.safe_load(policies.read_text())
    del said["acceptable_use"]
    policies.write_text(yaml.safe_dump(said, sort_keys=False))
    commit_all(catalog, "Say nothing of uses", tag="v9.0.0")
    assert pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", catalog, environment=IDENTITY).code == 0
    assert "case" not in yaml.safe_load((tmp_path / "pilot/pilot.yml").read_text())["uses"]
    assert not (tmp_path / "pilot/docs/acceptable_use.md").exists()
    refused = pilotline("catalog", "acceptable-use", catalog)
    assert (refused.code, "says nothing of acceptable uses" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("objectives: []\n", "holds no list of one to 3 objectives"),
        ("objectives: [\n", "is no YAML"),
        (OBJECTIVES.replace("    baseline: 41 %, CRM 2025\n", ""), "objective 1 does not say its baseline"),
        (OBJECTIVES + OBJECTIVES.partition("\n")[2], "Two objectives have the same title"),
    ],
)
def test_objectives_that_cannot_be_used_are_one_sentence(tmp_path, text, said):
    given = build_file_tree(tmp_path, {"ours.yml": text}) / "ours.yml"
    done = pilotline("catalog", "init", tmp_path / "ours", "--objectives", given, environment=IDENTITY)
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "ours").exists()
