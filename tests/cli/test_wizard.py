"""The wizard as a person meets it: a real terminal, real keys."""

import os
import re
import sys

import pexpect
import pytest
import yaml

from pilotline.cli.prompts import Prompt
from pilotline.template.answers import accept_answers
from pilotline.template.question_roles import read_roles
from tests.helpers import build_file_tree

ENTER, UP, DOWN, TAB, CLEAR = "\r", "\x1b[A", "\x1b[B", "\t", "\x15"
OUTCOME = [
    part
    for pair in (
        "objective=keep-revenue", "kpi=Days until paid", "kpi_unit=days", "currency=EUR",
        "kpi_baseline=41", "kpi_target=30", "kpi_unit_value=900",
        "owner=ada", "architecture=batch_scoring", "use_case=rank-and-predict",
    )
    for part in ("-d", pair)
]  # fmt: skip
STAGES = {
    "What is the pilot called?": ENTER,
    "Which of the organisation's objectives": ENTER,
    "Does it start with the worked example": ENTER,
    "Which outcome will show": ENTER,
    "In which unit is it counted": ENTER,
    "What is that KPI today": ENTER,
    "Which value shall it reach": ENTER,
    "In which currency": ENTER,
    "What is an improvement worth": ENTER,
    "Who owns the outcome?": ENTER,
    "Which reference architecture": ENTER,
    "Which use of AI is it": ENTER,
    "Everything else has an answer": DOWN + ENTER,
    "Name of the Python package": ENTER,
}


@pytest.fixture
def start(tmp_path):
    """Start `pilotline new`, or another verb, on a terminal of its own."""
    children = []

    def spawn(*arguments, environment=None, columns=140, verb=("new",)):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "pilotline", *verb, *arguments],
            cwd=str(tmp_path),
            env={**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **(environment or {})},
            encoding="utf-8",
            timeout=30,
            dimensions=(50, columns),
        )
        children.append(child)
        return child

    yield spawn
    for child in children:
        child.close(force=True)


@pytest.fixture
def talk(start):
    return start("pilot")


def answer(child, question, keys):
    child.expect_exact(question)
    child.send(keys + ENTER)


def walk_to_the_review(child):
    answer(child, "What is the pilot called?", "Late payers")
    answer(child, "Which of the organisation's objectives", DOWN)
    answer(child, "Does it start with the worked example", "")
    answer(child, "Which outcome will show that it works?", "Days until paid")
    answer(child, "In which unit is it counted?", "days")
    answer(child, "What is that KPI today", "41")
    answer(child, "Which value shall it reach", "30")
    answer(child, "In which currency", "EUR")
    answer(child, "What is an improvement worth", "900")
    answer(child, "Who owns the outcome?", "ada")
    answer(child, "Which reference architecture", "")
    answer(child, "Which use of AI is it", "")
    child.expect_exact("Everything else has an answer")


def test_the_outcome_first_then_one_screen(talk, tmp_path):
    walk_to_the_review(talk)
    talk.expect_exact("package_name")
    talk.expect_exact("late_payers")
    talk.send(ENTER)
    talk.expect(pexpect.EOF)
    talk.close()

    assert talk.exitstatus == 0
    recorded = yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())
    assert recorded["project_name"] == "Late payers"
    assert recorded["objective"] == "lower-cost-to-serve"
    assert recorded["kpi_baseline"] == 41.0
    assert recorded["owner"] == recorded["data_owner"] == "ada"


def test_a_restricted_use_asks_how_its_condition_is_met_and_a_forbidden_one_is_not_offered(start, tmp_path):
    said = ("-d", "project_name=Late payers", "-d", "start=own_case", "-d", "kpi_direction=lower")
    child = start("pilot", *OUTCOME[:-2], *said)
    child.expect_exact("Which use of AI is it")
    child.expect_exact("(Not here: Articles 5")
    child.send(DOWN * 2 + ENTER)
    answer(child, "Each act can be undone", "Ten a day, undone by a click")
    child.expect_exact("Everything else has an answer")
    child.send(ENTER)
    child.expect(pexpect.EOF)
    uses = yaml.safe_load((tmp_path / "pilot/pilot.yml").read_text())["uses"]
    assert (uses["case"], uses["condition_met"]) == ("act-in-systems", "Ten a day, undone by a click")


def test_what_only_pilots_of_before_have_is_not_offered(talk):
    answer(talk, "What is the pilot called?", "Late payers")
    answer(talk, "Which of the organisation's objectives", DOWN)
    answer(talk, "Does it start with the worked example", "")
    talk.expect_exact("Which outcome will show that it works?")
    assert "A case of your own" in talk.before
    assert "before this was asked" not in talk.before


def test_another_answer_is_changed_on_the_review_screen(talk, tmp_path):
    walk_to_the_review(talk)
    talk.send(DOWN + ENTER)
    answer(talk, "Name of the Python package", "payers")
    talk.expect_exact("Everything else has an answer")
    talk.send(ENTER)
    talk.expect(pexpect.EOF)
    assert yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())["package_name"] == "payers"


