"""The whole way of one pilot, from its first day to its end, with the refusals on it: real commands, git and keys.

What only hours or a network prove (its own suite with coverage, its dependencies' vulnerabilities) is given as the
evidence that `check --run` writes; containers are processes of this machine. All else is done as a team does it.
"""

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from pilotline.readiness.evidence import Record, write_records
from tests.helpers import IDENTITY, build_file_tree, git, pilotline
from tests.lifecycle.conftest import People, as_of, environment, keys  # noqa: F401 - a fixture
from tests.lifecycle.test_promote import organisation  # noqa: F401 - a fixture
from tests.readiness.complete import COMMIT, complete, drilled, lines
from tests.readiness.families.test_eng import BILL
from tests.readiness.helpers import REAL
from tests.readiness.test_every_check import MEASURED

pytestmark = pytest.mark.slow

TODAY = date.today()  # noqa: DTZ011 - as the commands read it
HISTORY = "governance/stage_history.yml"
KPI = "minutes_per_request"
GATES = {stage: f"governance/decisions/gate-{stage}.md" for stage in ("pilot", "production")}
COMMAND = """#!/bin/sh
export PYTHONPATH="${{PILOT_ROOT:-{pilot}}}/src"
exec {python} -c 'import sys; from customer_call_list.entrypoints import main; sys.exit(main())' "$@"
"""
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: requests
version: 1.0.0
status: active
description:
  purpose: Requests that people answered, with the minutes that each took
  authoritativeDefinitions:
    - {type: licence, url: "https://records.example.org/licence-4"}
    - {type: source, url: "https://records.example.org/requests"}
servers: [{server: file, type: local, path: data/requests.csv, format: csv}]
team: {members: [{username: ada@example.org, role: owner}]}
roles: [{role: account-planning, access: read}]
customProperties: [{property: classification, value: internal}]
schema:
  - name: requests
    properties:
      - {name: number, logicalType: string, required: true, unique: true}
      - {name: minutes, logicalType: number, required: true, logicalTypeOptions: {minimum: 0}}
"""
SETTINGS = """
[tables.requests]
path = "data/requests.csv"
contract = "data_contracts/requests.odcs.yaml"
"""
PLACES = """\
[staging]
target = "process"
folder = "{places}/staging"

