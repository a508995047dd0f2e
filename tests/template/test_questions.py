import pytest

from pilotline.errors import AnswersError, CatalogError
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.questions import parse_questions
from tests.helpers import snapshot

COPIER_YML = """
name: {type: str, default: Ada, help: "Who?"}
size: {type: int, default: "{{ name | length }}", validator: "{% if size > 9 %}too big{% endif %}"}
colours: {type: str, multiselect: true, choices: {Red: red, Blue: blue, Green: green}, default: [red]}
shade: {type: str, choices: [light, dark], default: light, when: "{{ 'red' in colours }}"}
total: {type: int, when: false, default: "{{ size + 1 }}"}
secret: {type: str, secret: true, default: hush}
short: 7
"""


@pytest.fixture
def catalog():
    return snapshot({"copier.yml": COPIER_YML})


def test_defaults_see_the_answers_before_them(catalog):
    answers = accept_answers(catalog, {"name": "Grace"})

    assert answers.values["size"] == 5
    assert answers.values["total"] == 6


def test_computed_and_secret_answers_are_not_recorded(catalog):
    recorded = accept_answers(catalog, {}).recorded

    assert "total" not in recorded
    assert "secret" not in recorded
    assert recorded["short"] == 7


def test_a_question_that_is_off_is_neither_asked_nor_recorded(catalog):
    answers = accept_answers(catalog, {"colours": "[blue]", "shade": "dark"})

    assert "shade" not in answers.recorded
    assert answers.values["shade"] == "light"


@pytest.mark.parametrize("given", ["[green, red]", "green,red", ["green", "red"], "- green\n- red"])
def test_several_choices_are_kept_in_the_catalog_s_order(catalog, given):
    assert accept_answers(catalog, {"colours": given}).values["colours"] == ["red", "green"]


def test_all_wrong_answers_are_reported_together(catalog):
    with pytest.raises(AnswersError) as raised:
        accept_answers(catalog, {"size": "many", "colours": "[pink]", "nmae": "x", "shade": "grey"})

    problems = {problem.question: problem.reason for problem in raised.value.problems}
    assert problems.keys() == {"nmae", "size", "colours", "shade"}
    assert "did you mean name?" in problems["nmae"]
    assert "is not a whole number" in problems["size"]
    assert "red, blue, green" in problems["colours"]


def test_the_catalog_s_own_rule_is_the_message(catalog):
    with pytest.raises(AnswersError, match="size: too big"):
        accept_answers(catalog, {"size": "10"})


def test_a_default_that_breaks_a_rule_is_a_problem_too(catalog):
    with pytest.raises(AnswersError, match="size: too big"):
        accept_answers(catalog, {"name": "Maximilian-Alexander"})


def test_a_required_answer_is_not_taken_from_the_default(catalog):
    with pytest.raises(AnswersError, match=r"name is missing: Who\?"):
        accept_answers(catalog, {}, required=["name"])
    assert accept_answers(catalog, {"name": "Ada"}, required=["name"]).values["name"] == "Ada"


def test_a_question_without_a_default_must_be_answered():
    catalog = snapshot({"copier.yml": "name: {type: str}\n"})
    _, problems = resolve_answers(catalog, {})
    assert list(map(str, problems)) == ["name is missing: it has no default"]


def test_computed_answers_cannot_be_given(catalog):
    with pytest.raises(AnswersError, match="total: there is no such question"):
        accept_answers(catalog, {"total": "5"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: {type: '{{ 1 }}', default: x}", "has the type '1'"),
        ("name: {type: str, default: '{{ 1/0 }}'}", "name: division by zero"),
        ("name: {type: str, default: '{% if %}'}", "question name: Expected an expression"),
        ("name: {type: str, choices: '{{ \"[\" }}', default: x}", "choices of name are no YAML"),
    ],
)
def test_a_mistake_in_the_catalog_names_the_question(text, message):
    with pytest.raises(CatalogError, match=message):
        resolve_answers(snapshot({"copier.yml": text}), {})


def test_the_built_in_catalog_asks_at_most_31_questions_each_with_help_and_default(builtin):
    asked = [question for question in parse_questions(builtin) if question.when is not False]

    assert len(asked) <= 31
    assert [question.name for question in asked if not question.help or not question.has_default] == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ai_act_class": "prohibited"}, "Article 5"),
        ({"objective": "world-peace"}, "none of the choices: keep-revenue"),
        ({"kpi_baseline": "nan"}, "finite"),
        ({"kpi_target": "1", "kpi_direction": "higher"}, "1 is not higher than the baseline"),
        ({"kpi_direction": "lower"}, "is not lower than the baseline"),
        ({"kpi_baseline": "5", "kpi_target": "5"}, "nothing would have to change"),
        ({"kpi_unit_value": "0"}, "above 0"),
        ({"package_name": "class"}, "word of Python"),
        ({"package_name": "pandas"}, "would hide a module"),
        ({"package_name": "Über"}, "a-z, 0-9"),
        ({"project_name": ""}, "1 to 80 characters"),
        ({"project_name": "日本"}, "needs a letter"),
        ({"owner": " "}, "An owner has"),
        ({"currency": "eur"}, "three capital letters"),
        ({"due_date": "2026-02-30"}, "YYYY-MM-DD"),
        ({"created_on": "2026-05-01", "due_date": "2026-04-01"}, "lies after 2026-05-01"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_the_built_in_catalog_refuses_what_cannot_become_a_pilot(builtin, given, message):
    with pytest.raises(AnswersError, match=message):
        accept_answers(builtin, given)


def test_the_direction_is_read_off_baseline_and_target(builtin):
    assert accept_answers(builtin, {"kpi_baseline": "9", "kpi_target": "4"}).values["kpi_direction"] == "lower"
