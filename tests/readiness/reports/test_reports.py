import html.parser
import io
import json
import lzma
import re
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import junitparser
import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

from pilotline.about import DOCUMENTATION
from pilotline.cli.views.check import show_verdict
from pilotline.documents.section import Location
from pilotline.pilot.stages import Stage
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.reports import FORMATS, write_report
from pilotline.readiness.reports.as_sarif import rule_name, semantic_version
from pilotline.readiness.results import Effort, Problem, Severity
from tests.helpers import ROOT
from tests.readiness.test_engine import BAD, sample, verdict, waiver

NASTY = 'A <b>bold</b> claim, "quoted" & 100 %: it | breaks\nlines\x07'


@pytest.fixture(scope="module")
def everything():
    """A verdict with every status there is, and with texts that break careless writers."""
    return verdict(
        sample(id="OWN001"),
        sample(id="OWN002", found=(Problem(NASTY, Location("a b.yml", 3)), BAD)),
        sample(id="OWN003", found=(BAD,), stage=Stage.PRODUCTION, effort=Effort.DAYS),
        sample(id="TPL001", found=(BAD,), severity=Severity.WARNING),
        sample(id="TPL002", not_applicable=lambda _, __: "no such thing"),
        sample(id="TPL003", find=lambda _, __: 1 / 0),
        sample(id="XXX001", found=(BAD,)),
        sample(id="GOV001", found=(BAD,), applies_from=date(2026, 12, 2)),
        files=waiver(),
    )


@pytest.fixture(scope="module")
def nothing_found():
    """A verdict with nothing to say."""
    return verdict(sample(id="OWN001"), sample(id="TPL001", not_applicable=lambda _, __: "no such thing"))


NOTHING = {
    "json": lambda text: json.loads(text)["next_steps"] == [],
    "sarif": lambda text: json.loads(text)["runs"][0]["results"] == [],
    "junit": lambda text: junitparser.JUnitXml.fromstring(text.encode()).failures == 0,
    "github": lambda text: text == "pilotline: level production, asked for pilot",
    "markdown": lambda text: "level production" in text and "0 checks are open" in text and "###" not in text,
    "html": lambda text: "It has reached the stage production." in text and 'class="steps"' not in text,
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_says_when_nothing_is_left(nothing_found, name):
    assert NOTHING[name](write_report(nothing_found, name)), write_report(nothing_found, name)[:2000]


def test_text_says_when_nothing_is_left(nothing_found):
    assert "Nothing is left to do." in show_verdict(nothing_found, show_all=False)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_names_every_open_check_and_nothing_that_xml_or_terminals_cannot_hold(everything, name):
    text = write_report(everything, name)
    for check in ("OWN002", "OWN003", "TPL001", "TPL003", "GOV001"):
        assert check in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    ("version", "semantic"),
    [
        ("1.2.0", "1.2.0"),
        ("1.2", "1.2.0"),
        ("1.2.0rc1", "1.2.0-rc.1"),
        ("0.1.0.dev1", "0.1.0-dev.1"),
        ("1a1.dev2", "1.0.0-a.1.dev.2"),
    ],
)
def test_a_version_is_written_as_semver(version, semantic):
    assert semantic_version(version) == semantic


def test_sarif_names_rules_by_all_their_words():
    titles = [check.card.title for check in builtin_checks()]
    assert len(titles) > 50
    for title in titles:
        assert rule_name(title).lower() == re.sub(r"[^0-9a-z]", "", title.lower())
    assert rule_name("There is a kill switch, and an alert") == "ThereIsAKillSwitchAndAnAlert"


