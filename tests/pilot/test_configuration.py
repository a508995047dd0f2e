"""Policies are obeyed when a pilot is made or gets an integration, by the rules that the running pilot follows."""

import pytest

from pilotline.pilot.configuration import find_forbidden
from tests.helpers import build_file_tree, commit_all, git, pilotline

POLICIES = """
contact: the-office
data:
  internal: {hosts: ["*.internal"], providers: [own, cloud], models: [small-*]}
  confidential: {hosts: []}
risk: {high: {providers: [own]}}
stages: {production: {hosts: ["*.production.internal"]}}
"""
MANIFEST = "stage: {stage}\ndata: {{classification: {data}}}\nai_act: {{class: {risk}}}\n"


def found(config, *, data="internal", risk="minimal", stage="sandbox", path="config/default.toml"):
    files = {
        "src/x/_platform/organisation.yml": POLICIES.encode(),
        "pilot.yml": MANIFEST.format(data=data, risk=risk, stage=stage).encode(),
        path: config.encode(),
    }
    refusals = [each.refusal for each in find_forbidden(files)]
    return "; ".join(f"{each.named.setting} {each.named.kind} {each.named.name} {each.policy}" for each in refusals)


DATABASE = "postgresql://u:p@db.internal/x"
CONFIDENTIAL, HIGH, PRODUCTION = {"data": "confidential"}, {"risk": "high"}, {"stage": "production"}


@pytest.mark.parametrize(
    ("config", "situation", "expected"),
    [
        ("", {}, ""),
        ("[db]\nurl = 'sqlite:///x.db'", {}, ""),
        ("[db]\nurl = 'http://127.0.0.1:1'", CONFIDENTIAL, ""),
        (f"[db]\nurl = '{DATABASE}'", {}, ""),
        (f"[db]\nurl = '{DATABASE}'", CONFIDENTIAL, "db.url hosts db.internal data.confidential"),
        (f"[db]\nurl = '{DATABASE}?host=evil.example'", {}, "db.url hosts evil.example data.internal"),
        ("[a.b]\nendpoint = 'https://x.example/v1'", {}, "a.b.endpoint hosts x.example data.internal"),
        ("[db]\nhost = 'x.example'", {}, "db.host hosts x.example data.internal"),
        ("[a]\nbase_url = 'https://x.example'", {}, "a.base_url hosts x.example data.internal"),
        ("[a]\nwebhook = 'https://x.example'", {}, "a.webhook hosts x.example data.internal"),
        ("[a]\nsmtp_host = 'x.example:25'", {}, "a.smtp_host hosts x.example data.internal"),
        ("[a]\nservers = ['k.internal:9092', 'x.example:9092']", {}, "a.servers hosts x.example data.internal"),
        (
            "[a]\nbootstrap-servers = 'k.internal:9092,x.example:9092'",
            {},
            "a.bootstrap-servers hosts x.example data.internal",
        ),
        ("[[a.sources]]\nurl = 'https://x.example'", {}, "a.sources.url hosts x.example data.internal"),
        ("[tracking]\nuri = 'databricks'", {}, "tracking.uri hosts databricks data.internal"),
        ("[a]\nlicence = 'CC BY 4.0, see example.org'", {}, ""),
        ("[llm]\nembedding_model = 'huge'", {}, "llm.embedding_model models huge data.internal"),
        ("[db]\nurl = 'https://a.internal'", PRODUCTION, "db.url hosts a.internal stages.production"),
        ("[llm]\nprovider = 'cloud'\nmodel = 'small-1'", {}, ""),
        ("[llm]\nprovider = 'cloud'", HIGH, "llm.provider providers cloud risk.high"),
        ("[llm]\nprovider = 'own'\nmodel = 'huge'", {}, "llm.model models huge data.internal"),
        ("[switch]\nmodel = true", CONFIDENTIAL, ""),
        ("[db]\nurl = 'https://x.example'", {"data": "odd"}, "db.url hosts x.example data.odd"),
    ],
)
def test_what_no_policy_lists_is_found(config, situation, expected):
    assert found(config, **situation) == expected


def test_only_configuration_counts():
    assert found("[db]\nurl = 'https://x.example'", path="docs/example.toml") == ""


QUESTION = "integrations: {type: yaml, multiselect: true, choices: [cloud], default: []}\n"
LAYER = "layer:\n  type: yaml\n  when: false\n  default: \"cloud: '{{ '.' if 'cloud' in integrations else '' }}'\"\n"
CATALOG = {
    "copier.yml": f"_exclude: [copier.yml]\n{QUESTION}{LAYER}",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "pilot.yml": MANIFEST.format(data="internal", risk="minimal", stage="sandbox"),
    "src/x/_platform/organisation.yml": POLICIES,
    "config/default.toml": "[db]\n",
    "{{ layer.cloud }}/config/integrations/cloud.toml": "[cloud]\nurl = 'https://api.cloud.example'\n",
}


@pytest.fixture
def catalog(tmp_path):
    folder = build_file_tree(tmp_path / "catalog", CATALOG)
    commit_all(folder, "one", tag="v1.0.0")
    return folder


def test_new_refuses_a_configured_host_and_says_whom_to_ask(catalog, tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", catalog, "-d", "integrations=cloud")
    assert run.code == 2
    assert "cloud.toml: cloud.url names api.cloud.example, which the policy data.internal does not list" in run.err
    assert "ask the-office" in run.err
    assert not (tmp_path / "pilot").exists()


def test_add_refuses_the_same_and_touches_nothing(catalog, tmp_path):
    pilot = tmp_path / "pilot"
    assert pilotline("new", pilot, "--defaults", "--catalog", catalog).code == 0
    run = pilotline("add", "cloud", "--commit", cwd=pilot)
    assert (run.code, "api.cloud.example" in run.err) == (2, True)
    assert git(pilot, "status", "--porcelain") == ""

    (pilot / "config/default.toml").write_text("[db]\nurl = 'https://elsewhere.example'\n")
    allowed = POLICIES.replace('"*.internal"]', '"*.internal", "api.cloud.example"]')
    (pilot / "src/x/_platform/organisation.yml").write_text(allowed)
    commit_all(pilot, "the office agreed; and a host of our own")
    run = pilotline("add", "cloud", "--commit", cwd=pilot)
    assert run.code == 0, "what stood there before is for the checks to find"
