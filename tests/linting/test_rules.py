"""A fault is planted in a catalog without any, and found by exactly its rule, at its place."""

import pytest

from pilotline.linting.run import RULES, lint_catalog
from tests.helpers import ROOT, build_file_tree, commit_all, git

QUESTIONS = """\
_subdirectory: templates
_exclude: [_integrations, _organisation]
_skip_if_exists: [/code, /page.md]
name:
  type: str
  help: What is it called?
  default: Some name
architecture:
  type: str
  choices: [batch]
  default: batch
size:
  type: int
  default: "{{ architecture | length }}"
  validator: "{% if size < 1 %}too small{% endif %}"
integrations:
  type: yaml
  multiselect: true
  choices: [db]
  default: []
derived:
  type: yaml
  when: false
  default: '["page.md"]'
layer:
  type: yaml
  when: false
  default: |
    base: "."
    batch: "{{ '.' if architecture == 'batch' else '' }}"
    db: "{{ '.' if 'db' in integrations else '' }}"
"""
ARCHITECTURE = """\
id: batch
title: Batch
summary: Scores.
use_when: [often]
avoid_when: [never]
decision: Whom to call
objective: a
kpi:
  {id: k, title: K, question: Q, unit: u, currency: EUR, baseline: 1, target: 2, unit_value: 1, period: p, source: s}
owner: somebody
data_classification: internal
ai_act: {class: minimal, role: deployer, reason: r}
dependencies: []
components:
  - {id: code, title: Code, kind: code, path: code/, does: Everything}
flows:
  - {from: code, to: code, carries: all, data: cases}
outside:
  - {id: people, title: People, kind: person, does: Use it}
outside_flows:
  - {from: code, to: people, carries: results, data: cases}
layers: [code, platform]
quality:
  - {attribute: Small, met_by: one file, shown_by: looking}
threats:
  - {component: code, threat: It fails, likelihood: low, damage: low, treatment: repair, owner: technical}
cost_drivers:
  - {driver: People, grows_with: time, size: little}
operating_model:
  - {task: Repairs, by: technical, rhythm: when needed}
"""
OBJECTIVES = "objectives:\n  - {id: a}\n  - {id: b}\n  - {id: c}\n"
ARCHITECTURE_PATH = "reference_architectures/batch/architecture.yml"
BASE, BATCH, DB = (f"templates/{{{{ layer.{name} }}}}/" for name in ("base", "batch", "db"))
GOOD: dict[str, str | bytes | None] = {
    "copier.yml": QUESTIONS,
    "templates/_organisation/objectives.yml": OBJECTIVES,
    "templates/_integrations/db.yml": "id: db\n",
    ARCHITECTURE_PATH: ARCHITECTURE,
    BASE + "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    BASE + "manifest.yml.jinja": "name: {{ name | to_json(ensure_ascii=false) }}\nsize: {{ size }}\n",
    BASE + ".gitignore.jinja": "var\n",
    BASE + "page.md": "x\n",
    BASE + "ci.yml": "run: ${{ github.ref }}\n",
    BATCH + "code/main.py": "x = 1\n",
    DB + "integrations/db.py": "x = 1\n",
}


def question(text):
    """Put a question before the last ones."""
    return QUESTIONS.replace("derived:\n", f"{text}derived:\n", 1)


def edited(before, after):
    assert QUESTIONS.count(before) == 1, before
    return QUESTIONS.replace(before, after)


def uses(*entries):
    """Write policies with some acceptable uses."""
    return "acceptable_use:\n  uses:\n" + "".join(f"    - {each}\n" for each in entries)


