"""The pack for an architecture board: complete, with the chosen integrations, readable by machines and people."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import yaml

from pilotline.architecture_pack.pack import gather_pack
from pilotline.architecture_pack.pages import write_html, write_markdown
from pilotline.catalog.architectures import list_architectures
from pilotline.template.answers import accept_answers
from pilotline.template.render import render
from tests.helpers import ROOT, pilotline, snapshot

SCHEMA = json.loads((ROOT / "generator/pilotline/documents/schemas/architecture.schema.json").read_text())
SECTIONS = (
    "Surroundings",
    "Parts",
    "Data flows and classification",
    "Layers of the code",
    "Decisions",
    "Threats",
    "Quality attributes",
    "Cost drivers",
    "Operating model",
)


@pytest.fixture
def export(tmp_path):
    def run(*arguments):
        done = pilotline("architectures", "export", "batch_scoring", *arguments, "--to", tmp_path / "pack")
        assert done.code == 0, done.err
        assert done.out.split() == [str(tmp_path / "pack" / name) for name in NAMES]
        return tmp_path / "pack"

    return run


OWN_CASE = tuple(
    word
    for answer in (
        "start=own_case", "kpi=Days until paid", "kpi_unit=days", "kpi_baseline=41", "kpi_target=30",
        "kpi_unit_value=2", "currency=EUR", "owner=head-of-collections",
        "objective=lower-cost-to-serve",
    )
    for word in ("-d", answer)
)  # fmt: skip
NAMES = ("architecture.html", "architecture.md", "surroundings.svg", "parts.svg")


class Text(html.parser.HTMLParser):
    """Collects what a person would read, and every address that a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.words, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in {"src", "href"} and not str(value).startswith("#")]
        del tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("architecture", ["batch_scoring", "realtime_scoring"])
def test_every_architecture_fits_its_schema(architecture):
    data = yaml.safe_load((ROOT / "reference_architectures" / architecture / "architecture.yml").read_text())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)] == []


def test_every_architecture_names_its_own_parts(builtin):
    for found in list_architectures(builtin):
        parts = {part.id for part in (*found.components, *found.outside)}
        assert {row["component"] for row in found.threats} <= parts
        assert {end for flow in found.outside_flows for end in (flow.source, flow.target)} <= parts


def test_the_pages_hold_every_section(export):
    folder = export()
    markdown = (folder / "architecture.md").read_text()
    page = Text()
    page.feed((folder / "architecture.html").read_text())
    for section in SECTIONS:
        assert f"## {section}\n" in markdown
        assert section in page.words
    assert page.fetched == [], "the page needs nothing else"
    assert "### 2. Rank by probability" in markdown
    assert markdown.count("```mermaid") == 2


def test_a_chosen_integration_is_part_of_pictures_flows_threats_and_costs(export):
    without = (export() / "architecture.md").read_text()
    assert "PostgreSQL |" not in without
    folder = export("-d", "integrations=postgres", "-d", "data_classification=confidential")
    markdown = (folder / "architecture.md").read_text()
    assert 'scores ==>|"results"| postgres' in markdown
    assert "| List | PostgreSQL | results | confidential | yes |" in markdown
    assert "The database's password leaks" in markdown
    assert "| KPI measurement | Business owner | value against the baseline | internal | no |" in markdown
    assert "policies: *.internal. Changes: ai-office" in markdown
    assert "PostgreSQL" in (folder / "parts.svg").read_text()


def test_the_pictures_are_svg_with_every_part(export):
    folder = export()
    for name, count in (("surroundings.svg", 5), ("parts.svg", 12)):
        root = ET.fromstring((folder / name).read_text())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == count


def test_a_pack_shows_the_parts_that_such_a_pilot_has(export):
    cases = (export("-d", "shape=snapshots", *OWN_CASE) / "architecture.md").read_text()
    assert "| Table of cases | " in cases
    assert "| Ledger | " not in cases
    events = (export() / "architecture.md").read_text()
    assert "| Ledger | " in events
    assert "| Table of cases | " not in events


def test_a_page_shows_code_as_code_and_names_files_that_a_pilot_has(export, builtin):
    page = (export() / "architecture.html").read_text()
    assert "alert <code>KpiWorse</code>" in page
    assert "`" not in page
    pilot = render(builtin, accept_answers(builtin, {"prepared_for": "production"}))
    named = re.findall(r"<code>([\w/.]+/[\w.]+)</code>", page)
    assert named
    for path in named:
        assert any(made.endswith(f"/{path}") or made == path for made in pilot), path


@pytest.mark.parametrize(("text", "box"), [("#ffffff", "#1f5fae"), ("#0b1117", "#5b9bee")], ids=["light", "dark"])
def test_every_line_of_the_pilots_own_box_can_be_read(export, text, box):
    """WCAG 2.2, 1.4.3: 4.5 to 1; also the small line, which another rule coloured in the dark."""
    bright = [luminance(colour) + 0.05 for colour in (text, box)]
    assert max(bright) / min(bright) >= 4.5
    drawn = (export() / "surroundings.svg").read_text()
    assert ".board .focus-text, .board .focus-text.kind { fill: #fff; }" in drawn
    assert ".board .focus-text, .board .focus-text.kind { fill: #0b1117 } }" in drawn


def luminance(colour):
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_an_export_is_repeated_and_leaves_other_files_alone(export):
    folder = export()
    (folder / "notes.txt").write_text("ours")
    first = (folder / "architecture.html").read_bytes()
    assert export() == folder
    assert (folder / "architecture.html").read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == sorted((*NAMES, "notes.txt"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "There is no architecture nope"),
        (["batch_scoring", "-d", "integrations=oracle"], "is none of the choices"),
        (["batch_scoring", "--to", "/proc/nowhere"], "cannot be written"),
    ],
    ids=["architecture", "integration", "folder"],
)
def test_what_cannot_be_exported_is_one_sentence(arguments, message, tmp_path):
    done = pilotline("architectures", "export", *arguments, cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert list(tmp_path.iterdir()) == []


def test_texts_of_a_catalog_are_shown_and_never_obeyed():
    files = {
        "copier.yml": "architecture: {type: str, default: x}\ndata_classification: public\npersonal_data: false\n",
        "reference_architectures/x/architecture.yml": json.dumps(
            {
                "title": "<script>alert(1)</script>",
                "components": [{"id": "a", "title": "A|B <b>", "kind": "code", "does": "one | two\nthree"}],
            }
        ),
        "reference_architectures/x/decisions/0001-x.md": "# 1. Why\n\n<img src=x onerror=alert(1)>\n",
    }
    catalog = snapshot(files)
    pack = gather_pack(catalog, "x", accept_answers(catalog, {}))
    page = write_html(pack)
    assert "<script" not in page
    assert "<img" not in page
    assert "| A\\|B &lt;b> | one \\| two three |" in write_markdown(pack)


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("chromium") is None and not os.environ.get("PILOTLINE_REQUIRE_SERVICES"),
    reason="chromium is not installed",
)
@pytest.mark.parametrize("width", [400, 1200])
def test_the_page_fits_narrow_and_wide_windows(export, tmp_path, width):
    page = export("-d", "integrations=postgres,mlflow_server") / "architecture.html"
    probe = tmp_path / "probe.html"
    script = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script>"
    probe.write_text(page.read_text().replace("</body>", f"{script}</body>"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900", "--dump-dom", str(probe)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search(r"<title>(\d+) of (\d+)</title>", shown)
    assert found is not None
    assert int(found[1]) <= int(found[2]), "nothing sticks out of the window"