def test_sarif_leads_to_the_section_of_each_check(everything):
    """Checks of other packages have no section in our documentation."""
    rules = json.loads(write_report(everything, "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    page = (ROOT / "docs/reference/checks.md").read_text()
    led = {rule["id"]: rule["helpUri"].partition("/reference/checks.html#")[2] for rule in rules if "helpUri" in rule}
    assert set(led) == {rule["id"] for rule in rules} - {"XXX001"}
    for name, section in led.items():
        assert re.search(rf"(?m)^\({section}\)=\n### {name}: ", page)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["urls"]["Documentation"] == DOCUMENTATION


def test_sarif_is_of_its_schema(everything):
    data = json.loads(write_report(everything, "sarif"))
    log = Sarif.model_validate(data)
    run = log.runs[0]
    assert log.version.value == "2.1.0"
    assert [rule.id for rule in run.tool.driver.rules] == [result.card.id for result in everything.results]
    levels = {result.ruleId: result.level.value for result in run.results}
    assert levels == {
        "OWN002": "error", "OWN003": "note", "TPL001": "warning", "TPL003": "error", "XXX001": "warning",
        "GOV001": "warning",
    }  # fmt: skip
    assert [result.ruleId for result in run.results if result.suppressions] == ["XXX001"]
    broken = next(result for result in run.results if result.ruleId == "OWN002")
    places = [place.physicalLocation for place in broken.locations]
    assert [(p.artifactLocation.uri, p.region.startLine) for p in places] == [("a%20b.yml", 3), ("pilot.yml", 1)]


@pytest.fixture(scope="module")
def sarif_errors():
    """Give a function that lists what the standard's own JSON Schema says against a log."""
    packed = Path(__file__).with_name("schemas") / "sarif-2.1.0-rtm.5.json.xz"
    schema = json.loads(lzma.decompress(packed.read_bytes()))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return lambda log: [error.message for error in validator.iter_errors(log)]


def test_sarif_is_of_the_standard_s_own_schema(everything, nothing_found, sarif_errors):
    for found in (everything, nothing_found):
        assert sarif_errors(json.loads(write_report(found, "sarif"))) == []
    data = json.loads(write_report(everything, "sarif"))
    data["runs"][0]["results"][0]["level"] = "fatal"
    assert len(sarif_errors(data)) == 1


def test_the_sarif_model_refuses_what_the_schema_forbids(everything):
    data = json.loads(write_report(everything, "sarif"))
    data["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(ValueError, match="level"):
        Sarif.model_validate(data)


def test_junit_is_read_by_a_common_reader(everything):
    suites = junitparser.JUnitXml.fromstring(write_report(everything, "junit").encode())
    assert (suites.tests, suites.failures, suites.errors, suites.skipped) == (8, 1, 1, 5)
    kinds = {
        case.name.split()[0]: [type(outcome).__name__ for outcome in case.result] for suite in suites for case in suite
    }
    assert kinds["OWN001"] == []
    assert kinds["OWN002"] == ["Failure"]
    assert kinds["TPL003"] == ["Error"]
    assert kinds["OWN003"] == kinds["TPL002"] == kinds["XXX001"] == kinds["GOV001"] == ["Skipped"]
    assert [suite.name for suite in suites] == ["Ownership", "Template", "XXX", "Governance"]


def test_github_annotations_stay_on_one_line(everything):
    lines = write_report(everything, "github").splitlines()
    annotation = next(line for line in lines if "OWN002" in line)
    assert annotation.startswith("::error file=a b.yml,line=3,title=OWN002 All is well::A <b>bold</b>")
    assert "100 %25: it | breaks lines" in annotation
    assert re.match(r"::notice .*title=OWN003", next(line for line in lines if "OWN003" in line))
    assert lines[-1] == "pilotline: level sandbox, asked for pilot"


def test_github_gets_the_easiest_of_each_kind_and_no_more_than_it_shows():
    efforts = [Effort.DAYS, Effort.MINUTES, Effort.HOURS]
    failing = (sample(id=f"OWN{number:03}", found=(BAD,), effort=efforts[number % 3]) for number in range(14))
    lines = write_report(verdict(*failing), "github").splitlines()
    shown = [name for line in lines if line.startswith("::error") for name in re.findall(r"title=(OWN\d+)", line)]
    assert shown == [f"OWN{number:03}" for number in (1, 4, 7, 10, 13, 2, 5, 8, 11, 0)]
    assert lines[-2] == "More of kind error than GitHub shows: OWN003, OWN006, OWN009, OWN012"


def test_markdown_tables_hold_whatever_a_message_says(everything):
    text = write_report(everything, "markdown")
    row = next(line for line in text.splitlines() if line.startswith("| OWN002"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "&lt;b>" in row


class Tags(html.parser.HTMLParser):
    """Follow the tags, so that one left open is found."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_one_file_that_needs_nothing_else(everything):
    text = write_report(everything, "html")
    tags = Tags()
    tags.feed(io.StringIO(text).read())
    assert tags.open == []
    assert not {"script", "link", "img", "b"} & {tag for tag, _ in tags.seen}
    assert not re.search(r"(?:src|href)=|url\(|@import", text)
    assert "It has reached the stage sandbox, but not pilot." in text


def test_json_holds_every_status_with_its_reason(everything):
    data = json.loads(write_report(everything, "json"))
    found = {check["id"]: (check["status"], check["reason"]) for check in data["checks"]}
    assert found["TPL002"] == ("skip", "not_applicable")
    assert found["XXX001"] == ("waived", None)
    assert {status for status, _ in found.values()} == {"pass", "fail", "warn", "skip", "error", "waived"}
    assert data["upcoming"] == [{"on": "2026-12-02", "check": "GOV001", "message": "All is well: a test"}, {
        "on": "2027-03-01", "check": "XXX001", "message": "The waiver of ada ends",
    }]  # fmt: skip