POLICIES = "templates/_organisation/policies.yml"
FAULTS: dict[str, tuple[dict[str, str | bytes | None], str, int]] = {
    "no-copier-yml": ({"copier.yml": None}, "copier.yml", 1),
    "broken-yaml": ({"templates/_integrations/db.yml": "id: db\nx: [1\n"}, "templates/_integrations/db.yml", 3),
    "broken-yaml in copier.yml": ({"copier.yml": "a: 1\nb: 'x\n"}, "copier.yml", 3),
    "broken-yaml, which is no text": ({BASE + "ci.yml": b"a: \xff\n"}, BASE + "ci.yml", 1),
    "repeated-key": ({"copier.yml": QUESTIONS + "name: again\n"}, "copier.yml", 32),
    "raw-gitignore": ({BASE + ".gitignore.jinja": None, BASE + ".gitignore": "var\n"}, BASE + ".gitignore", 1),
    "too-many-objectives": (
        {"templates/_organisation/objectives.yml": OBJECTIVES + "  - {id: d}\n"},
        "templates/_organisation/objectives.yml",
        5,
    ),
    "acceptable-use of another rule": (
        {POLICIES: uses("{id: a, title: A, rule: allowed}", "{id: b, title: B, rule: maybe}")},
        POLICIES,
        4,
    ),
    "acceptable-use without its condition": (
        {POLICIES: uses("{id: a, title: A, rule: allowed}", "{id: b, title: B, rule: restricted}")},
        POLICIES,
        4,
    ),
    "acceptable-use twice": (
        {POLICIES: uses("{id: a, title: A, rule: allowed}", "{id: a, title: B, rule: allowed}")},
        POLICIES,
        4,
    ),
    "acceptable-use that begins forbidden": (
        {
            POLICIES: uses(
                "{id: a, title: A, rule: allowed}", "{id: b, title: B, rule: forbidden, why: W, usual_for: [x]}"
            )
        },
        POLICIES,
        4,
    ),
    "acceptable-use of nothing": ({POLICIES: uses("{id: b, title: B, rule: forbidden, why: W}")}, POLICIES, 2),
    "stops-copier with tasks": ({"copier.yml": QUESTIONS + "_tasks: [touch x]\n"}, "copier.yml", 32),
    "stops-copier with migrations": (
        {"copier.yml": QUESTIONS + "_migrations: [{version: v1, before: [x]}]\n"},
        "copier.yml",
        32,
    ),
    "stops-copier with extensions": ({"copier.yml": QUESTIONS + "_jinja_extensions: [x.Y]\n"}, "copier.yml", 32),
    "copier-version": ({"copier.yml": '_min_copier_version: "99.0"\n' + QUESTIONS}, "copier.yml", 1),
    "copier-version that is none": ({"copier.yml": "_min_copier_version: new\n" + QUESTIONS}, "copier.yml", 1),
    "unusable-questions": ({"copier.yml": question("x: {type: strange, default: a}\n")}, "copier.yml", 21),
    "unknown-key": ({"copier.yml": question("x: {type: str, default: a, chioces: [a]}\n")}, "copier.yml", 21),
    "place-dependent": ({BASE + "x.txt.jinja": "{{ _copier_conf.dst_path }}"}, BASE + "x.txt.jinja", 1),
    "place-dependent by Python": ({BASE + "x.txt.jinja": "{{ _copier_python }}"}, BASE + "x.txt.jinja", 1),
    "unusable-questions of a wrong template": (
        {"copier.yml": question("x: {type: str, default: '{{ name | nope }}'}\n")},
        "copier.yml",
        21,
    ),
    "question-without-default": ({"copier.yml": question("x: {type: str}\n")}, "copier.yml", 21),
    "default-refused": ({"copier.yml": edited("size < 1", "size < 9")}, "copier.yml", 14),
    "default-refused by its choices": (
        {"copier.yml": question("x: {type: str, choices: [a], default: b}\n")},
        "copier.yml",
        21,
    ),
    "question-order": (
        {"copier.yml": edited("  default: Some name\n", "  default: \"Some {{ architecture | default('x') }}\"\n")},
        "copier.yml",
        7,
    ),
    "unknown-name": (
        {"copier.yml": edited("What is it called?", "Called as {{ nmae }}?")},
        "copier.yml",
        6,
    ),
    "unknown-role": (
        {"copier.yml": QUESTIONS + "question_roles: {type: yaml, when: false, default: {fixed: [nmae]}}\n"},
        "copier.yml",
        32,
    ),
    "unknown-layer": ({"templates/{{ layer.other }}/x.txt": "x"}, "templates/{{ layer.other }}", 1),
    "layer-without-folder": ({"copier.yml": QUESTIONS + '    other: ""\n'}, "copier.yml", 25),
    "layer-value": (
        {
            "copier.yml": QUESTIONS + "    other: {{ '.' if size > 5 else 'None' }}\n",
            "templates/{{ layer.other }}/x.txt": "x",
        },
        "copier.yml",
        25,
    ),
    "stray-template": ({"templates/base/x.txt": "x"}, "templates/base/x.txt", 1),
    "same-path": ({DB + "_platform/a.md": "1", BATCH + "_platform/a.md.jinja": "2"}, DB + "_platform/a.md", 1),
    "same-path in two cases of a name": (
        {BASE + "{{ 'page' }}.md.jinja": "1"},
        BASE + "{{ 'page' }}.md.jinja",
        1,
    ),
    "integration-brings-seed": ({DB + "code/db.py": "x = 1\n"}, DB + "code/db.py", 1),
    "seed-not-kept": ({BATCH + "notes.md": "x"}, BATCH + "notes.md", 1),
    "derived-not-kept": ({"copier.yml": edited('["page.md"]', '["page.md", "other.md"]')}, "copier.yml", 3),
    "architecture-form": (
        {ARCHITECTURE_PATH: ARCHITECTURE.replace("likelihood: low", "likelihood: none")},
        ARCHITECTURE_PATH,
        26,
    ),
    "architecture-form, a part of which is missing": (
        {ARCHITECTURE_PATH: ARCHITECTURE.replace("summary: Scores.\n", "")},
        ARCHITECTURE_PATH,
        1,
    ),
    "architecture-part": (
        {ARCHITECTURE_PATH: ARCHITECTURE.replace("to: people", "to: nobody")},
        ARCHITECTURE_PATH,
        21,
    ),
    "choice-without-data": ({"reference_architectures/batch/architecture.yml": None}, "copier.yml", 10),
    "data-without-choice": ({"templates/_integrations/mq.yml": "id: mq\n"}, "templates/_integrations/mq.yml", 1),
    "architecture-layer": (
        {ARCHITECTURE_PATH: ARCHITECTURE + "uses_layers: [batch, tabels]\n"},
        ARCHITECTURE_PATH,
        31,
    ),
    "architecture-advice": (
        {ARCHITECTURE_PATH: ARCHITECTURE + "advice:\n  - {need: speed, answer: high, points: 1, because: it is}\n"},
        ARCHITECTURE_PATH,
        32,
    ),
    "architecture-advice that repeats": (
        {
            "reference_architectures/needs.yml": "needs:\n  - {id: speed, asks: How fast?, answers: {high: Fast}}\n",
            ARCHITECTURE_PATH: ARCHITECTURE
            + "advice:\n"
            + "  - {need: speed, answer: high, points: 1, because: it is}\n" * 2,
        },
        ARCHITECTURE_PATH,
        33,
    ),
    "architecture-layer without what it needs": (
        {
            ARCHITECTURE_PATH: ARCHITECTURE + "uses_layers: [db]\n",
            "templates/_layers/db.yml": "id: db\nneeds: [batch]\n",
            "copier.yml": QUESTIONS.replace("[_integrations,", "[_integrations, _layers,"),
        },
        ARCHITECTURE_PATH,
        31,
    ),
    "does-not-render": ({BASE + "a.txt.jinja": "one\n{{ 1 / (size - 5) }}\n"}, BASE + "a.txt.jinja", 2),
    "does-not-render for one integration": (
        {BASE + "a.txt.jinja": "one\n{% if integrations %}\n{{ name.x.y }}{% endif %}\n"},
        BASE + "a.txt.jinja",
        3,
    ),
    "does-not-render at the edge": (
        {BASE + "a.txt.jinja": "{% if name.startswith('Abc') %}{{ 1 / 0 }}{% endif %}"},
        BASE + "a.txt.jinja",
        1,
    ),
    "does-not-render a value that is not there": ({BASE + "a.txt.jinja": "{{ layer.bse }}"}, BASE + "a.txt.jinja", 1),
    "does-not-render its syntax": ({BASE + "a.txt.jinja": "one\n{% if %}\n"}, BASE + "a.txt.jinja", 2),
    "does-not-render an include": ({BASE + "a.txt.jinja": "one\n{% include 'nope' %}\n"}, BASE + "a.txt.jinja", 2),
    "does-not-render an unknown name": ({BASE + "a.txt.jinja": "one\n{{ nmae }}\n"}, BASE + "a.txt.jinja", 2),
    "broken-result": ({BASE + "a.yml.jinja": "name: {{ name }}\n"}, BASE + "a.yml.jinja", 1),
    "broken-result in TOML": ({BASE + "a.toml.jinja": 'name = "{{ name }}"\n'}, BASE + "a.toml.jinja", 1),
    "leftover-syntax": ({BASE + "a.txt": "one\n{{ name }}\n"}, BASE + "a.txt", 2),
    "leftover-syntax of a statement": ({BASE + "a.txt": "one\n{% if x %}\n"}, BASE + "a.txt", 2),
    "answers-file that is missing": (
        {BASE + "{{ _copier_conf.answers_file }}.jinja": None},
        "copier.yml",
        1,
    ),
    "answers-file with a relative source": (
        {BASE + "{{ _copier_conf.answers_file }}.jinja": "_src_path: ../catalog\n_commit: {{ _commit }}\n"},
        BASE + "{{ _copier_conf.answers_file }}.jinja",
        1,
    ),
}