def test_enter_takes_the_example_and_a_destination_suggests_the_name(start, tmp_path):
    child = start("late-payers", "--dry-run")
    child.expect_exact("Enter takes what stands in [brackets]")
    child.expect_exact("[Late payers]")
    child.send(ENTER)
    child.expect_exact("Which of the organisation's objectives")
    child.send(ENTER)
    answer(child, "Does it start with the worked example", "")
    child.expect_exact("[Revenue of lapsing customers reached per 100 calls]")
    child.send(ENTER)
    for example in ("[GBP per 100 calls]", "[49833]", "[60000]", "[GBP]", "[0.03]", "[example-head-of-sales]"):
        child.expect_exact(example)
        child.send(ENTER)
    answer(child, "Which reference architecture", "")
    answer(child, "Which use of AI is it", "")
    child.expect_exact("Everything else has an answer")
    child.send(ENTER)
    child.expect_exact("would be written; nothing was.")
    child.expect(pexpect.EOF)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_answer_is_changed_from_the_review_screen(talk, tmp_path):
    walk_to_the_review(talk)
    talk.send(UP + ENTER)
    talk.expect_exact("Which one?")
    talk.send(ENTER)
    answer(talk, "What is the pilot called?", f"{TAB} at last")
    talk.expect_exact("Everything else has an answer")
    talk.send(ENTER)
    talk.expect(pexpect.EOF)
    assert yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())["project_name"] == "Late payers at last"


def test_a_taken_folder_is_told_before_anything_is_lost(start, tmp_path):
    build_file_tree(tmp_path, {"late-payers/mine.txt": ""})
    child = start(*OUTCOME, "-d", "project_name=Late payers")
    child.expect_exact("Mend this first: late-payers is not empty")
    child.expect_exact("Description: Name of the Python package")
    child.send(ENTER)
    answer(child, "Name of the Python package", "payers")
    child.expect_exact("Everything else has an answer")
    child.send(ENTER)
    child.expect(pexpect.EOF)
    assert (tmp_path / "payers/.copier-answers.yml").is_file()


def test_who_gave_the_outcome_sees_the_one_screen_at_once(start):
    child = start("pilot", *OUTCOME, "-d", "project_name=Late payers")
    child.expect_exact("Everything else has an answer")


def test_a_prohibited_practice_cannot_be_chosen_and_the_article_is_named(start, builtin):
    child = start("pilot", *OUTCOME, "-d", "project_name=Late payers")
    child.expect_exact("Everything else has an answer")
    asked = [item.question.name for item in accept_answers(builtin, {}).questions if item.asked]
    rows = [name for name in asked if name not in read_roles(builtin).one_by_one]
    child.send(DOWN * (rows.index("ai_act_class") + 1) + ENTER)
    child.expect_exact("Risk class under the EU AI Act")
    child.expect_exact("Article 5 of the EU AI Act")


@pytest.mark.parametrize(
    ("question", "typed", "problem"),
    [
        ("What is the pilot called?", "!!!", "A name needs a letter or digit"),
        ("What is that KPI today", "12,5", "A baseline is a number, or"),
        ("Which value shall it reach", "nan", "A target is a finite number"),
        ("What is an improvement worth", "-1", "The value of one unit is above 0"),
        ("Who owns the outcome?", "x" * 81, "An owner has 1 to 80 characters"),
    ],
)
def test_a_refused_answer_says_why_and_is_asked_again(talk, question, typed, problem):
    for asked, keys in STAGES.items():
        talk.expect_exact(asked)
        if asked == question:
            break
        talk.send(keys)
    talk.send(typed + ENTER)
    talk.expect_exact(problem)


