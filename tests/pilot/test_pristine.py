"""A pilot as its catalog made it: the same bytes, whoever asks and whatever the team did since."""

import pytest

from pilotline.catalog.catalogs import Catalogs
from pilotline.errors import AnswersError
from pilotline.pilot.pilot import open_pilot, recorded_version
from pilotline.pilot.pristine import recall_pristine
from tests.helpers import files_below
from tests.upgrade.helpers import edit, make_pilot

FILES = {
    "copier.yml": "_exclude: [copier.yml]\n_skip_if_exists: [own.txt]\nname: {type: str, default: ada}\n"
    "package_name: {type: str, default: first}\n",
    "src/{{ package_name }}/__init__.py.jinja": "# {{ package_name }}\n",
    "own.txt": "seed\n",
    "who.txt.jinja": "{{ name }}\n",
}


@pytest.fixture
def pilot(tmp_path):
    return make_pilot(tmp_path, FILES, {**FILES, "later.txt": "later\n"})


def recall(folder):
    pilot = open_pilot(folder)
    return recall_pristine(Catalogs().base(pilot.source, recorded_version(pilot)), pilot.answers, pilot.names)


def test_it_is_what_the_pilot_was_before_a_hand_touched_it(pilot):
    made = files_below(pilot)
    edit(pilot, {"who.txt": "eve\n", "own.txt": None})
    found = recall(pilot)
    tree = found.render()
    assert {path: file.content for path, file in tree.items()} == made
    assert found.owners(tree)["own.txt"] == "seed"
    owned = found.render_owned()
    assert {path: owned[path] for path in owned} == {path: tree[path] for path in tree if path != "own.txt"}


def test_it_stands_under_the_name_that_the_package_has_now(pilot):
    edit(
        pilot, {"pilot.yml": "package: second\n", "src/first/__init__.py": None, "src/second/__init__.py": "# first\n"}
    )
    found = recall(pilot)
    assert found.render()["src/second/__init__.py"].content == b"# second\n"
    assert found.answers.recorded["package_name"] == "first"


def test_answers_that_the_version_refuses_are_named(pilot):
    answers = pilot / ".copier-answers.yml"
    edit(pilot, {".copier-answers.yml": answers.read_text().replace("name: ada", "name: [ada]")})
    with pytest.raises(AnswersError):
        recall(pilot)