def plant(folder, files):
    return build_file_tree(folder, {path: content for path, content in files.items() if content is not None})


def rules_of(folder):
    return [(problem.rule, problem.path, problem.line) for problem in lint_catalog(folder).problems]


def test_the_catalog_that_faults_are_planted_in_has_none(tmp_path):
    verdict = lint_catalog(plant(tmp_path, GOOD))
    assert verdict.problems == ()
    assert verdict.cases > 10


@pytest.mark.parametrize(("name", "fault"), FAULTS.items(), ids=FAULTS)
def test_a_planted_fault_is_found_by_exactly_its_rule(tmp_path, name, fault):
    files, path, line = fault
    rule = name.split(" ")[0].rstrip(",")
    assert rules_of(plant(tmp_path, {**GOOD, **files})) == [(rule, path, line)]


def test_a_link_is_found(tmp_path):
    (plant(tmp_path, GOOD) / BASE / "link").symlink_to("/etc/passwd")
    assert rules_of(tmp_path) == [("symbolic-link", BASE + "link", 1)]


def test_a_tag_that_is_no_version_is_found(tmp_path):
    commit_all(plant(tmp_path, GOOD), "one", tag="pilot-v1.0.0")
    git(tmp_path, "tag", "v1.0.0")
    assert rules_of(tmp_path) == [("tag-version", "tag pilot-v1.0.0", 1)]