[production]
target = "process"
folder = "{places}/production"
stage = "production"
"""


class Way(People):
    """Who walks the way, and the pilot's own command line."""

    def own(self, *words: str, at: Path | None = None, code: int = 0) -> str:
        """Run the pilot's own command; `at` names a place where it was deployed."""
        root = (at or self.pilot).resolve()
        command = [str(self.pilot / ".venv/bin/customer-call-list"), *words]
        around = {**environment(), "PILOT_ROOT": str(root)}
        done = subprocess.run(command, cwd=root, env=around, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def reasons(self, stage: str) -> list[str]:
        """Promote, see that it is refused, and give the reasons."""
        done = self.promote("grace", "--to", stage, "--json")
        assert done.code == 1, done.out + done.err
        return list(json.loads(done.out)["reasons"])

    def must(self, name, *arguments):
        """Run pilotline, and see that it works."""
        done = self.run(name, *arguments)
        assert done.code == 0, done.out + done.err
        return done.out

    def decide(self, stage: str, name: str, *, key: str = "") -> None:
        """Commit a decision for the stage, as somebody."""
        self.approve(name, GATES[stage], key=key)

    def take_back(self, stage: str) -> None:
        """Make the decision open again."""
        place = self.pilot / GATES[stage]
        place.write_text(place.read_text().replace("approved: true", "approved: false"))
        self.commit("grace")

    def release(self, name: str, *places: str) -> None:
        """Commit another version, and bring it to places."""
        readme = self.pilot / "README.md"
        readme.write_text(f"{readme.read_text()}\nAnother version, by {name}.\n")
        self.commit(name)
        self.own("release", "pack")
        for place in places:
            self.own("release", "deploy", "--to", place, "--by", name)

    def bundle(self, place):
        """Find where the release that runs in a place lies."""
        image = json.loads((self.places / place / "release.json").read_text())["passed"][0]["image"]
        return self.places / place / "bundles" / image.partition("sha256:")[2][:12]

    @property
    def places(self):
        """Where the environments are, beside the repository."""
        return self.pilot.parent / "places"


@pytest.fixture
def way(organisation, keys, pilot_environment, tmp_path):  # noqa: F811 - the fixtures above
    """Give the people of a pilot on its first day."""
    pilot = tmp_path / "pilot"
    answers = {**REAL, "created_on": TODAY.isoformat(), "ci_provider": "github"}
    given = [word for name, value in answers.items() for word in ("-d", f"{name}={value}")]
    made = pilotline("new", pilot, "--catalog", f"{organisation}@v1.0.0", *given, "--defaults", environment=IDENTITY)
    assert made.code == 0, made.err
    program = pilot / ".venv/bin/customer-call-list"
    build_file_tree(
        pilot, {".venv/bin/customer-call-list": COMMAND.format(pilot=pilot, python=pilot_environment / "python")}
    )
    program.chmod(0o755)
    return Way(pilot, {name: key for name, (key, _) in keys.items()})


def bring_own_data(way: Way) -> None:
    """Put the team's table, its contract and its one KPI in the place of the example's."""
    rows = "".join(f"R{number},{8.5 + number % 5 / 4}\n" for number in range(400))
    kpis = yaml.safe_load(complete(created_on=TODAY.isoformat())["kpis.yml"])
    kpis["kpis"] = [kpi for kpi in kpis["kpis"] if kpi["id"] == KPI]
    query = 'select number as "case", minutes as value from requests'
    kpis["kpis"][0]["measure"] = {"form": "mean", "sql": query, "unit": "minutes"}
    config = (way.pilot / "config/default.toml").read_text()
    files = {
        "data/requests.csv": f"number,minutes\n{rows}", "data_contracts/requests.odcs.yaml": CONTRACT,
        "config/default.toml": config + SETTINGS, "kpis.yml": yaml.safe_dump(kpis, sort_keys=False),
    }  # fmt: skip
    build_file_tree(way.pilot, files)


def fill_in(way: Way) -> None:
    """Write what only a team knows: the manifest, the documents, who was asked and trained."""
    files = as_of(TODAY, complete(created_on=TODAY.isoformat()))
    kept = ("governance/evidence/", "ops/runbook.md", "catalog-info.yaml", "governance/model_card.md",
            "governance/risk_assessment.md", "governance/adoption_plan.md")  # fmt: skip
    done_here = ("kpi.jsonl", "drills.jsonl")
    chosen = {path: text for path, text in files.items() if path.startswith(kept) and not path.endswith(done_here)}
    manifest = yaml.safe_load(files["pilot.yml"])
    manifest["decision_rights"] = {
        "approves": "head-of-sales", "monitors": "team", "repairs": "team", "identities": ["ada@example.org"],
    }  # fmt: skip
    manifest["data"]["contracts"] = ["data_contracts/requests.odcs.yaml", *manifest["data"]["contracts"]]
    manifest["evaluation"]["offline_metric"]["kpi"] = KPI
    chosen |= {"pilot.yml": yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True), "uv.lock": "version = 1\n"}
    chosen |= {"ops/environments.toml": PLACES.format(places=way.places), "ops/ml-bom.cdx.json": BILL}
    build_file_tree(way.pilot, chosen)
    way.own("derive")


def prove(way: Way) -> None:
    """Write what `check --run` would: proof by commands, of this commit."""
    head = git(way.pilot, "rev-parse", "HEAD")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    records = {name: Record(name, head, now, "a command", 1.0, good) for name, (good, _) in MEASURED.items()}
    (way.pilot / "governance/evidence/checks.jsonl").write_bytes(write_records(records))
    for place in (way.pilot / "governance/evidence").iterdir():
        place.write_text(place.read_text().replace(COMMIT, head))
    way.commit("grace")


def test_from_the_first_day_to_the_end(way):
    first_day(way)
    enter_pilot(way)
    release_to_staging(way)
    enter_production(way)
    go_through_an_incident(way)
    end(way)


def first_day(way: Way) -> None:
    """See that nothing is proven; then bring data, measure, and what the next stages need."""
    reasons = way.reasons("pilot")
    for missing in ("VAL002 ", "ENG004 Not proven yet", "PPL001 ", "Nobody approved it"):
        assert any(reason.startswith(missing) for reason in reasons), (missing, reasons)
    bring_own_data(way)
    way.commit("grace")
    way.must("grace", "prepare", "production", "--commit")
    fill_in(way)
    way.commit("grace")
    assert "Better than the baseline" in " ".join(way.own("measure").split())
    way.commit("grace")


def enter_pilot(way: Way) -> None:
    """Be refused for what is missing, then for who approved; then move."""
    reasons = way.reasons("pilot")
    unproven = {"ENG002", "ENG004", "ENG005", "ENG006", "MOD005", "ARC001"}
    assert {reason.split()[0] for reason in reasons} == unproven | {"Nobody"}, reasons
    prove(way)
    way.must("grace", "promote", "--to", "pilot", "--request")
    way.commit("grace")
    way.decide("pilot", "eve")
    assert way.reasons("pilot") == ["eve@example.org decided on pilot, and is not among those who may approve"]
    way.take_back("pilot")
    way.decide("pilot", "ada")
    assert "attested" in way.must("grace", "promote", "--to", "pilot")
    way.commit("grace")


