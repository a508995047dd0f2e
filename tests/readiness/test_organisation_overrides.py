"""Only the organisation lowers the bar: what a pilot changed in the organisation's files does not, and is said."""

import pytest

from pilotline.readiness.organisation_overrides import read_lowering
from pilotline.readiness.verdict import judge
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.origin import fingerprint_content
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.helpers import TODAY, edited, pilot, remove, run_one, set_value, write

ORGANISATION = "src/customer_call_list/_platform/organisation.yml"
EXPLAINED = "format: 1\nchanges:\n  - {path: %s, reason: We need it}\n"
LOWER = set_value(ORGANISATION, "lowered", ["OWN002", "VAL006"])


class Renders:
    """A catalog that made one file as it is now."""

    def __init__(self, files):
        self.files = {path: fingerprint_content(content.encode()) for path, content in files.items()}

    def versions(self, source):
        del source

    def owned_files(self, source, version, answers, names):
        del source, version, answers, names
        return self.files

    def file(self, source, version, path):
        del source, version, path


def notices(repo):
    return [notice.message for notice in judge(repo, (), None).notices]


def test_what_the_catalog_lowered_counts_without_a_word():
    files = edited(pilot(), LOWER)
    repo = Repository.of(files, TODAY, Renders({ORGANISATION: str(files[ORGANISATION])}))
    assert read_lowering(repo).checks == ("OWN002", "VAL006")
    assert notices(repo) == []


@pytest.mark.parametrize(
    "also", [[], [write("governance/owned_changes.yml", EXPLAINED % ORGANISATION)]], ids=["", "explained"]
)
def test_what_a_pilot_lowered_itself_still_blocks_and_is_said(also):
    repo = Repository.of(edited(pilot(), LOWER, *also), TODAY, CatalogOrigin())
    assert read_lowering(repo).checks == ()
    (message,) = notices(repo)
    assert f"{ORGANISATION} is not as the catalog made it" in message
    assert "so OWN002, VAL006 still block" in message


def test_an_organisation_s_file_that_was_deleted_or_lost_a_check_is_said():
    for edit in (remove(ORGANISATION), set_value(ORGANISATION, "checks", [{"id": "ACM001"}])):
        repo = Repository.of(edited(pilot(), edit), TODAY, CatalogOrigin())
        assert "only the organisation lowers checks or changes its own" in notices(repo)[0]


def test_without_the_catalog_the_list_counts_and_the_verdict_says_that_nobody_could_compare_it():
    repo = Repository.of(edited(pilot(), LOWER), TODAY)
    assert read_lowering(repo).checks == ("OWN002", "VAL006")
    (message,) = notices(repo)
    assert "OWN002, VAL006 only warn" in message
    assert "cannot be compared with the catalog here" in message
    assert notices(Repository.of(pilot(), TODAY)) == []


ALLOW = set_value(ORGANISATION, "retention", "logs_days", 30)


@pytest.mark.parametrize(
    ("edit", "what"),
    [(ALLOW, "differs from the catalog's"), (remove(ORGANISATION), "was deleted")],
    ids=["changed", "deleted"],
)
def test_policies_that_a_pilot_changed_are_not_the_organisation_s(edit, what):
    explained = write("governance/owned_changes.yml", EXPLAINED % ORGANISATION)
    result = run_one("ENG010", edited(pilot(), edit, explained))
    assert (result.status, result.location.path) == ("fail", ORGANISATION)
    assert f"{ORGANISATION} {what}" in result.message


def test_a_repository_of_no_catalog_has_policies_of_nobody():
    assert run_one("ENG010", {"pilot.yml": "package: mine\n"}).reason == "not_applicable"
