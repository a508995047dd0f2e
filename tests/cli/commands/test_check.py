import json
import re
import sys

import pytest

from tests.helpers import build_file_tree, commit_all, git, pilotline

REAL = [
    part
    for pair in (
        "objective=lower-cost-to-serve", "kpi=Minutes per request", "kpi_unit=minutes", "kpi_baseline=12.5",
        "kpi_target=8", "kpi_unit_value=0.8", "currency=EUR",
        "screened_by=ada@example.org", "start=earlier", "owner=ada@example.org",
    )
    for part in ("-d", pair)
]  # fmt: skip


@pytest.fixture(scope="module")
def pilots(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pilots")
    assert pilotline("new", folder / "real", *REAL).code == 0
    assert pilotline("new", folder / "example", "--defaults", "-d", "screened_by=compliance").code == 0
    return folder


def agenda_of(text):
    """Read the sections of next steps: each title with the ids below it; the steps are numbered through."""
    parts: list[tuple[str, list[str]]] = []
    numbers = []
    for line in text.splitlines():
        if re.search(r"\(\d+ open\)", line):
            parts.append((line, []))
        elif found := re.match(r"  (\d+)\. (\w+) ", line):
            numbers.append(int(found[1]))
            parts[-1][1].append(found[2])
    assert numbers == list(range(1, len(numbers) + 1))
    return parts


def report_of(pilot):
    """Give the ids of what is open and blocks, by stage."""
    found: dict[str, set[str]] = {}
    for check in json.loads(pilotline("check", pilot, "--json").out)["checks"]:
        is_open = check["status"] in {"fail", "error"} or check["reason"] == "not_proven"
        if is_open and check["severity"] == "error":
            found.setdefault(check["stage"], set()).add(check["id"])
    return found


def test_a_new_pilot_with_real_answers_is_a_sandbox(pilots):
    run = pilotline("check", pilots / "real")
    assert run.code == 0, run.out
    assert "Level: sandbox (claimed: sandbox)" in run.out
    assert "What blocks" not in run.out
    opened = report_of(pilots / "real")
    ((title, steps),) = agenda_of(run.out)
    assert title == f"Next towards pilot ({len(opened['pilot'])} open), easiest first:"
    assert len(steps) == 3
    assert set(steps) <= opened["pilot"]
    assert "\n\nSandbox is reached.\n\nNext towards pilot" in run.out


def test_what_blocks_the_claimed_stage_comes_first_and_is_counted_alone(pilots):
    run = pilotline("check", pilots / "example")
    assert run.code == 1
    opened = report_of(pilots / "example")
    blocking, later = agenda_of(run.out)
    assert blocking == (f"What blocks sandbox ({len(opened['sandbox'])} open), easiest first:", blocking[1])
    assert set(blocking[1]) == opened["sandbox"]
    assert later[0] == f"Next towards pilot ({len(opened['pilot'])} open), easiest first:"
    assert set(later[1]) <= opened["pilot"]
    assert len(blocking[1]) + len(later[1]) == 3
    assert "is reached" not in run.out


def test_a_stage_that_is_asked_for_is_reached_through_those_before_it(pilots):
    titles = [title for title, _ in agenda_of(pilotline("check", pilots / "example", "--stage", "pilot").out)]
    assert [title.partition(" (")[0] for title in titles] == [
        "What blocks sandbox, on the way to pilot", "What blocks pilot",
    ]  # fmt: skip
    ((title, _),) = agenda_of(pilotline("check", pilots / "real", "--stage", "pilot").out)
    assert title.startswith("What blocks pilot (")


@pytest.mark.parametrize(("form", "mark"), [("markdown", "### "), ("html", "<h2>")])
def test_reports_give_the_steps_the_same_titles(pilots, form, mark):
    text = pilotline("check", pilots / "example", "--format", form).out
    opened = report_of(pilots / "example")
    for title, stage in (("What blocks sandbox", "sandbox"), ("Next towards pilot", "pilot")):
        assert f"{mark}{title} ({len(opened[stage])} open)" in text


def test_json_has_one_object_per_check(pilots):
    run = pilotline("check", pilots / "example", "--json")
    report = json.loads(run.out)
    assert run.code == 1
    assert (report["format"], report["level"], report["asked"], report["reached"]) == (1, None, "sandbox", False)
    status = {check["id"]: check["status"] for check in report["checks"]}
    assert len(status) == len(report["checks"])
    assert (status["OWN001"], status["OWN002"]) == ("pass", "fail")
    failed = next(check for check in report["checks"] if check["id"] == "OWN002")
    assert failed["location"]["path"] == "pilot.yml"
    assert failed["fix"] and failed["source"] and failed["effort"] == "minutes"  # noqa: PT018


def test_another_stage_can_be_asked_for(pilots):
    run = pilotline("check", pilots / "real", "--stage", "production", "--json")
    assert run.code == 1
    assert json.loads(run.out)["asked"] == "production"


def test_all_shows_every_check(pilots):
    run = pilotline("check", pilots / "real", "--all")
    assert run.code == 0
    for name in ("OWN001", "OWN005", "TPL001", "TPL006"):
        assert name in run.out


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--select", "OWN001,TPL003"], {"OWN001", "TPL003"}),
        (["--select", "own", "--ignore", "OWN002", "--ignore", "OWN004"], {"OWN001", "OWN003", "OWN005"}),
    ],
    ids=["ids", "a family less two"],
)
def test_checks_are_chosen_by_id_and_family(pilots, arguments, ids):
    report = json.loads(pilotline("check", pilots / "real", "--json", *arguments).out)
    assert {check["id"] for check in report["checks"]} == ids
    assert not ids & set(report["left_out"])


