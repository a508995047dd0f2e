"""What others judge: the schemas of CI providers and bots, linters of workflows and images, Prometheus, parsers."""

import ast
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any

from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.pilot_environment import MAXIMAL
from tests.template.test_copier_parity import VALID_ANSWERS

# Long-text and one-line answers that break whatever is not quoted, each in a way of its own.
AWKWARD: dict[str, object] = {
    "start": "earlier",
    "objective": "lower-cost-to-serve",
    "kpi_baseline": 49_833,
    "kpi_target": 60_000,
    "kpi_unit_value": 0.03,
    "currency": "GBP",
    "project_name": """Größe "A": 100 % 'of' {{ it }} \\ #1""",
    "kpi": "Anteil: {{ braces }} {% raw %} \"quoted\" 'single' \\n 50 %, [a] & *b",
    "kpi_unit": "£ {x}: 'y' % \\",
    "owner": 'Büro "Süd": \\ {{ team }} %',
    "technical_owner": "@org/o'neil",
    "data_owner": "- data: {owner} # not a comment",
    "baseline_period": "line one\nline two: {{ x }}\n\n  - three",
    "baseline_source": 'a "quoted" source:\n\tit\'s 100 % {% sure %} \\ done\n',
    "ai_act_reason": "first\n# second\n---\nthird: |",
}
GITHUB: dict[str, object] = {**MAXIMAL, "ci_provider": "github"}
KINDS: dict[str, dict[str, object]] = {
    "sandbox on GitHub": {},
    "sandbox on GitLab": {"ci_provider": "gitlab"},
    "pilot stage": {"prepared_for": "pilot"},
    "production on GitHub": GITHUB,
    "production on GitLab": MAXIMAL,
    "awkward answers": {**GITHUB, **AWKWARD},
    "requests": {"architecture": "realtime_scoring", "prepared_for": "production"},
    "documents": {"architecture": "rag_assistant", "prepared_for": "production"},
}
kinds = pytest.mark.parametrize("answers", KINDS.values(), ids=KINDS.keys())
SCHEMAS = {
    "vendor.github-workflows": [".github/workflows/*.yml"],
    "vendor.gitlab-ci": [".gitlab-ci.yml", ".gitlab/*.yml"],
    "vendor.renovate": ["renovate.json"],
    "vendor.compose-spec": ["ops/compose.yaml"],
}


def judge(name: str, *arguments: str | Path, cwd: Path, given: str = "") -> str:
    """Let an outside tool judge and return what it says; an absent one skips, or fails where all must be there."""
    command = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])) or ""
    if not command:
        message = f"{name} is not installed (see CONTRIBUTING.md)"
        pytest.fail(message) if os.environ.get("PILOTLINE_REQUIRE_SERVICES") == "1" else pytest.skip(message)
    words = [command, *map(str, arguments)]
    done = subprocess.run(words, cwd=cwd, input=given, capture_output=True, text=True, check=False)
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, f"{name} {' '.join(map(str, arguments))}\n{said}"
    return said


@kinds
def test_schemas_of_providers_and_bots_accept_what_is_generated(render_pilot, answers):
    pilot = render_pilot(**answers)
    found = {schema: sorted(f for name in names for f in pilot.glob(name)) for schema, names in SCHEMAS.items()}
    assert found["vendor.gitlab-ci" if answers.get("ci_provider") == "gitlab" else "vendor.github-workflows"]
    for schema, files in found.items():
        if files:
            judge("check-jsonschema", "--builtin-schema", schema, *files, cwd=pilot)


@kinds
def test_zizmor_finds_nothing_in_workflows(render_pilot, answers):
    pilot = render_pilot(**answers)
    if (pilot / ".github").is_dir():
        said = judge("zizmor", "--offline", "--no-progress", "--color=never", ".github/workflows", cwd=pilot)
        assert "No findings" in said


