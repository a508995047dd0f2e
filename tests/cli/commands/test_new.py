import json
import os
import shutil
import subprocess
import sys

import pexpect
import pytest
import yaml

from pilotline.template.question_roles import read_roles
from pilotline.template.questions import parse_questions
from tests.helpers import IDENTITY, ROOT, build_file_tree, commit_all, files_below, git, pilotline

REAL = {
    "objective": "lower-cost-to-serve",
    "kpi": "Minutes per request",
    "kpi_baseline": "12.5",
    "kpi_target": "8",
    "kpi_unit_value": "0.8",
    "kpi_unit": "minutes",
    "currency": "EUR",
    "owner": "ada@example.org",
}


def data(answers):
    return [part for key, value in answers.items() for part in ("-d", f"{key}={value}")]


def test_without_a_terminal_the_missing_outcome_is_listed_and_nothing_is_written(tmp_path):
    run = pilotline("new", tmp_path / "pilot")

    assert run.code == 2
    for name in ("objective", "kpi", "kpi_baseline", "kpi_target", "kpi_unit_value", "owner"):
        assert f"- {name} is missing" in run.err
    assert "keep-revenue" in run.err
    assert "--defaults" in run.err
    assert list(tmp_path.iterdir()) == []


def test_the_example_says_that_it_is_one(tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults")
    assert run.code == 0, run.err
    assert "this is the example" in run.out
    assert "kpi_baseline" in run.out


def test_real_answers_are_not_marked_as_the_example_s(tmp_path):
    run = pilotline("new", tmp_path / "pilot", *data(REAL), "--json", environment=IDENTITY)
    result = json.loads(run.out)

    assert run.code == 0
    assert result["example_answers"] == []
    assert result["answers"]["kpi_baseline"] == 12.5
    assert result["commit"] == git(tmp_path / "pilot", "rev-parse", "HEAD")
    assert result["next"][0].startswith("cd ")
    assert {entry["path"] for entry in result["files"]} == set(files_below(tmp_path / "pilot"))
    assert {entry["owner"] for entry in result["files"]} == {"owned", "seed", "derived"}


def test_answers_come_from_a_file_and_the_command_line_wins(tmp_path):
    build_file_tree(
        tmp_path, {"answers.yml": "_commit: v9\n" + "".join(f"{key}: {value}\n" for key, value in REAL.items())}
    )

    run = pilotline("new", tmp_path / "pilot", "--answers", tmp_path / "answers.yml", "-d", "owner=grace", "--json")

    assert json.loads(run.out)["answers"]["owner"] == "grace"
    assert json.loads(run.out)["answers"]["kpi"] == "Minutes per request"


def test_a_pilot_s_own_answers_make_the_same_pilot_again(tmp_path):
    assert pilotline("new", tmp_path / "one", *data(REAL)).code == 0
    run = pilotline("new", tmp_path / "two", "--answers", tmp_path / "one/.copier-answers.yml")
    assert run.code == 0, run.err
    assert files_below(tmp_path / "one") == files_below(tmp_path / "two")


def test_answers_that_a_file_gives_twice_are_named(tmp_path):
    (tmp_path / "answers.yml").write_text("kpi_target: 5\nowner: ada\nkpi_target: 7\n")
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--answers", tmp_path / "answers.yml")
    assert (run.code, "answers.yml answers kpi_target more than once" in run.err) == (2, True)
    assert not (tmp_path / "pilot").exists()


def test_without_a_destination_the_folder_is_named_after_the_pilot(tmp_path):
    run = pilotline("new", "--defaults", "-d", "project_name=Late Payers", cwd=tmp_path)
    assert run.code == 0, run.err
    assert [path.name for path in tmp_path.iterdir()] == ["late-payers"]


def test_a_dry_run_lists_the_files_with_their_owner_and_writes_nothing(tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--dry-run")
    listed = pilotline("new", tmp_path / "pilot", "--defaults", "--dry-run", "--json")

    assert run.code == listed.code == 0
    assert "pilot.yml" in run.out
    assert "nothing was" in run.out
    assert {"path", "mode", "size", "owner"} == set(json.loads(listed.out)["files"][0])
    assert list(tmp_path.iterdir()) == []


def test_all_problems_come_at_once_with_exit_code_2(tmp_path):
    run = pilotline(
        "new",
        tmp_path / "pilot",
        "--defaults",
        "-d",
        "kpi_baseline=lots",
        "-d",
        "nmae=x",
        "-d",
        "ai_act_class=prohibited",
    )
    assert run.code == 2
    assert "3 answers need your attention" in run.err
    assert "Article 5" in run.err
    assert not (tmp_path / "pilot").exists()


def test_a_forbidden_use_is_refused_with_its_reason_and_a_restricted_one_asks_for_its_condition(tmp_path):
    for use, said in (
        ("judge-staff", "use_case: Not here: It is agreed with those who represent them"),
        ("act-in-systems", "say how it is met: Each act can be undone"),
    ):
        run = pilotline("new", tmp_path / "pilot", "--defaults", "-d", f"use_case={use}")
        assert (run.code, said in run.err) == (2, True), run.err
    met = ("-d", "use_case=act-in-systems", "-d", "use_condition=Ten a day, all of them undone by a click")
    assert pilotline("new", tmp_path / "pilot", "--defaults", *met).code == 0
    uses = yaml.safe_load((tmp_path / "pilot/pilot.yml").read_text())["uses"]
    assert (uses["case"], uses["condition_met"]) == ("act-in-systems", "Ten a day, all of them undone by a click")
    assert "Ten a day" not in (tmp_path / "pilot/docs/acceptable_use.md").read_text()


def test_errors_are_json_too_for_who_asked_for_json(tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--json", "-d", "objective=none", "-d", "kpi_target=x")
    error = json.loads(run.out)["error"]
    assert (run.code, error["exit_code"]) == (2, 2)
    assert "objective" in error["message"]
    assert [problem.partition(":")[0] for problem in error["problems"]] == ["objective", "kpi_target"]


def test_a_yes_or_no_that_is_neither_is_refused_instead_of_taken_as_yes(tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults", "-d", "personal_data=maybe")
    assert run.code == 2
    assert "personal_data: 'maybe' is not yes or no" in run.err


def test_of_a_kpi_of_one_s_own_nothing_is_claimed_that_nobody_said(tmp_path):
    run = pilotline("new", tmp_path / "pilot", *data(REAL), "--json")
    answers = json.loads(run.out)["answers"]
    for name in ("baseline_source", "baseline_period", "ai_act_reason"):
        assert answers[name] == "not stated yet"
    assert (answers["start"], answers["shape"]) == ("own_case", "none")


def test_an_accented_name_gives_a_readable_package(tmp_path):
    run = pilotline(
        "new",
        tmp_path / "p",
        "--defaults",
        "--json",
        "-d",
        "project_name=Kündigung früh",
        "-d",
        "kpi=Erlös je Łódź",
        "-d",
        "kpi_unit=zł",
        "-d",
        "currency=PLN",
        "-d",
        "kpi_target=10 %",
        "-d",
        "objective=lower-cost-to-serve",
        "-d",
        "owner=ada",
    )
    assert json.loads(run.out)["answers"]["package_name"] == "kuendigung_frueh"
    assert "erloes_je_lodz" in (tmp_path / "p/kpis.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-d", "owner"], "is not KEY=VALUE"),
        (["--answers", "gone.yml"], "gone.yml cannot be read"),
        (["--catalog", "/no/such/place"], "There is no catalog at /no/such/place"),
        (["--catalog", "https://127.0.0.1:1/c.git"], "cannot be reached"),
        (["--catalog", "."], "is no catalog"),
        (["--nope"], "No such option"),
        (["--answers", "."], ". cannot be read"),
        (["--answers", __file__], "test_new.py, line "),
        (["x" * 300], "file name too long"),
        ([""], "needs a name"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_is_wrong_is_one_sentence_with_the_next_step(tmp_path, arguments, message):
    destination = ["pilot"] if arguments[0].startswith("-") else []
    run = pilotline("new", *destination, "--defaults", *arguments, cwd=tmp_path)
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err
    assert len(run.err.strip().splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("copier.yml", "a: 1\nb: [\n", "copier.yml, line 3: "),
        ("copier.yml", "- a\n", "copier.yml holds no questions"),
        ("copier.yml", "a: {default: '{{ b.c }}'}\n", "question a: 'b' is undefined"),
        ("copier.yml", "a: {when: false, type: yaml, default: 'b: ['}\n", "a cannot be computed"),
        ("copier.yml", "a: {default: \"{% include 'gone' %}\"}\n", "question a: the catalog has no file gone"),
        ("text.md.jinja", "one\n\n{{ b.c }}\n", "text.md.jinja, line 3"),
        ("text.md.jinja", "one\n{% if %}\n", "text.md.jinja, line 2"),
    ],
)
def test_a_mistake_in_a_catalog_is_named_with_its_place(tmp_path, path, text, message):
    build_file_tree(tmp_path / "catalog", {"copier.yml": "a: 1\n", path: text})
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", tmp_path / "catalog")
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err


def test_a_catalog_with_objectives_of_its_own_still_has_a_complete_example(tmp_path):
    catalog = tmp_path / "catalog"
    shutil.copytree(ROOT / "templates", catalog / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reference_architectures", catalog / "reference_architectures")
    shutil.copy(ROOT / "copier.yml", catalog)
    objectives = catalog / "templates/_organisation/objectives.yml"

    objectives.write_text("objectives:\n  - {id: grow, title: Grow, kind: revenue, target: 5 %, owner: board}\n")
    made = pilotline("new", tmp_path / "pilot", "--defaults", "--json", "--catalog", catalog)
    objectives.write_text("objectives: []\n")
    refused = pilotline("new", tmp_path / "other", "--defaults", "--catalog", catalog)

    assert json.loads(made.out)["answers"]["objective"] == "grow"
    assert refused.code == 2
    assert "The organisation has no objective yet" in refused.err


def test_the_catalog_comes_from_option_environment_and_configuration(tmp_path, home):
    answers = "{{ _copier_conf.answers_file }}.jinja"
    for name in ("option", "environment", "config"):
        folder = build_file_tree(
            tmp_path / name, {"copier.yml": f"which: {name}\n", answers: "{{ _copier_answers | to_nice_yaml }}"}
        )
        commit_all(folder, "one", tag="v1.0.0")
    build_file_tree(home, {".config/pilotline/config.toml": f'catalog = "{tmp_path}/config"\n'})
    used = {"PILOTLINE_CATALOG": str(tmp_path / "environment")}
    option = ["--catalog", f"{tmp_path}/option@v1.0.0"]

    runs = [
        pilotline("new", tmp_path / "a", "--json"),
        pilotline("new", tmp_path / "b", "--json", environment=used),
        pilotline("new", tmp_path / "c", "--json", *option, environment=used),
    ]

    assert [json.loads(run.out)["answers"]["which"] for run in runs] == ["config", "environment", "option"]
    assert json.loads(runs[2].out)["catalog"] == {"source": f"{tmp_path}/option", "version": "v1.0.0"}


def test_an_error_says_where_a_catalog_is_named_that_is_not_in_the_command(tmp_path, home):
    written = pilotline("new", tmp_path / "a", "--defaults", "--catalog", "/nowhere")
    named = pilotline("new", tmp_path / "a", "--defaults", environment={"PILOTLINE_CATALOG": "/nowhere"})
    build_file_tree(home, {".config/pilotline/config.toml": 'catalog = "/nowhere"\n'})
    configured = pilotline("new", tmp_path / "a", "--defaults")

    assert [run.code for run in (written, named, configured)] == [2, 2, 2]
    assert "It is named in" not in written.err
    assert "It is named in PILOTLINE_CATALOG." in named.err
    assert "pilotline/config.toml." in configured.err


def test_a_configured_address_replaces_the_built_in_one(tmp_path, home):
    build_file_tree(home, {".config/pilotline/config.toml": 'source = "https://git.example.org/pilotline.git"\n'})
    run = pilotline("new", tmp_path / "a", "--json", "--defaults")
    assert json.loads(run.out)["catalog"]["source"] == "https://git.example.org/pilotline.git"


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        ("github", "GitHub runs workflows at the top only"),
        ("gitlab", "GitLab reads the .gitlab-ci.yml at the top only"),
    ],
)
def test_inside_a_repository_one_sentence_says_how_the_ci_files_come_to_run(tmp_path, provider, sentence):
    build_file_tree(tmp_path, {"x": ""})
    commit_all(tmp_path, "outer")
    run = pilotline("new", tmp_path / "pilots/one", "--defaults", "-d", f"ci_provider={provider}")
    assert run.code == 0
    assert sentence in run.out
    assert "pilots/one" in run.out


def test_every_workflow_of_a_prepared_pilot_gets_a_name_of_its_own_at_the_top(tmp_path):
    build_file_tree(tmp_path, {"x": ""})
    commit_all(tmp_path, "outer")
    run = pilotline("new", tmp_path / "pilots/one", "--defaults", "-d", "prepared_for=pilot")
    folder = ".github/workflows"
    workflows = sorted(path.name for path in (tmp_path / "pilots/one" / folder).iterdir())
    assert workflows == ["ci.yml", "team.yml", "upgrade.yml"]
    for file, at_top in (("ci", "one"), ("team", "one-team"), ("upgrade", "one-upgrade")):
        assert f"pilots/one/{folder}/{file}.yml to {folder}/pilots-{at_top}.yml" in run.out


def test_a_missing_git_is_one_sentence(tmp_path):
    run = pilotline("new", tmp_path / "pilot", "--defaults", environment={"PATH": str(tmp_path)})
    assert run.code == 2
    assert "Git was not found" in run.err


def test_output_is_fine_on_a_terminal_that_knows_only_ascii(tmp_path):
    run = pilotline(
        "new", tmp_path / "pilot", "--defaults", environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert run.code == 0, run.err
    assert run.out.startswith("OK ")


def test_no_color_means_no_colour():
    child = pexpect.spawn(
        sys.executable,
        ["-m", "pilotline", "architectures", "show", "nope"],
        env={**os.environ, "NO_COLOR": "1"},
        encoding="utf-8",
    )
    assert "\x1b" not in child.read()
    coloured = pexpect.spawn(sys.executable, ["-m", "pilotline", "architectures"], encoding="utf-8")
    assert "\x1b" in coloured.read()


def test_questions_are_few_and_architecture_stands_before_what_reads_it(builtin):
    questions = parse_questions(builtin)
    asked = [question for question in questions if question.when is not False]
    assert len(asked) <= 31
    assert all(question.help and question.has_default for question in asked)
    names = [question.name for question in questions]
    readers = [question.name for question in questions if "blueprint" in str(question.default)]
    assert all(names.index(name) > names.index("architecture") for name in readers)
    first = read_roles(builtin).one_by_one
    assert first[-3:] == ("architecture", "use_case", "use_condition"), "which use is usual depends on the architecture"
    assert len(first) <= 14, "direction and condition are asked only where they are open"


@pytest.mark.parametrize(("typed", "meant"), [("nwe", "new"), ("architecture", "architectures")])
def test_a_slip_of_the_fingers_is_told_what_was_meant(typed, meant):
    run = pilotline(typed)
    assert run.code == 2
    assert f"did you mean {meant}?" in run.err


def test_help_imports_nothing_slow():
    code = (
        "import sys; sys.argv = ['pilotline', '--help']\n"
        "from pilotline.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "slow = {'copier', 'jinja2', 'yaml', 'mlflow', 'prompt_toolkit', 'questionary', 'pathspec', 'subprocess',"
        " 'tempfile', 'traceback', 'importlib.metadata'}\n"
        "sys.exit(f'imported {slow & set(sys.modules)}' if slow & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "architectures" in done.stdout


def test_a_new_pilot_is_made_without_copier(tmp_path):
    code = (
        f"import sys; sys.argv = ['pilotline', 'new', {str(tmp_path / 'p')!r}, '--defaults']\n"
        "from pilotline.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as exit_: assert exit_.code == 0\n"
        "sys.exit(1 if {'copier', 'questionary', 'mlflow'} & set(sys.modules) else 0)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_an_own_case_takes_no_kpi_of_the_example(tmp_path):
    refused = pilotline("new", tmp_path / "own", "--defaults", "-d", "start=own_case")
    assert (refused.code, "- kpi is missing" in refused.err) == (2, True), refused.err
    assert "no default of the example is yours" in refused.err
    assert not (tmp_path / "own").exists()
    given = ("kpi=Days until paid", "kpi_unit=days", "kpi_baseline=41", "kpi_target=30", "currency=EUR")
    answers = [
        word for answer in (*given, "kpi_unit_value=2", "owner=ada", "start=own_case") for word in ("-d", answer)
    ]
    unasked = pilotline("new", tmp_path / "own", "--defaults", *answers)
    assert (unasked.code, "- objective is missing" in unasked.err) == (2, True), "nobody decided what it serves"
    answers += ["-d", "objective=lower-cost-to-serve"]
    made = pilotline("new", tmp_path / "own", "--defaults", *answers)
    assert made.code == 0, made.err


def test_a_wrong_currency_is_not_repeated_as_none(tmp_path):
    given = {"kpi": "Downtime", "kpi_unit": "hours", "currency": "krona", "start": "own_case"}
    options = [part for name, value in given.items() for part in ("-d", f"{name}={value}")]
    run = pilotline("new", tmp_path / "pilot", *options)
    assert run.code == 2
    assert "A currency is three capital letters" in run.err
    assert "in the currency per unit" in run.err
    assert "None" not in run.err
