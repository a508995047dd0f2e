"""On its first day a pilot is only asked what its team alone can say: nothing that came out of the catalog is found."""

import pytest

from pilotline.pilot.stages import Stage
from pilotline.readiness.registry import builtin_checks
from pilotline.readiness.results import Status
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.helpers import TODAY, example

ASKS_THE_TEAM = {"OWN002", "GOV002", "VAL006"}
"""Who owns it, whether its use is prohibited, and what the KPI was and is worth before."""


@pytest.mark.parametrize("architecture", ["batch_scoring", "realtime_scoring", "rag_assistant"])
@pytest.mark.parametrize("prepared_for", ["sandbox", "production"])
def test_an_example_leaves_open_what_its_team_alone_can_say(architecture, prepared_for):
    files = example(architecture=architecture, prepared_for=prepared_for)
    assert found_in(files) == ASKS_THE_TEAM


def found_in(files):
    repo = Repository.of(files, TODAY, CatalogOrigin())
    checks = [check for check in builtin_checks() if check.card.stage == Stage.SANDBOX]
    found = run_checks(repo, checks)  # what only a commit or a command can prove is left out
    return {
        result.card.id
        for result in found
        if result.status in {Status.FAIL, Status.ERROR} and result.stage == Stage.SANDBOX
    }
