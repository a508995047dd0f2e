"""The wizard as a person meets it: a real terminal, real keys."""

import sys

import pexpect
import pytest
import yaml

ENTER, DOWN, CLEAR = "\r", "\x1b[B", "\x15"


@pytest.fixture
def talk(tmp_path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "pilotline", "new", str(tmp_path / "pilot")],
        encoding="utf-8",
        timeout=30,
        dimensions=(50, 140),
    )
    yield child
    child.close(force=True)


def answer(child, question, keys):
    child.expect_exact(question)
    child.send(keys + ENTER)


def walk_to_the_review(child):
    answer(child, "What is the pilot called?", f"{CLEAR}Late payers")
    answer(child, "Which of the organisation's objectives", DOWN)
    answer(child, "Which outcome will show that it works?", f"{CLEAR}Days until paid")
    answer(child, "What is that KPI today", f"{CLEAR}41")
    answer(child, "Which value shall it reach?", f"{CLEAR}30")
    answer(child, "What is one unit of the KPI worth", f"{CLEAR}900")
    answer(child, "Who owns the outcome?", f"{CLEAR}ada")
    answer(child, "Which reference architecture", "")
    child.expect_exact("Everything else has a default")


def test_eight_questions_then_one_screen(talk, tmp_path):
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


def test_another_answer_is_changed_on_the_review_screen(talk, tmp_path):
    walk_to_the_review(talk)
    talk.send(DOWN + ENTER)
    answer(talk, "Name of the Python package", f"{CLEAR}payers")
    talk.expect_exact("Everything else has a default")
    talk.send(ENTER)
    talk.expect(pexpect.EOF)
    assert yaml.safe_load((tmp_path / "pilot/.copier-answers.yml").read_text())["package_name"] == "payers"


def test_a_refused_answer_is_asked_again(talk):
    answer(talk, "What is the pilot called?", CLEAR)
    talk.expect_exact("A name has 1 to 80 characters")


def test_ctrl_c_leaves_nothing(talk, tmp_path):
    talk.expect_exact("What is the pilot called?")
    talk.sendintr()
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 130
    assert list(tmp_path.iterdir()) == []
