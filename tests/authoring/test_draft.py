"""An integration that one team wrote for itself becomes one that every pilot can switch on."""

import pytest
import yaml

from tests.helpers import IDENTITY, build_file_tree, commit_all, git, pilotline

ADAPTER = '"""The CRM."""\n\nfrom typing import Final\n\nPROVIDES: Final = "files"\n'
TEST = 'from calls._platform import PilotError\n\nTEXT = "{{ x }} of calls"\n\nassert PilotError\n'
TEAM = "# --- the team: add yours below this line\n"
LAYER = "templates/{{ layer.crm }}"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog") / "ours"
    assert pilotline("catalog", "init", folder, environment=IDENTITY).code == 0
    return folder


@pytest.fixture(scope="module")
def pilot(catalog, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pilot") / "first"
    answers = ("-d", "project_name=Calls", "-d", "package_name=calls")
    made = pilotline("new", folder, "--defaults", "--catalog", catalog, *answers, environment=IDENTITY)
    assert made.code == 0, made.err
    project = (folder / "pyproject.toml").read_text().split(TEAM)
    files = {
        "src/calls/adapters/integrations/__init__.py": "",
        "src/calls/adapters/integrations/crm.py": ADAPTER,
        "config/integrations/crm.toml": "[integrations.crm]\n",
        "tests/platform/test_crm.py": TEST,
        "tests/unit/test_other.py": "# crm\n",
        "pyproject.toml": f'{project[0]}{TEAM}  "httpx>=0.28,<1",\n{TEAM.join(project[1:])}',
    }
    commit_all(build_file_tree(folder, files), "Our CRM")
    return folder


def learn(catalog, *arguments):
    return pilotline("catalog", "learn", *arguments, cwd=catalog, environment=IDENTITY)


def test_it_becomes_a_layer_that_lints_and_gives_others_the_same(catalog, pilot, tmp_path):
    plan = learn(catalog, pilot, "--as", "integration", "crm", "--plan")
    assert (plan.code, "learn/first" in git(catalog, "branch")) == (0, False)
    done = learn(catalog, pilot, "--as", "integration", "crm")
    assert done.code == 0, done.err + done.out
    git(catalog, "merge", "--quiet", "learn/first")
    described = yaml.safe_load((catalog / "templates/_integrations/crm.yml").read_text())
    assert (described["provides"], described["dependencies"]) == ("files", ["httpx>=0.28,<1"])
    made = {str(path.relative_to(catalog / LAYER)) for path in (catalog / LAYER).rglob("*") if path.is_file()}
    assert made == {
        "src/{{ package_name }}/adapters/integrations/crm.py", "config/integrations/crm.toml",
        "tests/platform/test_crm.py.jinja",
    }  # fmt: skip
    lint = pilotline("catalog", "lint", catalog)
    assert lint.code == 0, lint.out
    git(catalog, "tag", "v1.1.0")
    other = tmp_path / "other"
    answers = ("-d", "integrations=[crm]", "-d", "package_name=stock")
    new = pilotline("new", other, "--defaults", "--catalog", catalog, *answers, environment=IDENTITY)
    assert new.code == 0, new.err
    assert (other / "src/stock/adapters/integrations/crm.py").read_text() == ADAPTER
    assert (other / "tests/platform/test_crm.py").read_text() == TEST.replace("calls", "stock")
    assert "is there already" in learn(catalog, pilot, "--as", "integration", "crm").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as", "integration", "erp"], "has no src/calls/adapters/integrations/erp.py"),
        (["--as", "integration", "No Name"], "cannot be a name"),
        (["src", "--as", "integration", "crm"], "takes neither PATHs"),
    ],
)
def test_what_cannot_be_drafted_is_one_sentence(catalog, pilot, arguments, said):
    before = git(catalog, "for-each-ref"), git(catalog, "status", "--porcelain")
    done = learn(catalog, pilot, *arguments)
    assert done.code == 2
    assert said in done.err
    assert (git(catalog, "for-each-ref"), git(catalog, "status", "--porcelain")) == before