def test_a_selection_says_that_it_proves_no_level(pilots):
    folder = pilots / "example"
    one = pilotline("check", folder, "--select", "TPL003")
    assert one.code == 0
    assert one.out.startswith("No level, because only 1 check was selected. None blocks sandbox.\n")
    some = pilotline("check", folder, "--select", "OWN,TPL003")
    assert some.code == 1
    assert some.out.startswith("No level, because only 6 checks were selected. 1 blocks sandbox.\n")
    report = json.loads(pilotline("check", folder, "--select", "OWN,TPL003", "--json").out)
    assert [report[name] for name in ("partial", "level", "reached", "score")] == [True, None, None, None]
    assert [family["family"] for family in report["families"]] == ["OWN"]
    for form in ("markdown", "github", "html"):
        text = pilotline("check", folder, "--select", "TPL003", "--format", form).out
        assert "no level, because only 1 check was selected" in text
        assert "level sandbox" not in text
    assert json.loads(pilotline("check", folder, "--json").out)["partial"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "OWN999"], "no check or family OWN999"),
        (["nowhere"], "no folder"),
        (["--stage", "beta"], "beta"),
    ],
    ids=["check", "folder", "stage"],
)
def test_what_cannot_be_done_is_refused(tmp_path, arguments, message):
    run = pilotline("check", *arguments, cwd=tmp_path)
    assert run.code == 2
    assert message in run.err


def test_a_repository_of_no_catalog_is_told_what_it_lacks(tmp_path):
    (tmp_path / "main.py").write_text("print(1)\n")
    commit_all(tmp_path, "one")
    report = json.loads(pilotline("check", tmp_path, "--json").out)
    assert report["level"] is None
    assert {check["id"]: check["status"] for check in report["checks"]}["OWN001"] == "fail"
    assert "error" not in {check["status"] for check in report["checks"]}


def test_a_folder_below_belongs_to_its_pilot(pilots):
    assert pilotline("check", cwd=pilots / "real/src").code == 0


def test_a_check_writes_nothing(pilots):
    before = {path: path.stat().st_mtime_ns for path in (pilots / "real").rglob("*")}
    pilotline("check", pilots / "real")
    assert {path: path.stat().st_mtime_ns for path in (pilots / "real").rglob("*")} == before


def test_an_answer_changed_by_hand_is_found_and_one_changed_by_pilotline_is_not(tmp_path):
    folder = tmp_path / "pilot"
    assert pilotline("new", folder, *REAL).code == 0
    assert pilotline("answers", "-d", "kpi_unit=seconds", cwd=folder).code == 0
    assert pilotline("check", folder, "--select", "TPL006").code == 0

    answers = folder / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace("personal_data: true", "personal_data: false"))
    run = pilotline("check", folder, "--select", "TPL006")
    assert run.code == 1
    assert "personal_data changed" in run.out


def test_fix_mends_what_needs_no_judgement_and_says_so(tmp_path):
    folder = tmp_path / "pilot"
    assert pilotline("new", folder, *REAL).code == 0
    (folder / "governance/answers.lock").unlink()
    kpis = folder / "kpis.yml"
    kpis.write_text(kpis.read_text().replace("Minutes per request", "Minutes per question"))
    assert pilotline("check", folder).code == 1
    assert "docs/kpis.md is stale" in pilotline("check", folder, "--select", "TPL004").out

    run = pilotline("check", folder, "--fix")

    assert run.code == 0
    assert "Mended governance/answers.lock" in run.err
    assert "Mended docs/kpis.md" in run.err
    assert "Minutes per question" in (folder / "docs/kpis.md").read_text()
    assert pilotline("check", folder, "--fix").err == ""


def test_what_a_command_proved_counts_until_something_changes(tmp_path):
    build_file_tree(
        tmp_path,
        {
            "pilot.yml": "stage: pilot\n",
            ".gitignore": "__pycache__/\n.coverage\n.pytest_cache/\n/var/\n",
            "src/a.py": "def double(x):\n    return 2 * x\n",
            "test_a.py": "from src import a\n\ndef test_it():\n    assert a.double(2) == 4\n",
        },
    )
    commit_all(tmp_path, "one")
    mine = {"VIRTUAL_ENV": sys.prefix}

    def status(*arguments):
        run = pilotline("check", tmp_path, "--select", "ENG004", "--json", *arguments, environment=mine)
        found = json.loads(run.out)["checks"][0]
        return found["status"], found["reason"], found["grade"]

    assert status() == ("skip", "not_proven", "static")
    assert status("--run") == ("pass", None, "executed")
    record = json.loads((tmp_path / "governance/evidence/checks.jsonl").read_text())
    assert (record["check"], record["commit"]) == ("ENG004", git(tmp_path, "rev-parse", "HEAD"))
    git(tmp_path, "add", "governance")
    git(tmp_path, "commit", "--quiet", "--message", "keep the evidence")
    assert status() == ("pass", None, "executed")

    (tmp_path / "src/a.py").write_text("def double(x):\n    return x + x\n")
    assert status() == ("skip", "not_proven", "static")
    run = pilotline("check", tmp_path, "--select", "ENG004", "--run", environment=mine)
    assert "The evidence was not kept: files differ from the last commit" in run.err