@pytest.mark.parametrize("stage", [*STAGES, "ctrl-d"])
def test_leaving_at_any_stage_leaves_nothing(start, tmp_path, stage):
    child = start("pilot")
    for place, keys in STAGES.items():
        child.expect_exact(place)
        if stage in {place, "ctrl-d"}:
            child.send("\x04" if stage == "ctrl-d" else "\x03")
            break
        child.send(keys)
    child.expect_exact("Interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["no-colour", "dumb"])
def test_a_plain_terminal_is_enough(start, environment):
    child = start("pilot", environment=environment)
    child.expect_exact("What is the pilot called?")
    child.send(ENTER)
    child.expect_exact("Which of the organisation's objectives")


SPOKEN = {
    "What is the pilot called?": ENTER,
    "Which of the organisation's objectives does it serve?": ENTER,
    "Does it start with the worked example, or with a case of your own?": UP + ENTER,
    "Which outcome will show that it works? (the KPI)": f"Days until paid{ENTER}",
    "In which unit is it counted?": f"days{ENTER}",
    "(the baseline; `not measured yet` when nobody has measured it)": f"41{ENTER}",
    "Which value shall it reach, in days? (or a change of the baseline, such as `-20 %`)": f"41{ENTER}",
    "The target is the baseline: then nothing would have to change": f"30{ENTER}",
    "In which currency are values and costs? (ISO 4217, three letters)": f"EUR{ENTER}",
    "in EUR per unit? (its unit: days; `not known yet` when nobody knows) [not known yet]": ENTER,
    "Who owns the outcome? (a person, a role or a team handle)": f"ada{ENTER}",
    "is it built on? (`pilotline architectures` explains them)": ENTER,
    "Which use of AI is it, of those that the organisation's policies name?": ENTER,
    "Everything else has an answer. Create it? (Enter on a line changes it)": "",
}


@pytest.mark.parametrize("columns", [40, 80])
def test_lines_break_between_words(start, columns):
    child = start("pilot", columns=columns)
    between = r"(?:\x1b\[[0-9;?]*[a-zA-Z]|\s)+"
    for words, keys in SPOKEN.items():
        child.expect(between.join(map(re.escape, words.split())))
        child.send(keys)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_what_stays_on_the_screen_fits_it(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    title, given = "Which value shall it reach, in days?", "a change of the baseline that is said in many words"
    Prompt("7/11", title).show(given)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().out)
    assert " ".join(shown.split()) == f"7/11 {title} {given}"
    assert max(map(len, shown.splitlines())) <= columns


def test_one_habit_everywhere_enter_keeps_typing_replaces_tab_edits(start, tmp_path):
    child = start("pilot", *OUTCOME, "-d", "project_name=Late payers", "-d", "screened_by=ada")
    package, screened = DOWN + ENTER, UP * 5 + ENTER
    for row, question, keys in (
        (package, "Name of the Python package", ""),
        (package, "[late_payers]", "payers"),
        (package, "[payers]", f"{TAB}_late"),
        (screened, "[ada]", ""),
        (screened, "[ada]", f"{TAB}{CLEAR}"),
    ):
        child.expect_exact("Everything else has an answer")
        child.send(row)
        answer(child, question, keys)
    child.expect_exact("Everything else has an answer")
    child.send(ENTER)
    child.expect(pexpect.EOF)
    recorded = yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())
    assert (recorded["package_name"], recorded["screened_by"]) == ("payers_late", "")


def test_a_narrow_terminal_shortens_values_and_shows_all_of_the_one_pointed_at(start):
    child = start("pilot", *OUTCOME, "-d", "project_name=Late payers of the north", columns=40)
    child.expect(r"package_name +late_payers_…")
    child.send(DOWN)
    child.expect(r"\[late_payers_of_the_north\]")


def test_a_new_catalog_asks_for_the_organisation_s_objectives(start, tmp_path):
    child = start("ours", verb=("catalog", "init"))
    for question, keys in {
        "first objective: what shall": "Grow in Zürich", "of which kind": DOWN, "who owns it": "board",
        "measured by": "orders", "stand today": "", "by when": "100 by 2027", "second objective: what shall": "",
    }.items():  # fmt: skip
        answer(child, question, keys)
    child.expect(pexpect.EOF)
    found = yaml.safe_load((tmp_path / "ours/templates/_organisation/objectives.yml").read_text())
    assert found["objectives"] == [
        {
            "id": "grow-in-zurich", "title": "Grow in Zürich", "kind": "cost", "owner": "board", "measure": "orders",
            "baseline": "not measured yet", "target": "100 by 2027",
        }
    ]  # fmt: skip


def test_whoever_is_not_sure_of_the_architecture_is_asked_for_needs_and_offered_what_fits(start, tmp_path):
    child = start("pilot", *OUTCOME[: OUTCOME.index("architecture=batch_scoring") - 1])
    answer(child, "What is the pilot called?", "Late payers")
    answer(child, "Which reference architecture", UP)
    answer(child, "What does it work on?", "")
    answer(child, "When is the answer needed?", "")
    for question in (
        "Where does the data live?",
        "Who decides in the end?",
        "How are the old systems",
        "How much is at",
    ):
        answer(child, question, UP)
    child.expect_exact("Take Batch scoring (batch_scoring)")
    answer(child, "Which reference architecture", "")
    answer(child, "Which use of AI is it", "")
    answer(child, "Everything else has an answer", "")
    child.expect(pexpect.EOF)
    assert yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())["architecture"] == "batch_scoring"


def test_advice_asks_one_need_after_the_other_and_takes_that_one_is_not_known(start):
    child = start(verb=("architectures", "recommend"))
    answer(child, "What does it work on?", "")
    for question in ("When is", "Where does the data", "Who decides", "How are the old", "How much is at stake"):
        answer(child, question, UP)
    child.expect_exact("Take Batch scoring (batch_scoring)")
    child.expect_exact("What would change the advice")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
