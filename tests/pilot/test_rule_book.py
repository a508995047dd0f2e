"""A pilot whose rule book is older or newer is told which rule differs, wherever it is judged."""

import json

import pytest

from pilotline.pilot.rule_book import explain_differing_rules, find_differing_rules
from tests.helpers import build_file_tree, commit_all, pilotline
from tests.rules.conftest import CARRIED

BOOK = {f"_platform/rules/{path.name}": path.read_bytes() for path in CARRIED.glob("*.py")}
PLATFORM = {"_platform/__init__.py": b""}


def differing(files, package="src/x/"):
    return find_differing_rules({f"src/x/{path}": content for path, content in files.items()}.get, package)


def test_the_same_book_differs_in_nothing():
    assert differing(PLATFORM | BOOK) == ()
    crlf = {path: content.replace(b"\n", b"\r\n") for path, content in BOOK.items()}
    assert differing(PLATFORM | crlf) == ()
    assert explain_differing_rules(()) == ""


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"policies.py": b"older"}, ("policies",)),
        ({"kpi_definition.py": b"", "worth.py": b"# newer"}, ("kpi definition", "worth")),
        ({"__init__.py": b"another docstring"}, ()),
    ],
)
def test_another_rule_is_named(change, named):
    assert differing(PLATFORM | BOOK | {f"_platform/rules/{name}": text for name, text in change.items()}) == named


def test_a_pilot_from_before_the_book_and_a_repository_that_judges_nothing():
    assert "older than the rule book" in differing(PLATFORM)[0]
    assert differing({}) == ()
    assert differing(PLATFORM, package="") == ()


def test_two_versions_of_a_catalog_two_books_and_one_after_the_upgrade(tmp_path):
    older = BOOK | {"_platform/rules/policies.py": b'"""As it was."""\n'}
    fixed = {
        "copier.yml": "_exclude: [copier.yml]\nname: {type: str, default: x}\n",
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "pilot.yml": "name: x\npackage: x\nstage: sandbox\n",
        "src/x/_platform/__init__.py": "",
    }
    catalog = tmp_path / "catalog"
    for version, book in (("v1.0.0", older), ("v2.0.0", BOOK)):
        build_file_tree(catalog, fixed | {f"src/x/{path}": text.decode() for path, text in book.items()})
        commit_all(catalog, version, tag=version)
    pilot = tmp_path / "pilot"
    assert pilotline("new", pilot, "--defaults", "--catalog", f"{catalog}@v1.0.0").code == 0

    told = [each["message"] for each in json.loads(pilotline("check", pilot, "--json").out)["notices"]]
    assert any("judge by other rules than this pilotline (policies)" in message for message in told), told
    assert pilotline("upgrade", "--commit", cwd=pilot).code == 0
    told = [each["message"] for each in json.loads(pilotline("check", pilot, "--json").out)["notices"]]
    assert [message.partition(";")[0] for message in told] == ["People whose work changes have had no say yet"]
