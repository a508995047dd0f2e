"""What questions are for is data of a catalog: no question is known by its name."""

import pytest

from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.questions import unknown_role
from pilotline.template.answers import accept_answers
from pilotline.template.question_roles import CALLED, QuestionRoles, read_roles, said
from pilotline.template.questions import open_names
from tests.helpers import build_file_tree, snapshot

ASKED = "who: {type: str, default: a}\nwhere: {type: str, choices: [x, y], default: x}\n"


def catalog(roles):
    return f"{ASKED}question_roles: {{type: yaml, when: false, default: {roles}}}\n"


def test_every_role_of_the_built_in_catalog_is_of_a_question_that_is_asked(builtin):
    roles = read_roles(builtin)
    assert {name for _, name in roles.names()} <= open_names(builtin)
    assert set(roles.only_where_open) | set(roles.settled_by) <= set(roles.one_by_one)


def test_the_built_in_catalog_says_what_it_calls_every_answer_that_pilotline_reads(builtin):
    roles, answers = read_roles(builtin), accept_answers(builtin, {})
    # Its pilots are checked with what every pilot is, so it names no commands.
    assert {what for what in CALLED if roles.call(what) not in answers.values} == {"checks"}
    assert said(answers.values, "title") == answers.values["project_name"]
    assert set(roles.called) | {"architecture", "integrations", "stage", "checks"} == set(CALLED)


def test_another_catalog_may_call_them_otherwise_or_have_none():
    text = (
        "name: {type: str, default: Ada}\nquestion_roles: {type: yaml, when: false, default: {called: {title: name}}}\n"
    )
    answers = accept_answers(snapshot({"copier.yml": text}), {})
    assert said(answers.values, "title") == "Ada"
    assert said(answers.values, "summary") is None
    assert said({}, "title") is None


@pytest.mark.parametrize("text", [ASKED, catalog("none"), catalog("[fixed]"), catalog("{fixed: who}")])
def test_a_template_that_says_nothing_of_them_has_questions_that_are_all_alike(text):
    assert read_roles(snapshot({"copier.yml": text})) == QuestionRoles()


def test_roles_are_read_by_their_names():
    said = catalog(
        "{outcome: [who], settled_by: {where: [who]}, blank_beside: {who: {where: y}}, sibling_begins: {where: y}}"
    )
    roles = read_roles(snapshot({"copier.yml": said}))
    assert (roles.outcome, roles.settled_by) == (("who",), {"where": ("who",)})
    assert (roles.blank_beside, roles.sibling_begins) == ({"who": {"where": "y"}}, {"where": "y"})
    assert sorted(set(roles.names())) == [
        ("blank_beside", "who"), ("outcome", "who"), ("settled_by", "where"), ("sibling_begins", "where"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ("{outcome: [whom]}", "question_roles gives whom the role outcome; it is not asked."),
        ("{called: {titel: who}}", "question_roles names titel in called, which nothing reads."),
        ("{called: {title: whom}}", "question_roles calls whom the title; there is no such answer."),
        ("{outcom: [who]}", "question_roles names the role outcom, which there is not."),
        ("{outcome: who}", "question_roles: outcome is no list and no mapping."),
        ("{fixed: [question_roles]}", "question_roles gives question_roles the role fixed; it is not asked."),
    ],
)  # fmt: skip
def test_a_role_of_nothing_is_found(tmp_path, roles, message):
    build_file_tree(tmp_path, {"copier.yml": catalog(roles), "a.txt": ""})
    assert [found.message for found in unknown_role.check(Subject(tmp_path))] == [message]


def test_the_catalog_is_tried_with_what_is_combined(tmp_path):
    build_file_tree(tmp_path, {"copier.yml": catalog("{combined: [where]}"), "a.txt": ""})
    assert {case.label for case in Subject(tmp_path).cases} >= {"where=x", "where=y"}
