"""A pilot's package hides no module that Python or a dependency brings, whatever the team calls its pilot."""

import subprocess

import pytest

from pilotline.errors import AnswersError
from pilotline.template.answers import accept_answers
from tests.helpers import ROOT

SCRIPT = ROOT / "docs/make_module_names.py"


@pytest.mark.parametrize("name", ["Signal", "Calendar", "Site", "Profile", "Resource", "Packaging", "Nox", "Data"])
def test_a_name_that_would_hide_a_module_is_another_for_the_package(builtin, name):
    given = {"project_name": name, "created_on": "2026-01-01"}
    accepted = accept_answers(builtin, given).values
    assert (accepted["package_name"], accepted["distribution_name"]) == (
        f"pilot_{name.lower()}",
        f"pilot-{name.lower()}",
    )
    with pytest.raises(AnswersError) as caught:
        accept_answers(builtin, {**given, "package_name": name.lower()})
    assert "would hide a module that the pilot needs" in str(caught.value.problems[0])


def test_every_module_that_is_installed_with_a_pilot_is_on_the_list(pilot_environment):
    command = [pilot_environment / "python", SCRIPT, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Nothing is missing.\n")
