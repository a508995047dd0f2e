"""What is accepted as a licence, and what an exception holds."""

from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from licences.check import Rules, closure, declared_licence, installed_in, is_accepted, problems, read_rules
from tests.helpers import ROOT, build_file_tree

RULES = Rules(frozenset({"MIT", "Apache-2.0"}), {"Apache Software License": "Apache-2.0"}, {})


def installed(folder: Path, **metadata: str) -> dict[str, Distribution]:
    """Make distributions as pip would leave them, from lines of their metadata."""
    for name, lines in metadata.items():
        text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1\n{lines}\n"
        build_file_tree(folder, {f"{name}-1.dist-info/METADATA": text})
    return {found.metadata["Name"]: found for found in distributions(path=[str(folder)])}


@pytest.mark.parametrize(
    ("declared", "accepted"),
    [
        ("MIT", True),
        ("Apache Software License", True),
        ("MIT AND Apache-2.0", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("(GPL-3.0-only OR MIT) AND Apache-2.0", True),
        ("GPL3", False),
        ("nothing", False),
        ("Copyright by somebody", False),
    ],
)
def test_a_declaration_is_accepted_by_the_licences_that_it_leaves(declared, accepted):
    assert is_accepted(declared, RULES) is accepted


@pytest.mark.parametrize(
    ("lines", "declared"),
    [
        ("License-Expression: MIT\nClassifier: License :: OSI Approved :: BSD License", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: whatever", "BSD License"),
        ("Classifier: License :: OSI Approved :: B\nClassifier: License :: OSI Approved :: A", "A AND B"),
        ("Classifier: License :: OSI Approved\nLicense: GPL3", "GPL3"),
        ("License: UNKNOWN", "nothing"),
        ("", "nothing"),
    ],
)
def test_the_most_exact_declaration_counts(tmp_path, lines, declared):
    assert declared_licence(installed(tmp_path, one=lines)["one"]) == declared


def test_what_a_dependency_brings_is_looked_at_too(tmp_path):
    found = installed(
        tmp_path,
        one='Requires-Dist: two>=1\nRequires-Dist: three; extra == "more"\nRequires-Dist: four; python_version < "3"',
        two="License: GPL3",
        three="License-Expression: MIT",
    )
    assert set(closure(["one"], found)) == {"one", "two"}
    assert set(closure(["one[more]"], found)) == {"one", "two", "three"}
    with pytest.raises(LookupError, match="five is not installed"):
        closure(["five"], found)


def test_an_exception_holds_for_the_declaration_that_it_was_made_for(tmp_path):
    found = installed(tmp_path, two="License: GPL3")
    excepted = Rules(RULES.accepted, {}, {"two": {"declares": "GPL3", "reason": "r"}})
    assert list(problems(found, RULES)) == ["two declares 'GPL3', which is not accepted"]
    assert list(problems(found, excepted)) == []
    changed = Rules(RULES.accepted, {}, {"two": {"declares": "GPL2", "reason": "r"}})
    assert list(problems(found, changed)) == ["two now declares 'GPL3'; its exception was made for 'GPL2'"]


def test_every_exception_has_its_reason():
    assert all(item["reason"] for item in read_rules(ROOT / "licences" / "accepted.toml").exceptions.values())


def test_pilotline_without_extras_installs_nothing_under_gpl():
    found = closure(["pilotline"], installed_in(None))
    assert not {"copier", "jinja2-ansible-filters"} & set(found)
    assert "jinja2-ansible-filters" in closure(["pilotline[copier]"], installed_in(None))