def test_every_action_is_pinned_to_a_commit_and_names_its_version(render_pilot):
    workflows = (render_pilot(**GITHUB) / ".github" / "workflows").glob("*.yml")
    uses = [line for path in workflows for line in path.read_text().splitlines() if "uses:" in line]
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    assert uses
    assert [line for line in uses if not pinned.search(line)] == []


def test_hadolint_accepts_the_image(render_pilot):
    judge("hadolint", "--failure-threshold", "info", "ops/Dockerfile", cwd=render_pilot(prepared_for="pilot"))


@pytest.mark.parametrize(
    "integrations",
    [
        [],
        ["minilm"],
        ["postgres", "mlflow_server", "otlp"],
        ["postgres", "pgvector", "qdrant", "minilm", "llm_openai"],
    ],
    ids=len,
)
def test_compose_refers_only_to_what_it_defines(render_pilot, integrations):
    """Docker refuses a stack over this; no schema can see it."""
    architecture = "rag_assistant" if "minilm" in integrations else "batch_scoring"
    pilot = render_pilot(prepared_for="pilot", integrations=integrations, architecture=architecture)
    stack = yaml.safe_load((pilot / "ops" / "compose.yaml").read_text())
    services = stack["services"]
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    awaited = services["pilot"]["depends_on"]

    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len({port.rpartition(":")[0] for port in ports}) == len(ports), "a port of the machine is given once"
    assert mounted == set(stack["volumes"])
    assert set(awaited) == set(services) - {"pilot"}
    assert [name for name in awaited if "healthcheck" not in services[name]] == [], "nothing else makes it healthy"
    build = services["pilot"]["build"]
    assert (pilot / "ops" / build["context"] / build["dockerfile"]).is_file()


@kinds
def test_the_container_forwards_the_port_of_a_session_that_there_is(render_pilot, answers):
    pilot = render_pilot(**{"prepared_for": "pilot", **answers})
    if (pilot / ".devcontainer").is_dir():
        container = json.loads((pilot / ".devcontainer" / "devcontainer.json").read_text())
        (port,) = container["forwardPorts"]
        title, command = container["portsAttributes"][str(port)]["label"].split(": ")
        session = re.fullmatch(r"nox -s (\w+)", command)
        assert session, title
        code = (pilot / "noxfile.py").read_text()
        assert f"http://127.0.0.1:{port}" in code[code.index(f"def {session[1]}(") :]


