"""Files made from the manifests say what these say; the task that guards upgrades finds what a bot leaves behind."""

import json
import re
import subprocess
from hashlib import sha256

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pilotline.documents.schema import find_violations, read_schema
from pilotline.pilot.derived_files import derive_files
from pilotline.rules.derived import completed
from tests.e2e.test_judges import AWKWARD, GITHUB, judge
from tests.helpers import commit_all, git
from tests.pilot_environment import MAXIMAL

STAGED: dict[str, dict[str, object]] = {
    "GitHub": GITHUB,
    "GitLab": MAXIMAL,
    "awkward": {**GITHUB, **AWKWARD},
    "lower is better": {
        **MAXIMAL,
        "start": "earlier",
        "kpi_baseline": 10.5,
        "kpi_target": 8.0,
        "kpi_direction": "lower",
    },
}
staged = pytest.mark.parametrize("answers", STAGED.values(), ids=STAGED.keys())
ALERTS = (
    "KpiWorse",
    "KpiNotMeasured",
    "PilotDidNotRun",
    "PilotReportsNothing",
    "Drift",
    "ForgetOverdue",
    "ModelTooOld",
    "ModelSwitchedOff",
    "DataStale",
    "ContractBroken",
)


def read_yaml(path):
    return yaml.safe_load(path.read_text())