def release_to_staging(way: Way) -> None:
    """Deploy one bundle to staging; production does not take it of a pilot that is not there yet."""
    way.own("release", "pack")
    way.own("release", "deploy", "--to", "staging", "--by", "grace")
    refused = way.own("release", "deploy", "--to", "production", "--by", "grace", code=1)
    assert "production takes a pilot of the stage production; this one stands in pilot." in refused
    assert not (way.places / "production").exists()
    way.release("grace", "staging")
    for drill in (("rollback", "--at", "staging"), ("switch",), ("restore",)):
        assert "passed" in way.own("drill", *drill, "--by", "grace")


def enter_production(way: Way) -> None:
    """Be refused over an open incident, a typed address and a forged one; then move, and release the same bytes."""
    way.own("incident", "open", "--what", "Rows were lost", "--by", "bob")
    way.commit("grace")
    prove(way)
    way.must("grace", "promote", "--to", "production", "--request")
    way.commit("grace")
    way.decide("production", "ada", key="ada")
    assert [reason.partition(" is open")[0] for reason in way.reasons("production")] == [
        f"OPS011 Incident {TODAY}-1 (minor)", "OPS012 The drill model was never done",
        "VAL004 No measurement says what the first KPI is worth",
    ]  # fmt: skip
    waiver = {
        "check": "VAL004", "reason": "The months of the baseline come in spring", "owner": "team",
        "approver": "head-of-sales", "created": TODAY.isoformat(), "expires": (TODAY + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    (way.pilot / "governance/waivers.yml").write_text(yaml.safe_dump({"format": 1, "waivers": [waiver]}))
    with (way.pilot / "governance/evidence/drills.jsonl").open("a") as evidence:
        evidence.write(
            lines(drilled("model", at=f"{TODAY}T08:00:00+00:00"))
        )  # of a model, which is not what this is about
    way.own("incident", "close", f"{TODAY}-1", "--cause", "A join", "--prevention", "A contract", "--by", "bob")
    way.commit("grace")
    for key in ("", "eve"):
        way.take_back("production")
        way.decide("production", "ada", key=key)
        (reason,) = way.reasons("production")
        assert reason.startswith("ada@example.org approved production by a typed address alone"), key
    way.take_back("production")
    way.decide("production", "ada", key="ada")
    assert "signed, key SHA256:" in way.must("grace", "promote", "--to", "production")
    way.commit("grace")
    assert "production: var/releases/bundle-" in way.own("release", "deploy", "--to", "production", "--by", "grace")
    assert way.bundle("production").name == way.bundle("staging").name


def go_through_an_incident(way: Way) -> None:
    """Release a version that harms, stop the model where people use it, go back, and learn from it."""
    before = way.bundle("production")
    way.release("bob", "staging", "production")
    after = way.bundle("production")
    assert after != before
    way.own("incident", "open", "--what", "Wrong people were called", "--kind", "serious", "--by", "bob")
    assert "off: the rule decides" in way.own("switch", "off", "--by", "bob", "--why", "harm", at=after)
    way.own("release", "back", "--to", "production", "--why", "harm", "--by", "bob")
    assert way.bundle("production") == before
    assert way.own("switch", at=before).startswith("off: "), "what was stopped stays stopped, whichever version runs"
    assert "passed" in way.own("drill", "rollback", "--at", "staging", "--by", "bob")
    way.commit("bob")
    assert "Wrong people were called" in way.must("bob", "status")
    way.own("incident", "close", f"{TODAY}-2", "--cause", "A rule", "--prevention", "A test", "--by", "bob")
    way.commit("bob")


def end(way: Way) -> None:
    """Go back a stage, then end: from then on no environment takes it, and the rule decides everywhere."""
    way.must("grace", "demote", "--to", "pilot", "--because", "Nobody answers the callers")
    way.commit("grace")
    assert "this one stands in pilot." in way.own("release", "deploy", "--to", "production", "--by", "ada", code=1)
    assert any("used up" in reason or "Nobody approved" in reason for reason in way.reasons("production"))
    way.must("grace", "retire", "--because", "Too few callers", "--lesson", "Ask the callers first")
    way.commit("grace")
    assert "the pilot is retired" in way.own("release", "deploy", "--to", "staging", "--by", "ada", code=1)
    assert "this pilot is retired" in way.own("switch", "on", "--by", "ada", "--why", "again", code=2)
    history = yaml.safe_load((way.pilot / HISTORY).read_text())["history"]
    assert [entry.get("stage", entry.get("what")) for entry in history] == [
        "sandbox", "pilot", "production", "pilot", "retired",
    ]  # fmt: skip
