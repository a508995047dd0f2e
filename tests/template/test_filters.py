"""Our filters say what those say that Copier loads; that package is asked here, and never by pilotline itself."""

import datetime as dt
import subprocess
import sys
import time
from functools import partial
from types import SimpleNamespace

import jinja2
import pytest
from jinja2.sandbox import SandboxedEnvironment

from pilotline.errors import UnrepeatableTemplateError, UnsupportedTemplateError
from pilotline.template import filters
from pilotline.template.environment import Templating

EXTENSION = "jinja2_ansible_filters.AnsibleCoreFiltersExtension"
VALUES = {
    "data": {"b": [1, {"x": None}], "a": "ü ä", "c": True, "d": 1.5, "e": {}, "f": [], "g": "2024-01-01", "h": "a\nb"},
    "long": {"text": "word " * 40, "list": list(range(60))},
    "day": dt.date(2024, 1, 2),
    "rows": [{"x": 1, "y": 2}, {"x": 1, "y": 3}, {"x": 0, "y": 1}],
    "special": ".[]\\^$*+?{}()|-/ ü\n",
}  # fmt: skip
EXPRESSIONS = """
data | to_yaml
data | to_nice_yaml
data | to_nice_yaml(indent=2)
data | to_nice_yaml(2, sort_keys=False)
data | to_yaml(indent=2, width=20)
long | to_yaml
long | to_nice_yaml
'text' | to_yaml
[] | to_nice_yaml
none | to_yaml
{'d': day, 'n': 1.0, 's': 'yes', 't': (1, 2)} | to_nice_yaml
data | to_nice_json
data | to_nice_json(indent=2, sort_keys=False)
data | to_nice_json(ensure_ascii=False)
nope | to_nice_json
[1, [2, [3, 'null', 4]], none, 5] | flatten
['', 0, false, {}, []] | flatten
[1, [2, [3, [4]]]] | flatten(levels=1)
[1, [2, [3]]] | flatten(0)
[(1, 2), {'a': [3]}, 'text'] | flatten
['yes', 'No', 'on', 'TRUE', '1', '1.0', 'y', 'x', '', 1, 0, 2, 1.0, none, true, []] | map('bool') | list
nope | bool
'2020-01-02 03:04:05' | to_datetime
'2020-01-02' | to_datetime('%Y-%m-%d')
('2020-01-05' | to_datetime('%Y-%m-%d') - '2020-01-02' | to_datetime('%Y-%m-%d')).days
'x' | to_datetime
'%Y-%m-%d %H' | strftime(0)
'%Y-%m-%d' | strftime('86400')
'%S' | strftime(1.5)
'%Y' | strftime('x')
['a b', '', "it's", 3, none] | map('quote') | list
'abc' | regex_replace('b', 'x')
'abc' | regex_replace('B', 'x', ignorecase=true)
'abc' | regex_replace('B', 'x', true)
'abc' | regex_replace
5 | regex_replace('5', 'x')
none | regex_replace('o', 'x')
'ab' | regex_replace('(a)', '\\\\1\\\\1')
'a1b22' | regex_findall('[0-9]+')
'a1b22' | regex_findall('([a-z])([0-9]+)')
'A\\nB' | regex_findall('^[a-z]$', multiline=true, ignorecase=true)
'A\\nB' | regex_findall('^[a-z]$', true, true)
3 | regex_findall('3')
'a1b22' | regex_search('[0-9]+')
'a' | regex_search('z')
'foo bar' | regex_search('(f)(o)', '\\\\1', '\\\\2')
'foo bar' | regex_search('(?P<x>f)(o)', '\\\\g<x>')
'foo' | regex_search('(f)', 'x')
'foo' | regex_search('z', 'x')
'foo' | regex_search('z', '\\\\1')
'foo' | regex_search('(f)', '\\\\10')
'foo' | regex_search('(f)', '\\\\g<1>')
'foo' | regex_search('(f)(o)?(z)?', '\\\\3')
'FOO' | regex_search('foo', ignorecase=true)
'a\\nb' | regex_search('^b', multiline=true)
4 | regex_search('4')
true | ternary('a', 'b')
none | ternary('a', 'b')
none | ternary('a', 'b', 'c')
'' | ternary('a', 'b', 'c')
nope | ternary('a', 'b', 'c')
special | regex_escape
special | regex_escape('posix_basic')
'a' | regex_escape('posix_extended')
1 | regex_escape
'a: 1' | from_yaml
'a: 1\\n---\\nb: 2' | from_yaml_all | list
3 | from_yaml_all
'[1, null]' | from_json
'x' | from_json
3 | from_json
['abc', 'ü', 1, none] | map('hash') | list
['md5', 'sha1', 'sha256', 'sha512', 'nope'] | map('regex_replace') | list
'abc' | hash('md5')
'abc' | hash('sha512')
'abc' | hash('nope')
['abc', 1, none] | map('md5') | list
['abc', 1, none] | map('sha1') | list
['abc', 1, none] | map('checksum') | list
['abc', 'ü', 1] | map('to_uuid') | list
'abc' | mandatory
none | mandatory
nope | mandatory
nope | mandatory('say it')
data.nope | mandatory
['abc', 'ü', 1, none] | map('b64encode') | list
'ü' | b64encode(encoding='utf-16-le')
'w7w=' | b64decode
'/AA=' | b64decode(encoding='utf-16-le')
'!!' | b64decode
'YQ' | b64decode
'a/b/c.tar.gz' | basename
'a/b/c.tar.gz' | dirname
'a/b/c.tar.gz' | splitext
'a/b/' | basename
'/a/b' | relpath('/a/c')
'a/../b' | relpath
'C:\\\\a\\\\b.txt' | win_basename
'C:\\\\a\\\\b.txt' | win_dirname
'C:\\\\a\\\\b.txt' | win_splitdrive
[3, 's', data, none, [1], 1.5] | map('type_debug') | list
nope | type_debug
1 | extract(['a', 'b'])
'b' | extract(data, 0)
'b' | extract(data, [1, 'x'])
'zz' | extract(data)
9 | extract([1])
['a', 'c'] | map('extract', data) | list
{'a': 1, 'b': 2} | combine({'b': 3}, {'c': 4})
{'a': {'x': 1}} | combine({'a': {'y': 2}})
['a', 'b', 'c'] | shuffle(seed='x')
'abc' | shuffle(seed=3)
5 | shuffle
[1, 2, 3] | ans_random(seed=1)
10 | ans_random(seed='q')
10 | ans_random(5, 2, seed=1)
[1, 2] | ans_random(1, seed=1)
1.5 | ans_random
rows | ans_groupby('x')
""".strip().splitlines()


