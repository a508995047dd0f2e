"""Hostile catalogs and answers files: none writes outside, runs anything, or takes more than its share."""

# ruff: noqa: E501 - an attack stands on one line

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import IDENTITY, Run, build_file_tree, commit_all, files_below
from tests.upgrade.helpers import ANSWERS_TEMPLATE, make_pilot, numbered, release, state, upgrade

GOOD = {"a.txt": numbered()}
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


def question(text: str) -> dict[str, str]:
    return {"copier.yml": f"_exclude: [copier.yml]\nname: {{type: str, default: ada}}\n{text}\n"}


NAMES = {
    "climbs": "{{ '..' }}/escaped.txt",
    "climbs in one part": "sub/{{ '..%c..' | format(47) }}/escaped.txt",
    "absolute": "{{ '/tmp/pilotline-escaped' }}/escaped.txt",
    "git": "{{ '.git' }}/hooks/post-commit",
    "git in capitals": "{{ '.GIT' }}/hooks/post-commit",
    "git's short name": "{{ 'git~1' }}/hooks/post-commit",
    "git with a dot": "{{ '.git.' }}/config",
    "git with a blank": "{{ '.git ' }}/config",
    "git in a folder": "sub/{{ '.git' }}/config",
    "ignorable character": "{{ '.g\u200cit' }}/hooks/post-commit",
    "a stream of NTFS": "{{ '.git::$INDEX_ALLOCATION' }}/config",
    "backslash": "{{ '..' }}\\escaped.txt",
}
SETTINGS = {
    "subdirectory above": {"copier.yml": "_subdirectory: ..\nname: ada\n"},
    "subdirectory absolute": {"copier.yml": "_subdirectory: /etc\nname: ada\n"},
    "subdirectory by template": {"copier.yml": "_subdirectory: \"{{ '..' }}\"\nname: ada\n"},
    "include outside": {"x.txt.jinja": "{% include '../../../../../etc/passwd' %}"},
    "include absolute": {"x.txt.jinja": "{% include '/etc/passwd' %}"},
    "include in a question": question("leak: {type: str, default: \"{% include '/etc/passwd' %}\"}"),
    "yaml tag include": {"copier.yml": "--- !include /etc/passwd\n"},
    "yaml runs python": {"copier.yml": "name: !!python/object/apply:os.system [touch pwned]\n"},
    "external data": {
        "copier.yml": "_external_data: {leak: /etc/passwd}\nname: ada\n",
        "x.jinja": "{{_external_data.leak}}",
    },
    "extension": {"copier.yml": "_jinja_extensions: [os.system]\nname: ada\n"},
    "answers file outside": {"copier.yml": "_answers_file: ../../escaped.yml\nname: ada\n"},
}
ESCAPES = {
    "attribute chain": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr filter": "{{ ''|attr('__class__')|attr('__mro__') }}",
    "str.format": "{{ '{0.__class__.__mro__}'.format('') }}",
    "format_map": "{{ '{x.__class__}'.format_map({'x': ''}) }}",
    "format through map": "{{ ['{0.__class__}']|map('format', 'x')|list }}",
    "function globals": "{{ range.__globals__ }}{{ lipsum.__globals__['os'].system('touch pwned') }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('touch pwned').read() }}",
    "self": "{{ self._TemplateReference__context.environment }}",
    "configuration": "{{ _copier_conf.__class__.__init__.__globals__ }}",
    "path object": "{{ _copier_conf.answers_file.__class__('/etc/passwd').read_text() }}",
    "path methods": "{{ _copier_conf.answers_file.parent.joinpath('x').write_text('pwned') }}",
    "filter on files": "{{ '/etc/*'|fileglob }}",
    "import of a module": "{% import 'os' as os %}{{ os.system('touch pwned') }}",
    "undefined": "{{ missing.__class__.__init__.__globals__ }}",
    "generator frame": "{{ (1 for _ in [1]).gi_frame }}",
    "map attribute": "{{ [range]|map(attribute='__self__')|list }}",
}
BOMBS = {
    "nested loops": {"x.txt.jinja": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"},
    "silent loops": {
        "x.txt.jinja": "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = b %}{% endfor %}{% endfor %}"
    },
    "recursion": {"x.txt.jinja": "{% include 'x.txt.jinja' %}"},
    "mutual recursion": {"x.txt.jinja": "{% include 'y.jinja' %}", "y.jinja": "{% include 'x.txt.jinja' %}"},
    "macro recursion": {"x.txt.jinja": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"},
    "huge output": {"x.txt.jinja": "{{ 'x' * 9999999999 }}"},
    "doubling": {
        "x.txt.jinja": "{% set n = namespace(x='x') %}{% for _ in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}"
    },
    "wide format": {"x.txt.jinja": "{{ '%99999999999d' % 1 }}"},
    "centre": {"x.txt.jinja": "{{ 'x' | center(99999999999) }}"},
    "power": {"x.txt.jinja": "{{ 9 ** 999999999 }}"},
    "product": {"x.txt.jinja": "{% set n = namespace(x=9) %}{% for _ in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}{{ n.x }}"},
    "big range": {"x.txt.jinja": "{{ range(10**12) | list }}"},
    "lipsum": {"x.txt.jinja": "{{ lipsum(n=99999999) }}"},
    "backtracking": {"x.txt.jinja": "{{ ('a' * 60 ~ 'b') | regex_search('^(a+)+$') }}"},
    "backtracking while a constant is folded": {"x.txt.jinja": "{{ '%s!' | regex_replace('^(a|aa)+$', '') }}" % ("a" * 60)},
    "permutations": {"x.txt.jinja": "{{ range(30) | permutations | list | length }}"},
    "aliases in copier.yml": {"copier.yml": f"{LAUGHS}name: {{type: str, default: ada}}\n"},
    "aliases in a template": {"data.yml": LAUGHS, "x.txt.jinja": "{% set t %}{% include 'data.yml' %}{% endset %}{{ t | from_yaml }}"},
    "deep nesting": {"copier.yml": "name: " + "[" * 100_000 + "\n"},
    "a loop in a question": question(
        'slow: {type: str, when: false, default: "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"}'
    ),
    "a name that grows": {"{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}.txt": "x"},
}  # fmt: skip


@pytest.fixture
def pilot(tmp_path):
    return make_pilot(tmp_path / "inside", GOOD, {"a.txt": numbered(n1="two")})


def attack(pilot: Path, files: dict[str, str]) -> Run:
    """Release hostile content as a new version, and upgrade to it with little memory to spare and little time."""
    release(pilot.parent / "catalog", {**GOOD, **files}, "v3.0.0")
    command = [sys.executable, "-m", "pilotline", "upgrade", "--commit"]
    environment = {**os.environ, **IDENTITY, "PILOTLINE_RENDER_SECONDS": "1"}
    done = subprocess.run(
        command, cwd=pilot, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


def assert_harmless(pilot: Path, run: Run, before: tuple[object, ...], tmp_path: Path) -> None:
    assert "Traceback" not in run.err
    assert "fault of pilotline" not in run.err
    assert run.code == 2, run.out + run.err
    assert len(run.err.strip().splitlines()) <= 3, "one sentence and the next step"
    assert state(pilot) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"inside"}
    assert {path.name for path in pilot.parent.iterdir()} == {"catalog", "pilot"}
    assert not Path("/tmp/pilotline-escaped").exists()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_rendered_name_leaves_the_pilot_or_reaches_git(pilot, tmp_path, name):
    before = state(pilot)
    assert_harmless(pilot, attack(pilot, {name: "escaped\n"}), before, tmp_path)


@pytest.mark.parametrize("files", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_reads_or_writes_outside(pilot, tmp_path, files):
    before = state(pilot)
    run = attack(pilot, files)
    assert "root:" not in run.out + run.err
    assert_harmless(pilot, run, before, tmp_path)


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_no_template_leaves_the_sandbox(pilot, tmp_path, text):
    run = attack(pilot, {"x.txt.jinja": text})
    rendered = files_below(pilot).get("x.txt", b"").decode()
    assert run.code in {0, 2}, run.err
    assert "Traceback" not in run.err
    for leak in ("<class", "<module", "<function", "root:", "<frame", "built-in"):
        assert leak not in rendered
    assert list(tmp_path.rglob("pwned")) == []
    assert not (pilot / "pwned").exists()


@pytest.mark.parametrize("files", BOMBS.values(), ids=BOMBS)
def test_no_template_takes_more_than_its_share(pilot, tmp_path, files):
    before = state(pilot)
    run = attack(pilot, files)
    assert_harmless(pilot, run, before, tmp_path)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 2**20, "KiB: no child ever took 2 GiB"


ANSWERS_FILES = {
    "a version is an option": ("_src_path: CATALOG\n_commit: --upload-pack=touch pwned\n", "no version --upload-pack"),
    "a version runs over lines": ('_src_path: CATALOG\n_commit: "v1.0.0\\n--all"\n', "no version"),
    "an address is an option": ("_src_path: --upload-pack=touch pwned\n_commit: v1.0.0\n", "no catalog at --upload"),
    "ext": ("_src_path: 'ext::sh -c touch% pwned'\n_commit: v1.0.0\n", "no catalog at ext::"),
    "ext behind a scheme": ("_src_path: 'git://ext::sh -c touch% pwned'\n_commit: v1.0.0\n", "cannot be reached"),
    "fd": ("_src_path: 'fd::17/foo'\n_commit: v1.0.0\n", "no catalog at fd::"),
    "ssh with an option": ("_src_path: 'ssh://-oProxyCommand=touch pwned/x'\n_commit: v1.0.0\n", "cannot be reached"),
    "ssh host with an option": ("_src_path: 'git@-oProxyCommand=touch:x'\n_commit: v1.0.0\n", "no catalog at git@"),
    "a list as address": ("_src_path: [x]\n_commit: v1.0.0\n", "cannot be read as answers"),
    "a mapping as version": ("_src_path: CATALOG\n_commit: {a: b}\n", "no version"),
    "aliases": (f"_src_path: CATALOG\n_commit: v1.0.0\n{LAUGHS}", "cannot be read as answers"),
    "an alias to itself": ("_src_path: CATALOG\n_commit: v1.0.0\nname: &a [*a]\n", "cannot be read as answers"),
    "python": ("_src_path: CATALOG\n_commit: v1.0.0\nname: !!python/object/apply:os.system [touch pwned]\n", "cannot be read"),
    "deep nesting": (f"_src_path: CATALOG\n_commit: v1.0.0\nname: {'[' * 100_000}\n", "cannot be read as answers"),
    "not UTF-8": ("_src_path: CATALOG\n_commit: v1.0.0\nname: \udcff\n", "cannot be read as answers"),
    "a template as answer": ("_src_path: CATALOG\n_commit: v1.0.0\nname: \"{{ ''.__class__ }}\"\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), ANSWERS_FILES.values(), ids=ANSWERS_FILES)
def test_no_answers_file_runs_anything(pilot, tmp_path, text, message):
    content = text.replace("CATALOG", str(pilot.parent / "catalog")).encode("utf-8", "surrogateescape")
    build_file_tree(pilot, {".copier-answers.yml": content})
    commit_all(pilot, "hostile")
    before = state(pilot)
    run = upgrade(pilot, "--plan", GIT_SSH_COMMAND="sh -c 'exit 1'")
    assert list(tmp_path.rglob("pwned")) == []
    if message:
        assert message in run.err
        assert_harmless(pilot, run, before, tmp_path)
    else:
        assert "<class" not in run.out
        assert "Traceback" not in run.err


def test_a_link_that_leads_out_of_a_catalog_is_refused(pilot, tmp_path):
    catalog = pilot.parent / "catalog"
    (catalog / "leak.txt").symlink_to("/etc/passwd")
    commit_all(catalog, "a link", tag="v3.0.0")
    before = state(pilot)
    run = upgrade(pilot)
    assert "link leak.txt leads out of it" in run.err
    assert_harmless(pilot, run, before, tmp_path)


@pytest.mark.parametrize("key", ["_tasks", "_migrations"])
def test_nothing_of_a_catalog_runs_unless_it_is_trusted(pilot, tmp_path, key):
    text = f"{key}: [touch {tmp_path}/pwned]\n_exclude: [copier.yml]\nname: ada\n"
    run = attack(pilot, {"copier.yml": text, **ANSWERS_TEMPLATE})
    assert run.code in {0, 2}, run.err
    assert "Traceback" not in run.err
    assert list(tmp_path.rglob("pwned")) == []


@pytest.mark.parametrize("name", ["-rf", "--output=x", "@{-1}", "HEAD", ":(glob)**", "a:b", "$(touch pwned)", "`x`"])
def test_a_name_is_never_an_option_or_a_command(pilot, tmp_path, name):
    run = attack(pilot, {name: "content\n"})
    assert run.code == 0, run.err
    assert (pilot / name).read_text() == "content\n"
    assert list(tmp_path.rglob("pwned")) == []