def test_in_a_repository_ignored_files_are_left_out_and_new_ones_are_not(tmp_path):
    commit_all(plant(tmp_path, {**GOOD, ".gitignore": "*.tmp\n"}), "one", tag="v1.0.0")
    build_file_tree(tmp_path, {BASE + "a.tmp": "{{ name }}", BASE + "b.txt": "{{ name }}"})
    assert rules_of(tmp_path) == [("leftover-syntax", BASE + "b.txt", 1)]


CHECKS, POLICIES = "templates/_organisation/checks.yml", "templates/_organisation/policies.yml"
NEWS: dict[str, tuple[dict[str, str | bytes | None], str, int]] = {
    "pace": ({"copier.yml": question("pace: {type: str, default: a}\n")}, "copier.yml", 21),
    "ACM002": ({CHECKS: "lowered: []\nchecks:\n  - {id: ACM001}\n  - {id: ACM002}\n"}, CHECKS, 4),
    "secrets": ({POLICIES: "contact: us\nsecrets: {kept_in: vault}\n"}, POLICIES, 2),
}


@pytest.mark.parametrize("name", NEWS)
def test_what_asks_something_new_of_teams_is_told(tmp_path, name):
    before = {CHECKS: "lowered: []\nchecks:\n  - {id: ACM001}\n", POLICIES: "contact: us\n"}
    commit_all(plant(tmp_path, {**GOOD, **before}), "one", tag="v1.0.0")
    files, path, line = NEWS[name]
    plant(tmp_path, {**files, "changelog.d/other.added.md": f"No {name}y thing.\n"})
    assert rules_of(tmp_path) == [("untold-change", path, line)]
    plant(tmp_path, {f"changelog.d/{name}.added.md": f"There is a new one, `{name}`.\n"})
    assert rules_of(tmp_path) == []


def test_every_rule_has_a_planted_fault():
    planted = {name.split(" ")[0].rstrip(",") for name in FAULTS} | {"symbolic-link", "tag-version", "untold-change"}
    assert {rule.name for rule in RULES} == planted


def test_all_faults_are_found_at_once(tmp_path):
    some = ("stops-copier with tasks", "unknown-layer", "same-path", "does-not-render", "too-many-objectives")
    files = {path: content for name in some for path, content in FAULTS[name][0].items()}
    assert {rule for rule, _, _ in rules_of(plant(tmp_path, {**GOOD, **files}))} == {
        name.split(" ")[0] for name in some
    }


def test_the_built_in_catalog_is_clean():
    assert rules_of(ROOT) == []