def outcome(environment: jinja2.Environment, expression: str) -> str:
    """Render, or say by which kind of error it ended."""
    try:
        return environment.from_string("{{ " + expression + " }}").render(VALUES)
    except jinja2.TemplateError:
        return "a template error"
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        return f"an error: {type(error).__name__}"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_filter_says_what_copier_s_says(expression):
    reference = SandboxedEnvironment(extensions=[EXTENSION], keep_trailing_newline=True)
    assert outcome(Templating({}).environment, expression) == outcome(reference, expression)


def test_no_filter_of_copier_is_unknown():
    theirs = SandboxedEnvironment(extensions=[EXTENSION]).filters
    assert set(theirs) - set(Templating({}).environment.filters) == set()


@pytest.mark.parametrize("name", ["ans_random", "shuffle"])
def test_chance_without_a_seed_chooses_among_what_is_given(name):
    text = Templating({}).render_text("{{ [1, 2, 3] | " + name + " }}", {})
    assert set(text) <= set("123[], ")


@pytest.mark.parametrize("use", ["'*' | fileglob", "'~' | expanduser", "'$HOME' | expandvars", "'.' | realpath"])
def test_what_reads_the_machine_is_refused(use):
    with pytest.raises(UnrepeatableTemplateError, match="reads the machine"):
        Templating({}).render_text("{{ " + use + " }}", {})


@pytest.mark.parametrize(
    "use", ["'a' | comment", "'52' | random_mac", "rows | subelements('x')", "{} | combine({}, recursive=true)"]
)
def test_what_is_rare_is_left_to_copier(use):
    with pytest.raises(UnsupportedTemplateError, match="only Copier"):
        Templating({}).render_text("{{ " + use + " }}", VALUES)


def test_pilotline_itself_loads_neither_copier_nor_its_filters(tmp_path):
    loaded = "sorted({name.split('.')[0] for name in sys.modules} & {'copier', 'jinja2_ansible_filters'})"
    make = "group(['new', 'pilot', '--defaults'], standalone_mode=False)"
    script = f"import sys; from pilotline.cli.main import group; {make}; print({loaded})"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (tmp_path / "pilot" / "pilot.yml").is_file()
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'%Y-%m-%d' | strftime", ["2026-11-30", "2026-12-01"]),
        ("['%d', '%m'] | map('strftime') | join", ["3011", "0112"]),
        ("'/pilots/x' | relpath", ["x", "../pilots/x"]),
    ],
)
def test_what_is_another_tomorrow_is_not_kept_with_the_compiled_template(tmp_path, monkeypatch, expression, said):
    monkeypatch.setenv("PILOTLINE_CACHE", str(tmp_path))
    heard = []
    for day, folder in (("2026-11-30", "/pilots"), ("2026-12-01", "/elsewhere")):
        today = partial(lambda now, _: now, time.strptime(day, "%Y-%m-%d"))
        clock = SimpleNamespace(strftime=time.strftime, localtime=today)
        monkeypatch.setattr(filters, "time", clock)
        monkeypatch.setattr("os.getcwd", partial(str, folder))
        heard.append(Templating({}).render_text("{{ " + expression + " }}", {}))

    assert heard == said
