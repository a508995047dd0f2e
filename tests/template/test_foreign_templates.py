# ruff: noqa: E501 - templates stand in one line each, so that a feature is seen whole
"""Any Copier template, a feature at a time: rendered the same, by pilotline or through Copier itself, or refused.

Each template is a repository with a version, rendered by Copier's own documented function and by pilotline; which of
pilotline's ways it goes is asserted, so that none is ever silently different.
"""

import contextlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import copier
import pytest

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.errors import AnswersError, CatalogError, UnsupportedTemplateError
from pilotline.files.tree import Tree
from pilotline.template.answers import accept_answers, find_unasked
from pilotline.template.render import render, render_directly
from pilotline.template.snapshot import Usage
from tests.helpers import build_file_tree, commit_all, executables_below, files_below

ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}
Way = Literal["itself", "copier"]


@dataclass(frozen=True)
class Template:
    """A foreign template, answers for it, and the way that it goes."""

    files: dict[str, str | bytes]
    data: dict[str, object] = field(default_factory=dict)
    way: Way = "itself"
    trusted: bool = False


SAME: dict[str, Template] = {
    "conditional names": Template({"copier.yml": "flag: true\nname: x\n", "{% if flag %}on-{{ name }}{% endif %}.txt": "a", "{% if not flag %}off{% endif %}/b.txt": "b"}),
    "when, of asked, secret and computed questions": Template({
        "copier.yml": "a: {type: str, default: x}\nb: {type: str, default: '{{ a }}y', when: '{{ a == \"z\" }}'}\n"
        "s: {type: str, secret: true, default: q, when: '{{ a == \"x\" }}'}\nt: {type: str, secret: true, default: r, when: false}\n"
        "c: {type: int, when: false, default: '{{ a | length }}'}\nd: {type: str, when: 'no'}\n",
        "o.jinja": "{{ a }} {{ b }} {{ s }} {{ t }} {{ c + 1 }} {{ d is defined }}", **ANSWERS,
    }, {"a": "z"}),
    "computed answers": Template({"copier.yml": "a: [1, 2]\nm: {when: false, type: yaml, default: \"{% for x in a %}- {{ x * 2 }}\\n{% endfor %}\"}\nn: {when: false, default: '{{ m | sum }}'}\n", "o.jinja": "{{ m }} {{ n }}", **ANSWERS}),
    "multiselect": Template({
        "copier.yml": "m: {type: yaml, multiselect: true, choices: {A: 1, B: {value: {k: v}}, C: x, 'D': {value: z, validator: 'not now'}}, default: [x, 1]}\n"
        "n: {type: str, multiselect: true, choices: [a, b, c], default: '[c, a]'}\ne: {type: str, multiselect: true, choices: [a, b], default: []}\n",
        "o.jinja": "{{ m | to_json }}{{ n }}{{ e }}", **ANSWERS,
    }, {"m": ["x"]}),
    "choices as lists, pairs and templates": Template({
        "copier.yml": "a: {type: int, choices: [1, 2], default: 2}\nb: {type: str, choices: [[One, o], [Two, t]], default: t}\nc: {type: str, choices: \"{% for x in [a, b] %}- c{{ x }}\\n{% endfor %}\", default: 'c{{ a }}'}\n"
        "d: {type: yaml, choices: [{k: v}, w], default: w}\ne: {type: str, choices: {'N {{ b }}': '{{ b }}!', M: {value: m, validator: '{% if a == 2 %}not with 2{% endif %}'}}, default: 't!'}\n",
        "o.jinja": "{{ a }}{{ b }}{{ c }}{{ d }}{{ e }}", **ANSWERS,
    }),
    "validators": Template({"copier.yml": "a: {type: int, default: 4, validator: '{% if a > 5 %}too big{% endif %}'}\n", "o.jinja": "{{ a }}"}, {"a": 5}),
    "types of defaults": Template({
        "copier.yml": "i: {type: int, default: '07'}\nf: {type: float, default: 1}\nj: {type: json, default: '[1, null]'}\n"
        "y: {type: yaml, default: '{a: 2026-01-02}'}\nb: {type: bool, default: 'yes'}\ns: 3\nn: null\nl: [1, '{{ i }}']\nm: {type: yaml, default: {k: '{{ i }}'}}\n"
        "day: 2026-01-02\nempty: ''\nz: {type: str, default: ''}\np: {type: path, default: a/b}\nt: {type: '{% if i == 7 %}int{% else %}str{% endif %}', default: '9'}\n",
        "o.jinja": "{{ i }} {{ f }} {{ j }} {{ y }} {{ b }} {{ s }} {{ n }} {{ l }} {{ m }} {{ day }} [{{ empty }}{{ z }}] {{ p }} {{ t + 1 }}", **ANSWERS,
    }),
    "types of given answers": Template({
        "copier.yml": "i: {type: int}\nf: {type: float}\nj: {type: json}\ny: {type: yaml}\nb: {type: bool}\ns: {type: str}\ne: {type: str, default: x}\n",
        "o.jinja": "{{ i }} {{ f }} {{ j }} {{ y }} {{ b }} {{ s }} [{{ e }}]", **ANSWERS,
    }, {"i": "3", "f": "1e3", "j": '{"a": [1, true]}', "y": "[a, 1, null]", "b": "no", "s": "1.0", "e": ""}),
    "numbers and texts that look alike": Template({"copier.yml": "s: {type: str, default: 1.50}\ny: {type: yaml, default: \"'1.50'\"}\nb: {type: bool, default: '0'}\nz: {type: int, default: 3.0}\n", "o.jinja": "{{ s }} {{ y }} {{ b }} {{ z }}", **ANSWERS}),
    "UNSET as default": Template({"copier.yml": "a: {type: str, default: '{{ UNSET }}'}\nb: {type: str, default: '{% if a %}{{ UNSET }}{% endif %}', when: false}\n", "o.jinja": "{{ a }} {{ b is defined }}", **ANSWERS}, {"a": "x"}),
    "placeholder, multiline, help, qmark and ask": Template({"copier.yml": "a: {type: str, default: x, placeholder: '{{ 1 }}', multiline: '{{ true }}', help: 'h {{ 2 }}', qmark: '?', ask: false}\n", "o.jinja": "{{ a }}", **ANSWERS}),
    "exclude with patterns, templates and lines": Template({
        "copier.yml": "_subdirectory: '{{ sub }}'\n_exclude: ['*.bak', '/only-top', \"{% if sub %}gone{% endif %}\", \"{% for x in ['l1', 'l2'] %}{{ x }}\n{% endfor %}\", \"{% if _copier_operation == 'copy' %}c{% endif %}\"]\nsub: src\n",
        "src/a.txt": "", "src/b.bak": "", "src/d/only-top": "", "src/only-top": "", "src/gone/x": "", "src/l1": "", "src/d/l2": "", "src/c": "", "other/c": "",
    }),
    "exclude with negation": Template({"copier.yml": "_exclude: ['*.txt', '!keep.txt', '/d', '!/d/back.md', copier.yml]\nx: 1\n", "a.txt": "", "keep.txt": "", "d/keep.txt": "", "d/back.md": "", "d/gone.md": "", "e/keep.txt": ""}),
    "exclude by default, and none": Template({"copier.yml": "x: 1\n", "a.pyc": "", "~b": "", "d/copier.yml": "", "__pycache__/c": "", "e": ""}),
    "exclude that is empty": Template({"copier.yml": "_exclude: []\nx: 1\n", "a.pyc": "", "e": ""}),
    "skip if exists": Template({"copier.yml": "_skip_if_exists: [a.txt, '{{ x }}.md']\nx: b\n", "a.txt": "1", "b.md": "2"}),
    "another suffix, other delimiters": Template({
        "copier.yml": "_templates_suffix: .tmpl\n_envops: {variable_start_string: '[[', variable_end_string: ']]', block_start_string: '[%', block_end_string: '%]', comment_start_string: '[#', comment_end_string: '#]', trim_blocks: true, lstrip_blocks: true, keep_trailing_newline: false}\nx: 1\ny: '[[ x + 1 ]]'\n",
        "a.tmpl": "[[ x ]] {{ x }} [[ y ]]\n  [% if x %]\nyes[# no #]\n  [% endif %]\n", "b.jinja": "[[ x ]]", "[[ x ]].txt": "",
    }),
    "a suffix of two parts, and one without a point": Template({"copier.yml": "_templates_suffix: .j2.txt\nx: 1\n", "a.j2.txt": "{{ x }}", "b.md.j2.txt": "{{ x }}", "c.j2": "{{ x }}"}),
    "a suffix that is part of a word": Template({"copier.yml": "_templates_suffix: pl\nx: 1\n_exclude: [copier.yml]\n", "a.tpl": "{{ x }}", "b.c.pl": "{{ x }}"}),
    "empty suffix": Template({"copier.yml": "_templates_suffix: ''\nx: 1\n", "a.txt": "{{ x }}\r\nline\n", "b.bin": b"\xff{{ x }}"}),
    "line statements": Template({"copier.yml": "_envops: {line_statement_prefix: '%%', line_comment_prefix: '##'}\nx: 1\n", "o.jinja": "%% if x\nyes ## no\n%% endif\n"}),
    "siblings": Template({"copier.yml": "x: 1\n", "a.txt": "plain", "a.txt.jinja": "{{ x }}", "b.txt.jinja": "b", "c": "file", "c.jinja/d": "in a folder", "{{ 'e' }}": "plain", "e.jinja": "template"}),
    "a templated subdirectory": Template({"copier.yml": "_subdirectory: '{% if x == 1 %}one/in{% else %}two{% endif %}'\nx: 1\n", "one/in/a": "1", "two/a": "2", "README.md": "", "one/in/copier.yml": "kept"}),
    "includes, imports and macros": Template({
        "copier.yml": "x: 1\n_exclude: [lib, copier.yml]\nd: \"{% include 'lib/i' %}\"\n", "lib/m.jinja": "{% macro m(v) %}<{{ v }}>{% endmacro %}", "lib/i": "i{{ x }}", "lib/base.jinja": "{% block b %}base{% endblock %}!",
        "o.jinja": "{% from 'lib/m.jinja' import m %}{{ m(x) }}{% include 'lib/i' %}{% include './lib//i' %}{% include ['nope', 'lib/i'] %}{% include 'nope' ignore missing %}{{ d }}",
        "p.jinja": "{% extends 'lib/base.jinja' %}{% block b %}{{ super() }}+{{ x }}{% endblock %}"
    }),
    "included YAML and several documents": Template({
        "copier.yml": "_exclude: [parts, copier.yml]\na: 1\n---\n!include parts/q.yml\n---\nb: {type: str, default: '{{ a }}-{{ q }}'}\n_exclude: ['*.bak']\na: 2\n",
        "parts/q.yml": "q: {type: int, default: 7}\n---\nr: {type: str, default: '{{ q }}'}\n", "x.bak": "", "o.jinja": "{{ a }} {{ b }} {{ q }} {{ r }}", **ANSWERS,
    }),
    "included YAML by pattern": Template({
        "copier.yml": "_exclude: [parts, copier.yml]\n---\n!include parts/*.yml\n---\n!include '**/deep/**/?.yaml'\n---\n!include none/*.yml\n", "parts/a.yml": "a: 1\n", "parts/.b.yml": "b: 2\n", "parts/not.yaml": "c: 3\n",
        "parts/in/d.yml": "d: 4\n", "parts/deep/er/e.yaml": "e: 5\n", "parts/deep/f.yaml": "f: 6\n", "o.jinja": "{{ a }}{{ b }}{{ c }}{{ d }}{{ e }}{{ f }}", **ANSWERS,
    }),
    "copier.yaml": Template({"copier.yaml": "x: 1\n", "o.jinja": "{{ x }}"}),
    "secrets": Template({"copier.yml": "_secret_questions: [p]\np: {type: str, default: s}\nq: {type: str, default: t, secret: true}\nr: u\n", "o.jinja": "{{ p }}{{ q }}{{ r }}", **ANSWERS}, {"q": "mine"}),
    "another answers file": Template({"copier.yml": "_answers_file: .answers/mine.yml\nx: 1\n", "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}),
    "a templated answers file": Template({"copier.yml": "_answers_file: '.answers.{{ x }}.yml'\nx: z\n", "o.jinja": "{{ _copier_conf.answers_file }}", **ANSWERS}, {"x": "w"}),
    "an answers file below other folders": Template({"copier.yml": "x: 1\n", "d/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}),
    "answers as JSON, in Copier's order": Template({"copier.yml": "a: 1\nb: 2\nc: 3\n", "o.jinja": "{{ _copier_answers | to_json }}"}, {"c": 4, "a": 5}),
    "loops in names": Template({"copier.yml": "names: [a, b]\n", "{% yield n from names %}{{ n }}{% endyield %}.txt.jinja": "{{ n }}", "{% yield n from names %}{{ n }}{% endyield %}/x.jinja": "{{ n }}{{ names }}", **ANSWERS}, {"names": ["u", "v"]}, "copier"),
    "plain files and prose that read like code, beside a loop in names": Template({
        "copier.yml": "names: [a]\n", "{% yield n from names %}{{ n }}{% endyield %}.txt": "", "app.py": "now(); _copier_conf", "page.html": "{{ now() }} {{ _copier_python }}",
        "clock.py.jinja": "datetime.now() {# now() #} {% raw %}{{ now() }}{% endraw %} {{ names }}{% include 'lib/i' %}", "lib/i": "{{ names | length }} make_secret",
    }, way="copier"),
    "exotic environment": Template({"copier.yml": "_envops: {optimized: false}\nx: 1\n", "o.jinja": "{{ x }}", **ANSWERS}, {"x": 2}, "copier"),
    "answers so far in a default": Template({"copier.yml": "a: 1\nb: {default: '{{ _copier_answers | to_json }}'}\n", "o.jinja": "{{ a }} {{ b }}", **ANSWERS}, {"a": 3}, "copier"),
    "extensions of Jinja, trusted": Template({"copier.yml": "_jinja_extensions: [jinja2.ext.loopcontrols]\nx: [1, 2, 3]\n", "o.jinja": "{% for i in x %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", **ANSWERS}, way="copier", trusted=True),
    "tasks, declined": Template({"copier.yml": "_tasks: [touch made, [touch, more], {command: touch third, when: '{{ x }}'}]\nx: 1\n", "a.jinja": "{{ x }}"}),
    "tasks, trusted": Template({"copier.yml": "_tasks: ['echo {{ x }} > made', [touch, more], {command: touch third, when: '{{ x == 1 }}'}, 'mkdir .venv && touch .venv/huge']\nx: 1\n", ".gitignore": ".venv/\nkept.log\n", "kept.log": "by the template", "a.jinja": "{{ x }}", **ANSWERS}, {"x": 2}, "copier", trusted=True),
    "migrations": Template({"copier.yml": "_migrations: [touch m, {version: v1.0.0, command: touch n}]\nx: 1\n", "a.jinja": "{{ x }}"}),
    "messages": Template({"copier.yml": "_message_before_copy: '{{ 1 }}'\n_message_after_copy: 'made {{ x }}'\n_message_before_update: u\n_message_after_update: v\nx: 1\n", "a.jinja": "{{ x }}"}),
    "external data that is its own answers": Template({"copier.yml": "_external_data: {old: '{{ _copier_conf.answers_file }}', same: .copier-answers.yml}\n_exclude: [copier.yml, \"{% if _external_data.old.x %}a{% endif %}\"]\nx: 1\n", "a.jinja": "{{ x }}", **ANSWERS}),
    "minimal version of Copier": Template({"copier.yml": "_min_copier_version: '9.10.0'\nx: 1\n", "a.jinja": "{{ x }}"}),
    "unknown settings": Template({"copier.yml": "_shared: &s {type: str, default: d}\n_min: 3\na: *s\n", "a.jinja": "{{ a }}"}),
    "globals and the phase": Template({"copier.yml": "p: '{{ _copier_phase }}'\n", "o.jinja": "{{ p }} {{ _copier_phase }} {{ pathjoin('a', 'b') }} {{ pathjoin('a', 'b', mode='windows') }} {{ range(3) | list }} {{ dict(a=1) }} {{ now is defined }} {% set ns = namespace(i=0) %}{{ ns.i }} {{ _copier_conf.sep }} {{ _src_path is defined }} {{ _commit }} {{ _external_data | length }}"}),
    "the folder's name": Template({"copier.yml": "name: '{{ _folder_name }}'\n", "o.jinja": "{{ name }} {{ _folder_name }}", **ANSWERS}),
    "filters": Template({
        "copier.yml": "x: 'Äb c'\nd: {type: yaml, default: 2026-01-02}\n",
        "o.jinja": "{{ x | hash('sha256') }} {{ x | to_uuid }} {{ x | b64encode }} {{ {'a': [1, x]} | to_nice_json }}\n{{ x | regex_replace('b', 'd') }} {{ ['a', ['b']] | flatten }} {{ 'a: [1, 2]' | from_yaml }} {{ d | to_json }} {{ {'d': d} | to_nice_yaml }} {{ 'x' | bool }} {{ x | quote }} {{ 3 | ternary('a', 'b') }}",
    }),
    "undefined, strict and lenient": Template({"copier.yml": "_envops: {undefined: jinja2.StrictUndefined}\nx: 1\n", "o.jinja": "{{ x is defined }}{{ z is defined }}{{ z | default('d') }}"}),
    "names that do not exist": Template({"copier.yml": "x: '{{ nope }}'\n", "o.jinja": "[{{ nope }}{{ x }}]", "{{ nope }}/a": ""}),
    "binary, Unicode and line ends": Template({"copier.yml": "x: 1\n", "ü/é.bin": bytes(range(256)), "crlf.jinja": "a\r\n{{ x }}\r\nb", "crlf.txt": "a\r\nb", "none.jinja": "", "no-newline.jinja": "{{ x }}"}),
    "autoescape": Template({"copier.yml": "_envops: {autoescape: true}\nx: '<b>'\n", "o.jinja": "{{ x }}{{ x | safe }}"}),
    "the project's path, as it is called": Template({"copier.yml": "x: '{{ _copier_conf.dst_path }}'\n", "a.jinja": "{{ _copier_conf['dst_path'] }} {{ x }}", **ANSWERS}),
    "how Copier is called": Template({"copier.yml": "x: 1\n", "a.jinja": "{{ _copier_python }} {% for name in ['os', 'sep', 'exclude', 'skip_if_exists', 'user_defaults', 'use_prereleases', 'cleanup_on_error', 'defaults', 'overwrite', 'pretend', 'quiet', 'conflict', 'context_lines', 'unsafe', 'skip_answered', 'skip_tasks', 'vcs_ref', 'vcs_ref_hash'] %}{{ name }}={{ _copier_conf[name] }} {% endfor %}"}),
    "what it was called with, beside everything": Template({"copier.yml": "x: 1\n", "a.jinja": "{{ _copier_conf.data }}", **ANSWERS}, {"x": 2}, "copier"),
    "the operation, which only patterns know": Template({"copier.yml": "x: '{{ _copier_operation }}'\n_exclude: [copier.yml, '{% if _copier_operation == \"copy\" %}c{% endif %}']\n", "a.jinja": "[{{ _copier_operation }}{{ x }}]", "{{ _copier_operation }}b": "", "c": ""}),
    "keys that a question does not have": Template({"copier.yml": "a: {type: str, default: x, hlep: y, order: 3}\n", "o.jinja": "{{ a }}", **ANSWERS}),
    "no questions at all": Template({"README.md": "{{ x }}", "a.jinja": "{{ x }}{{ _copier_conf.answers_file }}", "copier.ymlx": "", "__pycache__/a": "", **ANSWERS}),
    "another spelling of copier.yml": Template({"copier.YML": "x: 3\n_exclude: [copier.YML]\n", "o.jinja": "{{ x }}", **ANSWERS}),
    "data that no question asks for, in a name": Template({"copier.yml": "x: 1\n", "{{ x }}{{ _copier_conf.answers_file }}": "not the answers file"}),
}  # fmt: skip


def load(folder: Path, files: Mapping[str, str | bytes], usage: Usage | None = None):
    source = build_file_tree(folder, files)
    plain = next(path for path in files if not path.startswith("copier.y"))
    (source / plain).chmod(0o755)
    commit_all(source, "one", tag="v1.0.0")
    return load_snapshot(Reference(str(source)), "").used(usage or Usage())


def by_copier(snapshot, target: Path, data: dict[str, object]) -> dict[str, bytes]:
    with warnings.catch_warnings(), contextlib.chdir(target.parent):
        warnings.simplefilter("ignore")
        trusted = snapshot.usage.trusted
        copier.run_copy(
            snapshot.identity.source,
            target.name,
            data=data,
            defaults=True,
            quiet=True,
            vcs_ref="v1.0.0",
            unsafe=trusted,
            skip_tasks=not trusted,
        )
    return files_below(target)


def way_of(snapshot, data) -> Way:
    """Tell which way pilotline takes."""
    try:
        answers = accept_answers(snapshot, data)
        if answers.rendered is not None or (snapshot.definition.tasks and snapshot.usage.trusted):
            return "copier"
        render_directly(snapshot, answers)
    except UnsupportedTemplateError:
        return "copier"
    return "itself"


def assert_same(ours: Tree, theirs: dict[str, bytes], folder: Path) -> None:
    assert {path: file.content for path, file in ours.items()} == theirs
    assert {path for path, file in ours.items() if file.executable} == executables_below(folder)


@pytest.mark.parametrize("template", SAME.values(), ids=SAME.keys())
def test_each_feature_gives_the_same_bytes_modes_and_answers(tmp_path, template):
    usage = Usage(trusted=template.trusted, folder_name="project")
    snapshot = load(tmp_path / "template", template.files, usage)
    theirs = by_copier(snapshot, tmp_path / "project", template.data)
    theirs.pop(".venv/huge", None)
    assert_same(render(snapshot, accept_answers(snapshot, template.data)), theirs, tmp_path / "project")
    assert way_of(snapshot, template.data) == template.way


REFUSED: dict[str, tuple[dict[str, str | bytes], str]] = {
    "extensions of Jinja, untrusted": ({"copier.yml": "_jinja_extensions: [os.path]\nx: 1\n", "a": ""}, r"loads code .*os\.path"),
    "data of another template": ({"copier.yml": "_external_data: {p: .copier-answers.p.yml}\nx: '{{ _external_data.p.y }}'\n", "a": ""}, r"uses _external_data\.p"),
    "its own answers, in a file": ({"copier.yml": "_external_data: {old: .copier-answers.yml}\nx: 1\n", "a.jinja": "{{ _external_data.old.x }}"}, r"uses _external_data\.old"),
    "data of another template, beside a loop in names": ({"copier.yml": "_external_data: {p: other.yml}\nx: [1]\n", "{% yield y from x %}{{ y }}{% endyield %}": "", "é.jinja": "{{ _external_data.p }}"}, r"_external_data"),
    "data of another template, in a file": ({"copier.yml": "_external_data: {p: .copier-answers.p.yml}\nx: 1\n", "a.jinja": "{{ _external_data.p.y }}"}, r"uses _external_data\.p"),
    "the project's path, beside a loop in names": ({"copier.yml": "x: [1]\n", "{% yield y from x %}{{ y }}{% endyield %}": "", "é.jinja": "{{ _copier_conf.dst_path }}"}, r"é\.jinja .*_copier_conf\.dst_path"),
    "the moment, in what a template includes, beside a loop in names": ({"copier.yml": "x: [1]\n", "{% yield y from x %}{{ y }}{% endyield %}": "", "é.jinja": "{% include './lib//i' %}", "lib/i": "{{ now() }}"}, r"lib/i .*uses now\("),
    "the moment, in what is included by a computed name": ({"copier.yml": "x: [1]\n", "{% yield y from x %}{{ y }}{% endyield %}": "", "é.jinja": "{% include 'lib/' ~ x[0] %}", "lib/1": "{{ now() }}"}, r"lib/1 .*uses now\("),
    "the moment, between other marks": ({"copier.yml": "_envops: {optimized: false, variable_start_string: '[[', variable_end_string: ']]'}\nx: [1]\n", "a.jinja": "{{ now() }} [[ now() ]]"}, r"a\.jinja .*uses now\("),
    "the moment": ({"copier.yml": "x: '{{ now() }}'\n", "a": ""}, "uses now"),
    "chance": ({"copier.yml": "x: '{{ make_secret() }}'\n", "a": ""}, "make_secret"),
    "files of this machine": ({"copier.yml": "x: 1\n", "a.jinja": "{{ '/etc/*' | fileglob }}"}, "fileglob"),
    "a newer Copier": ({"copier.yml": "_min_copier_version: '99.0'\nx: 1\n", "a": ""}, r"needs Copier 99\.0"),
    "both definitions": ({"copier.yml": "x: 1\n", "copier.yaml": "x: 1\n", "a": ""}, "both"),
    "patterns that are a text": ({"copier.yml": "_exclude: '*.txt'\nx: 1\n", "a": ""}, r"_exclude is '\*\.txt'"),
    "an include that is not there": ({"copier.yml": "!include gone.yml\n", "a": ""}, "gone.yml"),
    "an include outside": ({"copier.yml": "!include ../../etc/passwd\n", "a": ""}, "etc/passwd"),
    "a subdirectory outside": ({"copier.yml": "_subdirectory: ../..\nx: 1\n", "a": ""}, "outside"),
    "two files of one name": ({"copier.yml": "x: 1\n", "{{ 'a' }}": "1", "a": "2"}, "another template makes a"),
    "yield in a file": ({"copier.yml": "x: [1]\n", "a.jinja": "{% yield y from x %}{{ y }}{% endyield %}"}, "yield"),
    "a secret without a default": ({"copier.yml": "x: {type: str, secret: true}\n", "a": ""}, "secret"),
    "a type that is none": ({"copier.yml": "x: {type: strange, default: 1}\n", "a": ""}, "strange"),
    "a class of undefined that is none": ({"copier.yml": "_envops: {undefined: jinja2.ChainableUndefined}\nx: 1\n", "a": ""}, "ChainableUndefined"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_different_is_refused_in_one_sentence(tmp_path, files, message):
    snapshot = load(tmp_path / "template", files)
    with pytest.raises(CatalogError, match=message) as caught:
        render(snapshot, accept_answers(snapshot, {}))
    assert caught.value.hint
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    "bomb",
    ["{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "{{ 'x' * 9999999999 }}"],
    ids=["time", "memory"],
)
def test_a_bomb_is_stopped_on_copier_s_side_too(tmp_path, monkeypatch, bomb):
    monkeypatch.setenv("PILOTLINE_RENDER_SECONDS", "5")
    snapshot = load(tmp_path / "template", {"copier.yml": "_envops: {optimized: false}\nx: [1]\n", "o.jinja": bomb})
    with pytest.raises(CatalogError, match=r"was stopped|Memory|Overflow|too large|Range too big"):
        render(snapshot, accept_answers(snapshot, {}))


@pytest.mark.parametrize("way", ["", "_envops: {optimized: false}\n"], ids=["itself", "copier"])
def test_answers_that_nothing_would_come_of_are_found(tmp_path, way):
    questions = (
        "ci: a\nday: {type: yaml, default: 2026-01-02}\np: {type: str, default: s, secret: true}\n"
        "host: {type: str, default: h, when: \"{{ ci == 'a' }}\"}\nport: {type: int, when: \"{{ ci == 'a' }}\"}\n"
    )
    snapshot = load(tmp_path / "template", {"copier.yml": f"{way}{questions}", "a": ""})
    given = {"ci": "b", "day": "2026-02-03", "p": "t", "host": "mine", "port": 1}
    found = [find_unasked(snapshot, accept_answers(snapshot, {**given, "ci": ci}), given) for ci in ("a", "b")]
    assert [[problem.question for problem in problems] for problems in found] == [[], ["host", "port"]]


def test_an_answer_that_copier_refuses_is_told_as_one(tmp_path):
    files = {
        "copier.yml": "_envops: {optimized: false}\nx: {type: int, default: 1, validator: '{% if x > 3 %}too big{% endif %}'}\n",
        "a": "",
    }
    snapshot = load(tmp_path / "template", files)
    with pytest.raises(AnswersError, match="too big"):
        accept_answers(snapshot, {"x": 9})
