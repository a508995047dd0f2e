"""Checks that became rows of the organisation's language say what they said as code, word by word and line by line."""

import json

import pytest

from pilotline.readiness.field_checks import FieldCheck
from tests.readiness.helpers import find_check
from tests.readiness.manifest_corpus import KEYS, SAID, group, said_by

EXPECTED = json.loads(SAID.read_text())


@pytest.mark.parametrize("name", KEYS)
def test_a_row_says_what_the_code_before_it_said(name):
    assert isinstance(find_check(name), FieldCheck)
    found = json.loads(json.dumps(group(said_by(name))))
    assert [row for row in found if row not in EXPECTED[name]] == []
    assert found == EXPECTED[name]


def test_the_corpus_knows_each_row_and_shows_it_well_and_not():
    assert KEYS.keys() == EXPECTED.keys()
    for name, rows in EXPECTED.items():
        assert {"pass", "fail"} <= {said[0] for said, *_ in rows}, name
        assert sum(len(titles) for _, *titles in rows) > 30, name