@kinds
def test_prometheus_accepts_the_rules_and_they_pass_their_tests(render_pilot, answers):
    folder = render_pilot(**{"prepared_for": "pilot", **answers}) / "ops" / "kpi"
    for rules in folder.glob("*rules.yml"):
        judge("promtool", "check", "rules", rules.name, cwd=folder)
        judge("promtool", "test", "rules", f"{rules.stem}_test.yml", cwd=folder)


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        (KINDS["awkward answers"], "dashboard"),
        (KINDS["requests"], "web_dashboard"),
        (KINDS["documents"], "chat_dashboard"),
    ],
)
def test_prometheus_accepts_the_queries_of_a_dashboard(render_pilot, tmp_path, answers, name):
    dashboard = json.loads((render_pilot(**answers) / f"ops/kpi/{name}.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert len(dashboard["uid"]) <= 40, "Grafana's limit"
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    judge("promtool", "check", "rules", "queries.yml", cwd=tmp_path)


@pytest.mark.parametrize("architecture", ["realtime_scoring", "rag_assistant"])
def test_rules_and_dashboards_ask_for_metrics_that_the_code_writes(render_pilot, architecture):
    pilot = render_pilot(architecture=architecture, prepared_for="pilot")
    asked = set()
    for path in (pilot / "ops/kpi").iterdir():
        asked |= set(re.findall(r"\b(pilot_[a-z_]+)\\?\"?\{", path.read_text()))
    code = "\n".join(path.read_text() for path in (pilot / "src").rglob("*.py"))
    written = {name.removesuffix("_total").removesuffix("_bucket").removesuffix("_count") for name in asked}
    assert len(asked) > 15
    assert sorted(name for name in written if name not in code) == []


@pytest.mark.slow
def test_prometheus_accepts_the_metrics_of_a_run_and_no_series_stands_twice(ran_pilot):
    pilot = ran_pilot.folder
    files = sorted((pilot / "var" / "metrics").glob("*.prom"))
    assert files
    for file in files:
        judge("promtool", "check", "metrics", cwd=pilot, given=file.read_text())
    lines = [line for file in files for line in file.read_text().splitlines() if not line.startswith("#")]
    series = [line.rpartition(" ")[0] for line in lines]
    assert sorted({name for name in series if series.count(name) > 1}) == []


@pytest.mark.slow
def test_the_data_contract_is_one_of_the_standard(render_pilot, run_in):
    for answers in ({}, AWKWARD):
        pilot = render_pilot(**answers)
        contracts = [str(path.relative_to(pilot)) for path in sorted((pilot / "data_contracts").glob("*.yaml"))]
        assert contracts
        code = (
            "import sys; from open_data_contract_standard.model import OpenDataContractStandard as Contract\n"
            "for path in sys.argv[1:]: print(Contract.from_file(path).id)"
        )
        done = run_in(pilot, ["python", "-c", code, *contracts])
        assert done.code == 0, done.err


Parser = Callable[[str], object]


class UniqueKeys(yaml.SafeLoader):
    """A loader for which a key that stands twice is an error: one value would be lost."""

    def construct_mapping(self, node, deep=False):  # noqa: FBT002 - PyYAML's own signature
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(map(str, keys))), f"a key stands twice: {keys}"
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> object:
    documents = list(yaml.load_all(text, UniqueKeys))
    return documents if len(documents) > 1 else documents[0] if documents else None


PARSERS: dict[str, Parser] = {
    ".yml": parse_yaml,
    ".yaml": parse_yaml,
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".py": ast.parse,
}


@functools.cache
def parse(parser: Callable[[str], object], content: bytes) -> object:
    """Parse a file's content, once for all pilots that have it."""
    return parser(content.decode())


def parse_all(tree) -> dict[str, object]:
    """Parse every file that a parser knows, warnings as errors."""
    parsed = {}
    for path, file in tree.items():
        name = PurePosixPath(path)
        parser = PARSERS.get(name.suffix or name.name)
        if parser:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    parsed[path] = parse(parser, file.content)
                except Exception as error:
                    error.add_note(f"in {path}:\n{file.content.decode()[:4000]}")
                    raise
    return parsed


def assert_answers_arrive(parsed, answers) -> None:
    """What was answered stands in the manifests, sign for sign."""
    pilot, kpi = parsed["pilot.yml"], parsed["kpis.yml"]["kpis"][0]
    places = {
        "project_name": pilot["name"],
        "owner": pilot["owners"]["business"],
        "technical_owner": pilot["owners"]["technical"],
        "data_owner": pilot["owners"]["data"],
        "ai_act_reason": pilot["ai_act"]["reason"],
        "kpi": kpi["title"],
        "kpi_unit": kpi["unit"],
        "baseline_period": kpi["baseline"]["period"],
        "baseline_source": kpi["baseline"]["source"],
    }
    for name, value in places.items():
        if name in answers:
            assert value == answers[name], name


@kinds
def test_every_file_parses(builtin, answers):
    parsed = parse_all(render(builtin, accept_answers(builtin, answers)))
    assert_answers_arrive(parsed, answers)
    assert {"pilot.yml", "kpis.yml", "pyproject.toml", "noxfile.py"} <= set(parsed)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_any(answers=VALID_ANSWERS)
def test_any_answers_give_files_that_parse(builtin, answers):
    parsed = parse_all(render(builtin, accept_answers(builtin, answers)))
    assert_answers_arrive(parsed, answers)