def alert_rules(pilot):
    groups = read_yaml(pilot / "ops/kpi/rules.yml")["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


@staged
def test_day_zero_is_byte_for_byte_what_a_rebuild_gives(render_pilot, answers):
    pilot = render_pilot(**answers)
    manifests = [(pilot / name).read_bytes() for name in ("kpis.yml", "pilot.yml")]
    values = {
        "kpis": yaml.safe_load(manifests[0])["kpis"],
        "pilot": completed(yaml.safe_load(manifests[1])),
        "source_hash": sha256(b"".join(manifests)).hexdigest(),
        "evidence": [],
    }
    folder = next((pilot / "src").glob("*/_platform/derived"))
    rebuild = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    rebuild.filters["to_json"] = json.dumps

    templates = sorted(folder.glob("*.j2"))
    assert len(templates) == 6
    for template in templates:
        found = re.search(r"writes: (.+?) -?#\}", template.read_text())
        assert found, template.name
        targets = found[1].split(" or ")
        target = next(pilot / path for path in targets if (pilot / path).is_file())
        assert rebuild.get_template(template.name).render(values) == target.read_text(), target.name


@staged
def test_each_alert_names_who_monitors_and_who_repairs(render_pilot, answers):
    pilot = render_pilot(**answers)
    rights = read_yaml(pilot / "pilot.yml")["decision_rights"]
    wanted = [rights[right].replace("{{", "{ {") for right in ("monitors", "repairs")]

    assert {rule["alert"] for rule in alert_rules(pilot)} == set(ALERTS)
    for rule in alert_rules(pilot):
        assert [rule["labels"][right] for right in ("monitors", "repairs")] == wanted, rule["alert"]


@pytest.mark.parametrize("alert", ALERTS)
def test_the_rule_tests_notice_an_alert_that_never_fires(render_pilot, alert):
    folder = render_pilot(**MAXIMAL) / "ops" / "kpi"
    whole = (folder / "rules.yml").read_text()
    for number in range(whole.count(f"alert: {alert}\n")):
        rules = yaml.safe_load(whole)
        named = [rule for group in rules["groups"] for rule in group["rules"] if rule.get("alert") == alert]
        named[number]["expr"] = f"({named[number]['expr']}) > Inf"
        (folder / "rules.yml").write_text(yaml.safe_dump(rules))

        judge("promtool", "check", "rules", "rules.yml", cwd=folder)
        with pytest.raises(AssertionError, match=alert):
            judge("promtool", "test", "rules", "rules_test.yml", cwd=folder)


@staged
def test_the_smallest_valid_manifest_gives_every_derived_file(render_pilot, answers):
    """What the schema does not ask for, no template may need."""
    pilot = render_pilot(**answers)
    manifest = smallest(read_yaml(pilot / "pilot.yml"), read_schema("pilot"))
    assert find_violations(manifest, read_schema("pilot")) == ()
    (pilot / "pilot.yml").write_text(yaml.safe_dump(manifest))
    files = {path.relative_to(pilot).as_posix(): path.read_bytes() for path in pilot.rglob("*") if path.is_file()}
    built = derive_files(files)
    assert len(built) == 6
    for path, content in built.items():
        (pilot / path).write_bytes(content)
    judge("promtool", "test", "rules", "rules_test.yml", cwd=pilot / "ops/kpi")
    json.loads((pilot / "ops/kpi/dashboard.json").read_text())


def smallest(value, schema):
    """Leave of a manifest what its schema requires."""
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    return {name: smallest(value[name], schema["properties"][name]) for name in schema.get("required", ())}


@staged
def test_each_alert_leads_to_its_heading_in_the_runbook(render_pilot, answers):
    pilot = render_pilot(**answers)
    assert not any("runbook_url" in rule["annotations"] for rule in alert_rules(pilot))
    manifest = (pilot / "pilot.yml").read_text()
    (pilot / "pilot.yml").write_text(manifest.replace("runbook: null", "runbook: https://wiki.example/runbook"))
    files = {path.relative_to(pilot).as_posix(): path.read_bytes() for path in pilot.rglob("*") if path.is_file()}
    (pilot / "ops/kpi/rules.yml").write_bytes(derive_files(files)["ops/kpi/rules.yml"])
    judge("promtool", "check", "rules", "rules.yml", cwd=pilot / "ops/kpi")
    runbook = (render_pilot(**{**answers, "prepared_for": "production"}) / "ops/runbook.md").read_text()
    assert sorted(re.findall(r"(?m)^### (\w+)$", runbook)) == sorted(ALERTS)
    for rule in alert_rules(pilot):
        assert rule["annotations"]["runbook_url"] == f"https://wiki.example/runbook#{rule['alert'].lower()}"


@staged
def test_the_dashboard_shows_each_kpi_with_interval_baseline_and_target(render_pilot, answers):
    pilot = render_pilot(**answers)
    dashboard = json.loads((pilot / "ops/kpi/dashboard.json").read_text())
    panels = dashboard["panels"]
    shown = {target["expr"] for panel in panels for target in panel.get("targets", ())}

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(dashboard["uid"]) <= 40, "Grafana's limit"
    for kpi in read_yaml(pilot / "kpis.yml")["kpis"]:
        lines = {query.partition("{")[0] for query in shown if f'kpi="{kpi["id"]}"' in query}
        if "pending" in kpi["measure"]:
            said = [panel["options"]["content"] for panel in panels if panel["type"] == "text"]
            assert (lines, any("ot measured yet" in text for text in said)) == (set(), True)
            continue
        assert lines == {f"pilot_kpi_{line}" for line in ("value", "low", "high", "baseline")} | (
            {"pilot_kpi_target"} if "target" in kpi else set()
        )


@pytest.mark.parametrize(("provider", "path"), [("github", ".github/CODEOWNERS"), ("gitlab", "CODEOWNERS")])
def test_a_code_owner_is_a_handle_and_never_a_strangers_account(render_pilot, provider, path):
    owners = {"owner": "Head of sales", "technical_owner": "@acme/ml", "data_owner": "a@b.example"}
    pilot = render_pilot(prepared_for="pilot", ci_provider=provider, **owners)
    rules = [line.split() for line in (pilot / path).read_text().splitlines() if not line.startswith("#")]
    assert rules == [["*", "@acme/ml"], ["/data_contracts/", "a@b.example"]]


@pytest.fixture
def branch(make_pilot):
    """Give a pilot on a branch, where something like an upgrade goes on."""
    pilot = make_pilot()
    git(pilot, "branch", "--move", "--force", "main")
    git(pilot, "switch", "--quiet", "--create", "upgrade")
    return pilot


def change_answers(pilot, pattern, replacement):
    path = pilot / ".copier-answers.yml"
    changed, count = re.subn(pattern, replacement, path.read_text(), flags=re.MULTILINE)
    assert count == 1
    path.write_text(changed)


def guard(pilot, *base):
    return judge("nox", "--session", "upgrade", "--", *base, cwd=pilot)


def test_an_upgrade_may_move_the_version_and_bring_new_questions(branch):
    change_answers(branch, r"^_commit: .*", "_commit: v9.9.9\na_new_question: [1]")
    commit_all(branch, "Upgrade")
    guard(branch, "main")


def test_a_committed_conflict_marker_is_found(branch):
    (branch / "AGENTS.md").write_text("<<<<<<< before\na\n=======\nb\n>>>>>>> after\n")
    commit_all(branch, "Upgrade")
    with pytest.raises(AssertionError, match=r"AGENTS\.md"):
        guard(branch)


def test_an_answer_that_changed_without_a_word_is_found(branch):
    change_answers(branch, r"^kpi_target: .*", "kpi_target: 1.0")
    commit_all(branch, "Upgrade")
    with pytest.raises(AssertionError, match="kpi_target"):
        guard(branch, "main")


def test_an_answer_that_the_commit_names_is_accepted(branch):
    change_answers(branch, r"^kpi_target: .*", "kpi_target: 1.0")
    commit_all(branch, "Aim lower\n\nAnswers: kpi_target")
    guard(branch, "main")


def test_the_answers_of_a_pilot_deep_in_a_repository_are_found(branch, tmp_path):
    """Its noxfile runs in its own folder; what git is asked for by name counts from the top."""
    top = tmp_path / "everything"
    (top / "pilots").mkdir(parents=True)
    (branch / ".git").rename(top / ".git")
    branch.rename(top / "pilots" / "calls")
    commit_all(top, "Move the pilot")
    git(top, "branch", "--force", "main")
    guard(top / "pilots" / "calls", "main")

    change_answers(top / "pilots" / "calls", r"^kpi_target: .*", "kpi_target: 1.0")
    commit_all(top, "Upgrade")
    with pytest.raises(AssertionError, match="kpi_target"):
        guard(top / "pilots" / "calls", "main")


def test_a_base_that_does_not_exist_is_no_pass(branch):
    with pytest.raises((AssertionError, subprocess.CalledProcessError)):
        guard(branch, "no-such-branch")
