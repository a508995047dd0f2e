# ruff: noqa: E501 - templates stand in one line each, so that a feature is seen whole
"""What Copier's own suite says about copies and updates, told anew: a history of a template, and what has to come of it.

The names are those of its tests (`tests/test_updatediff.py`, `test_migrations.py`, `test_legacy_migration.py`,
`test_subdirectory.py`, `test_symlinks.py`, `test_exclude.py`). Left out is what is about an option or a prompt of
Copier's command, about `.rej` files, or needs a network; `DIFFERENT` is what pilotline does otherwise on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.foreign.histories import History


@dataclass(frozen=True)
class Update:
    """A history, and what the update has to leave: content by path, nothing where no file may be."""

    history: History
    expected: Mapping[str, str | None]
    conflicts: frozenset[str] = frozenset()
    cases: tuple[str, ...] = ()
    """The cases of Copier that one history stands for; none means the one that it is named for."""


@dataclass(frozen=True)
class Copy:
    """A template, and exactly the files that a copy of it has to give, beside the answers file."""

    files: Mapping[str, str]
    expected: Mapping[str, str]
    data: Mapping[str, object] = field(default_factory=dict)


def conflict(ours: str, theirs: str) -> str:
    """Write a conflict as it stands in a file, without names for its sides."""
    return f"<<<<<<<\n{ours}=======\n{theirs}>>>>>>>\n"


def block(name: str, extra: int | None = None) -> str:
    """Write a function whose lines are all alike, so that a patch finds its place by its context alone."""
    alike = ['    print("alike")\n'] * 4
    return f"def {name}():\n" + "".join(
        [*alike[:extra], *(['    print("new")\n'] if extra else []), *alike[extra or 4 :], '    print("not alike")\n']
    )


NAMES = {
    "normal_file": "file", "unicode": "unicode_âñ", "whitespace": "file with whitespace", "leading": " leading",
    "trailing": "trailing ", "multi": "   multi   ", "other": "\tother\t\\t", "control": "\a\f\n\t\vcontrol\a\f\n\t\vcharacters\v\t\n\f\a",
    "backslash": "back\\slash", "special": "!special", "wildcard": "dont_wildmatch*",
}  # fmt: skip
SEEDS = {name: file for name, file in NAMES.items() if name != "wildcard"}
ODD = ("README.md", "spa ces", 'qu`o"tes', "m4â4ñ4a")
GRETA = "It is {{ when }}.\n\nI am {{ who }}, and I make {{ what }}.\n\nThanks.\n"
STEPS = "_migrations:\n" + "".join(
    f"- {{version: v{v}, before: [touch before-{v}], after: [touch after-{v}]}}\n" for v in ("1.0", "2.0", "3.0")
)
QUESTIONS = "who: Greta\nwhat: bread\nwhen: late\n"
SNAKES = (
    "aaa🐍\n{%- if b %}\nbbb🐍\n{%- endif %}\nzzz🐍\n",
    "aaa🐍\n{%- if b %}\nbbb🐍\n{%- endif %}\n{%- if c %}\nccc🐍\n{%- endif %}\nzzz🐍\n",
)
PLAIN = (
    "aaa\n{%- if b %}\nbbb\n{%- endif %}\nzzz\n",
    "aaa\n{%- if b %}\nbbb\n{%- endif %}\n{%- if c %}\nccc\n{%- endif %}\nzzz\n",
)
VARIABLES = (
    "stage",
    "version_from",
    "version_to",
    "version_pep440_from",
    "version_pep440_to",
    "version_current",
    "version_pep440_current",
)
SET = dict(zip(VARIABLES, ("after", "v1", "v3", "1", "3", "v2", "2"), strict=True))


RUN, NOT_RUN = ("v1.9", "v2.dev0", "v2.dev2", "v2.a1"), ("v0.9", "v1", "v2.a2", "v2")
NAMED = "|".join(name.upper() for name in VARIABLES)
AFTER = (
    "- touch basic\n- {command: touch worked, working_directory: sub}\n- {command: touch on, when: true}\n- {command: touch off, when: false}\n"
    "- touch {{ _copier_phase }}\n- mv foo bar\n- {command: mv fob bab, when: \"{{ _stage == 'after' }}\"}\n"
    + "".join(
        f"- {{command: \"env | grep -E '^({NAMED})=' | sort > env{n}.txt\"{', version: v2' * n}}}\n"
        f"- {{command: '{' && '.join(f'echo {name}={{{{ _{name} }}}} >> vars{n}.txt' for name in VARIABLES)}'{', version: v2' * n}}}\n"
        for n in (0, 1)
    )
)
SONGS = "import sys, json, pathlib; p = pathlib.Path(*sys.argv[1:]); a = json.loads(p.read_text()); a['songs'] = [a.pop('song')]; p.write_text(json.dumps(a))"
HELLO = "import yaml; p = '.copier-answers.yml'; a = yaml.safe_load(open(p)); a['hello'] = 'Copier'; yaml.safe_dump(a, open(p, 'w'))"
CI = "tests:\n    script:\n        - ./test.sh\n"
PAGES = "\npages:\n    script:\n        - ./deploy.sh\n"
MOVED = (
    "import pathlib, subprocess; f = pathlib.Path('.ci/main.yml'); f.parent.mkdir(parents=True); "
    "f.write_text(pathlib.Path('ci.yml').read_text()); subprocess.run(['git', 'add', str(f)], check=True)\n"
)

UPDATES: dict[str, Update] = {
    "updatediff::updatediff": Update(
        History(
            {"copier.yml": QUESTIONS, "README.jinja": GRETA.replace("\n\nI am", " I am")},
            {"copier.yml": "who: Elaine\nwhat: cake\nwhen: early\n" + STEPS, "README.jinja": GRETA},
            {"README": "It is late. I am Greta, and I make bread.\n\nThanks for the tea.\n"},
            tags=("v1.0", "v2.0"), trusted=True,
        ),
        {"README": "It is late.\n\nI am Greta, and I make bread.\n\nThanks for the tea.\n", "before-1.0": None, "after-1.0": None, "before-2.0": "", "after-2.0": "", "before-3.0": None, "after-3.0": None},
    ),
    "updatediff::updatediff, other answers": Update(
        History({"copier.yml": QUESTIONS, "README.jinja": GRETA}, ours={"README": GRETA.replace("{{ when }}", "late").replace("{{ who }}", "Greta").replace("{{ what }}", "bread").replace("Thanks.", "Thanks a lot.")}, new_data={"who": "Largo", "what": "cake"}),
        {"README": "It is late.\n\nI am Largo, and I make cake.\n\nThanks a lot.\n"},
    ),
    "updatediff::update_from_tagged_to_head": Update(History({"example": "1"}, {"example": "2"}, tags=("v1", ""), to="HEAD"), {"example": "2"}),
    "updatediff::skip_update": Update(History({"copier.yaml": "_skip_if_exists: [skip_me]", "skip_me": "1"}, {"skip_me": "3"}, {"skip_me": "2"}), {"skip_me": "2", "skip_me.rej": None}),
    "updatediff::skip_update_deleted": Update(
        History({"copier.yaml": "_skip_if_exists: ['*skip*']", "other": "1", **{f"skip_{file}": "1" for file in SEEDS.values()}}, {"other": "2"}, {f"skip_{file}": None for file in SEEDS.values()}),
        {f"skip_{file}": "1" for file in SEEDS.values()},
        cases=tuple(f"updatediff::skip_update_deleted[{name}]" for name in SEEDS),
    ),
    "updatediff::update_deleted_path": Update(
        History(
            {"another_file": "foobar", "dont_wildmatch": "bar", **dict.fromkeys(NAMES.values(), "foo")}, {"dont_wildmatch": "baz", **dict.fromkeys(NAMES.values(), "bar")}, dict.fromkeys(NAMES.values())
        ),
        {"another_file": "foobar", "dont_wildmatch": "baz", **dict.fromkeys(NAMES.values())},
        cases=tuple(f"updatediff::update_deleted_path[{name}]" for name in NAMES),
    ),
    **{
        f"updatediff::overwrite_answers_file_always[{file or None}]": Update(
            History({"copier.yaml": "question_1: true", "answer_1.jinja": "{{ question_1 }}"}, {"copier.yaml": "question_1: false"}, answers_file=file), {"answer_1": "True"}
        )
        for file in ("", ".copier-answers.yml", ".custom.copier-answers.yaml")
    },
    "updatediff::file_removed": Update(
        History(
            {"1.txt": "1", "dir 2/2.txt": "2", "dir 3/subdir 3/3.txt": "3", "dir 4/subdir 4/4.txt": "4", "dir 5/subdir 5/5.txt": "5", "toignore.txt": "survives"},
            {"1.txt": None, "dir 2": None, "dir 3": None, "dir 4": None, "dir 5": None, "6.txt": "6"},
            {"I.txt": "I", "dir II/II.txt": "II", "dir 3/subdir III/III.txt": "III", "dir 4/subdir 4/IV.txt": "IV", ".gitignore": "toignore.txt"},
        ),
        {"I.txt": "I", "dir II/II.txt": "II", "dir 3/subdir III/III.txt": "III", "dir 4/subdir 4/IV.txt": "IV", "6.txt": "6", "toignore.txt": "survives", "1.txt": None, "dir 2/2.txt": None, "dir 3/subdir 3/3.txt": None, "dir 4/subdir 4/4.txt": None, "dir 5/subdir 5/5.txt": None},
    ),
    "updatediff::update_inline_changed_answers_and_questions[False]": Update(
        History({"copier.yml": "b: false", "content.jinja": PLAIN[0]}, {"copier.yml": "b: false\nc: false\n", "content.jinja": PLAIN[1]}, {"content": "aaa\nbbb\njjj\nzzz\n"}, {"b": True}, {"c": True}),
        {"content": "aaa\nbbb\n" + conflict("jjj\n", "ccc\n") + "zzz\n"}, frozenset({"content"}),
    ),
    "updatediff::conflict_on_update_with_unicode_in_content": Update(
        History({"copier.yml": "b: false", "content.jinja": SNAKES[0]}, {"copier.yml": "b: false\nc: false\n", "content.jinja": SNAKES[1]}, {"content": "aaa🐍\nbbb🐍\njjj🐍\nzzz🐍\n"}, {"b": True}, {"c": True}),
        {"content": "aaa🐍\nbbb🐍\n" + conflict("jjj🐍\n", "ccc🐍\n") + "zzz🐍\n"}, frozenset({"content"}),
    ),
    "updatediff::update_in_repo_subdirectory[inline]": Update(
        History({"version.txt": "v1\n"}, {"version.txt": "v2\n"}, {"version.txt": "v1 edited\n"}, folder="subdir"), {"version.txt": conflict("v1 edited\n", "v2\n")}, frozenset({"version.txt"})
    ),
    "updatediff::update_needs_more_context[3]": Update(
        History({"a.py": f"{block('one')}\n{block('two')}"}, {"a.py": f"{block('zero')}\n{block('one')}\n{block('two')}"}, {"a.py": f"{block('one')}\n{block('two', 2)}"}),
        {"a.py": f"{block('zero')}\n{block('one')}\n{block('two', 2)}"},
    ),
    "updatediff::conflicted_files_are_marked_unmerged": Update(
        History(dict.fromkeys(ODD, "upstream version 1\n"), dict.fromkeys(ODD, "upstream version 2\n"), dict.fromkeys(ODD, "upstream version 1 + downstream\n")),
        dict.fromkeys(ODD, conflict("upstream version 1 + downstream\n", "upstream version 2\n")) | {f"{file}.rej": None for file in ODD},
        frozenset(ODD),
        tuple(f"updatediff::conflicted_files_are_marked_unmerged[{file}]" for file in ODD),
    ),
    "updatediff::3way_merged_files_without_conflicts_are_not_marked_unmerged": Update(
        History({"readme.md": "upstream version 1"}, {"readme.md": "upstream version 2"}, {"readme.md": "upstream version 2"}), {"readme.md": "upstream version 2"}
    ),
    "updatediff::update_with_new_file_in_template_and_project": Update(
        History({"other": ""}, {"ci.yml.jinja": CI.replace("test.sh", "test.sh --slow")}, {"ci.yml": CI + PAGES}),
        {"ci.yml": "tests:\n    script:\n" + conflict("        - ./test.sh\n" + PAGES, "        - ./test.sh --slow\n")}, frozenset({"ci.yml"}),
    ),
    "updatediff::update_with_new_file_in_template_and_project_via_migration": Update(
        History(
            {"ci.yml.jinja": CI},
            {
                "ci.yml.jinja": "include: .ci/main.yml\n", ".ci/main.yml.jinja": CI.replace("test.sh", "test.sh --slow"), "migrate.py": MOVED,
                "copier.yml": "_exclude: [.git, copier.yml, migrate.py]\n_migrations:\n- {version: v2, when: \"{{ _stage == 'before' }}\", command: \"{{ _copier_python }} {{ _copier_conf.src_path / 'migrate.py' }}\"}\n",
            },
            {"ci.yml": CI + PAGES}, trusted=True,
        ),
        {"ci.yml": conflict(CI + PAGES, "include: .ci/main.yml\n"), ".ci/main.yml": "tests:\n    script:\n" + conflict("        - ./test.sh\n" + PAGES, "        - ./test.sh --slow\n")},
        frozenset({"ci.yml", ".ci/main.yml"}),
    ),
    "updatediff::update_with_skip_answered_and_new_answer": Update(History({"copier.yml": "boolean: false", "a.jinja": "{{ boolean }}"}, new_data={"boolean": "true"}), {"a": "True"}),
    "updatediff::update_vcs_ref_current": Update(History({"copier.yml": "boolean: false", "a.jinja": "{{ boolean }}"}, {"README.md": "two"}, new_data={"boolean": "true"}, to="v1.0.0"), {"a": "True", "README.md": None}),
    "updatediff::update_dont_validate_computed_value": Update(
        History({"copier.yml": "computed: {type: str, default: foo, when: false, validator: never}\n", "a.jinja": "{{ computed }}"}, {"b": ""}), {"a": "foo", "b": ""}
    ),
    "updatediff::gitignore_file_unignored": Update(History({".gitignore": "", ".env": ""}, {".gitignore": ".env\n"}), {".gitignore": ".env\n", ".env": ""}),
    "updatediff::gitignore_file_unignored, back": Update(History({".gitignore": ".env\n", ".env": ""}, {".gitignore": ""}), {".gitignore": "", ".env": ""}),
    "updatediff::update_with_answers_with_umlaut": Update(History({"copier.yml": "umlaut: {type: str}\n", "a.jinja": "{{ umlaut }}"}, {"b": ""}, data={"umlaut": "äöü"}), {"a": "äöü", "b": ""}),
    "updatediff::conditional_computed_value": Update(
        History({"copier.yml": "first: {type: bool}\nsecond: {type: bool, default: '{{ first }}', when: '{{ first }}'}\n", "log.txt.jinja": "{{ first }} {{ second }}"}, data={"first": True}, new_data={"first": False}),
        {"log.txt": "False False"},
    ),
    "updatediff::conditional_computed_value, back": Update(
        History({"copier.yml": "first: {type: bool}\nsecond: {type: bool, default: '{{ first }}', when: '{{ first }}'}\n", "log.txt.jinja": "{{ first }} {{ second }}"}, data={"first": False}, new_data={"first": True}),
        {"log.txt": "True True"},
    ),
    "updatediff::disable_secret_validator_on_replay": Update(
        History({"copier.yml": "token: {type: str, secret: true, default: '', validator: \"{% if token == '' %}Must not be empty{% endif %}\"}\n", ".gitignore": ".env", ".env.jinja": "TOKEN={{ token }}"}, new_data={"token": "$up3r"}),
        {".env": "TOKEN=$up3r"},
    ),
    "migrations::after the merge": Update(
        History({"copier.yml": f"_migrations:\n{AFTER}"}, {"foo": "f", "fob": "f"}, {"sub/x": ""}, tags=("v1", "v3"), trusted=True),
        {
            "basic": "", "sub/worked": "", "worked": None, "on": "", "off": None, "migrate": "", "foo": None, "bar": "f", "fob": None, "bab": "f",
            **{f"env{n}.txt": "".join(sorted(f"{name.upper()}={value}\n" for name, value in SET.items() if n or "current" not in name)) for n in (0, 1)},
            **{f"vars{n}.txt": "".join(f"{name}={value if n or 'current' not in name else ''}\n" for name, value in SET.items()) for n in (0, 1)},
        },
        cases=(
            "migrations::basic_migration", "migrations::migration_working_directory", "migrations::migration_condition[True]", "migrations::migration_condition[False]",
            "migrations::migration_run_after[True]", "migrations::migration_run_after[False]", "migrations::copier_phase_variable",
            *(f"migrations::migration_{kind}_variables[{version}]" for kind in ("env", "jinja") for version in (True, False)),
        ),
    ),
    "migrations::of the versions in between": Update(
        History({"copier.yml": "_migrations:\n" + "".join(f"- {{version: {v}, command: touch {v}}}\n- {{version: {v}, before: [touch before-{v}]}}\n" for v in (*RUN, *NOT_RUN))}, tags=("v1.0.0", "v2.0.0.alpha1"), to="v2.0.0.alpha1", trusted=True),
        {**dict.fromkeys((*RUN, *(f"before-{v}" for v in RUN)), ""), **dict.fromkeys((*NOT_RUN, *(f"before-{v}" for v in NOT_RUN)))},
        cases=("migrations::version_migration", "migrations::prerelease_version_migration", "legacy_migration::prereleases"),
    ),
    "migrations::migration_run_before": Update(
        History({"copier.yml": f"hello: World\n_migrations:\n- command: ['{{{{ _copier_python }}}}', '-c', \"{HELLO}\"]\n  when: \"{{{{ _stage == 'before' }}}}\"\n", "foo.jinja": "Hello {{ hello }}"}, {"bar": ""}, trusted=True),
        {"foo": "Hello Copier"},
    ),
    "legacy_migration::migrations_and_tasks[False]": Update(
        History(
            {"copier.yml": "_exclude: [.git, copier.yml]\n_tasks: ['echo task >> by-tasks.txt', 'rm -f gone-in-tasks']\n_migrations: [{version: v2, before: ['echo $VERSION_FROM $VERSION_CURRENT > before'], after: ['echo $VERSION_PEP440_TO > after', 'rm gone-in-migration']}]\n", "gone-in-tasks": "", "gone-in-migration": ""},
            tags=("v1.0.0", "v2.0"), trusted=True,
        ),
        {"by-tasks.txt": "task\ntask\n", "before": "v1.0.0 v2\n", "after": "2.0\n", "gone-in-tasks": None, "gone-in-migration": None},
    ),
    "legacy_migration::pre_migration_modifies_answers": Update(
        History(
            {"copier.yml": "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\nsong: la vie\n", "songs.json.jinja": "[ [[ song|tojson ]] ]", "{{ _copier_conf.answers_file }}.jinja": None, "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|tojson ]]"},
            {"copier.yml": f"_envops: {{variable_start_string: '[[', variable_end_string: ']]'}}\nsongs: {{default: [paranoid]}}\n_migrations:\n- version: v2\n  before:\n  - [python, -c, \"{SONGS}\", '[[ _copier_conf.dst_path ]]', '[[ _copier_conf.answers_file ]]']\n", "songs.json.jinja": "[[ songs|tojson ]]"},
            tags=("v1", "v2"), trusted=True,
        ),
        {"songs.json": '["la vie"]'},
    ),
    "subdirectory::update_subdirectory": Update(
        History({"copier.yml": "_subdirectory: '{{ choose }}'\nchoose: conf\n", "conf/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}", "conf/conf.md": "1", "api/api.md": ""}, {"conf/conf.md": "2"}),
        {"conf.md": "2", "api.md": None, "conf/conf.md": None},
    ),
    "subdirectory::update_subdirectory_from_root_path": Update(
        History({"copier.yaml": "q1: {type: str, default: a1}\n", "file1.jinja": "version 1\nhello\n{{ q1 }}\nbye\n"}, {"file1.jinja": "version 2\nhello\n{{ q1 }}\nbye\n"}, folder="subfolder", answers_file=".custom.copier-answers.yaml"),
        {"file1": "version 2\nhello\na1\nbye\n"},
    ),
    "subdirectory::new_version_uses_subdirectory[inline]": Update(
        History(
            {"README.md": "upstream version 1\n"},
            {"README.md": None, "{{ _copier_conf.answers_file }}.jinja": None, "copier.yml": "_subdirectory: subdir\n", "subdir/README.md": "upstream version 2\n", "subdir/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"},
            {"README.md": "downstream version 1\n"},
        ),
        {"README.md": conflict("downstream version 1\n", "upstream version 2\n"), "subdir/README.md": None}, frozenset({"README.md"}),
    ),
    "symlinks::update_symlink": Update(
        History({"copier.yml": "_preserve_symlinks: true\n", "aaaa.txt": "a\n", "bbbb.txt": "b\n", "symlink.txt -> ./aaaa.txt": ""}, {"symlink.txt -> bbbb.txt": ""}), {"symlink.txt": "-> bbbb.txt"}
    ),
    "symlinks::update_file_to_symlink": Update(
        History({"copier.yml": "_preserve_symlinks: true\n", "aaaa.txt": "a\n", "bbbb.txt": "b\n", "cccc.txt -> ./aaaa.txt": ""}, {"bbbb.txt -> aaaa.txt": "", "cccc.txt": "a\n"}), {"bbbb.txt": "-> aaaa.txt", "cccc.txt": "a\n"}
    ),
}  # fmt: skip

KEEP = "_preserve_symlinks: true\n"
TARGET = {"target.txt": "Symlink target"}
SUBDIRECTORIES = {
    "copier.yml": "_subdirectory: '{{ choose }}'\nchoose: {type: str, default: conf, choices: [api, conf]}\nfilename: mock\n", "api/api.md": "",
    "conf/conf.md": "plain", "conf/conf.md.jinja": "rendered", "conf/{{ filename }}.jinja": "{{ filename }} contents",
}  # fmt: skip
NFD = "man\u0303ana.txt"
NFC = "mañana.txt"

COPIES: dict[str, Copy] = {
    "subdirectory::copy_subdirectory_api_option": Copy(SUBDIRECTORIES, {"api.md": ""}, {"choose": "api"}),
    "subdirectory::copy_subdirectory_config": Copy(SUBDIRECTORIES, {"conf.md": "rendered", "mock": "mock contents"}),
    "subdirectory::copy_subdirectory_config_no_overwrite": Copy(SUBDIRECTORIES, {"conf.md": "rendered", "other": "other contents"}, {"filename": "other"}),
    "symlinks::copy_symlink": Copy({"copier.yaml": KEEP, **TARGET, "symlink.txt -> target.txt": ""}, {**TARGET, "symlink.txt": "-> target.txt"}),
    "symlinks::copy_symlink_templated_name": Copy({"copier.yaml": f"{KEEP}symlink_name: symlink\n", **TARGET, "{{ symlink_name }}.txt -> target.txt": ""}, {**TARGET, "symlink.txt": "-> target.txt"}),
    "symlinks::copy_symlink_templated_target": Copy(
        {"copier.yaml": f"{KEEP}target_name: target\n", "{{ target_name }}.txt": "t", "symlink1.txt.jinja -> {{ target_name }}.txt": "", "symlink2.txt -> {{ target_name }}.txt": ""},
        {"target.txt": "t", "symlink1.txt": "-> target.txt", "symlink2.txt": "-> {{ target_name }}.txt"},
    ),
    "symlinks::copy_symlink_missing_target": Copy({"copier.yaml": KEEP, "symlink.txt -> target.txt": ""}, {"symlink.txt": "-> target.txt"}),
    "symlinks::option_preserve_symlinks_false": Copy({"copier.yaml": "_preserve_symlinks: false\n", **TARGET, "symlink.txt -> target.txt": ""}, {**TARGET, "symlink.txt": "Symlink target"}),
    "symlinks::option_preserve_symlinks_default": Copy({"copier.yaml": "", **TARGET, "symlink.txt -> target.txt": ""}, {**TARGET, "symlink.txt": "Symlink target"}),
    "symlinks::exclude_symlink": Copy({"copier.yaml": f"{KEEP}_exclude: [symlink.txt, copier.yaml]\n", **TARGET, "symlink.txt -> target.txt": ""}, TARGET),
    "symlinks::copy_symlink_none_path": Copy({"copier.yaml": f"{KEEP}render: false\n", **TARGET, "{% if render %}symlink.txt{% endif %} -> target.txt": ""}, TARGET),
    "symlinks::recursive_symlink": Copy({"copier.yaml": KEEP, "one/two/three/root -> ../../../": ""}, {"one/two/three/root": "-> ../../.."}),
    "symlinks::symlinked_dir_expanded": Copy(
        {"a_dir/a_file.txt": "some", "a_symlinked_dir -> a_dir": "", "a_nested/symlink -> ../a_dir": ""}, {"a_dir/a_file.txt": "some", "a_symlinked_dir/a_file.txt": "some", "a_nested/symlink/a_file.txt": "some"}
    ),
    "exclude::exclude_recursive": Copy({"copier.yml": "_exclude: [bad, copier.yml]\n", "bad/x": "", "bad/y/bad/z": "", "good": ""}, {"good": ""}),
    "exclude::exclude_recursive_negate": Copy({"copier.yml": "_exclude: ['*', '!copy_me.txt']\n", "copy_me.txt": "", "do_not_copy_me.txt": "", "d/x": ""}, {"copy_me.txt": ""}),
    "exclude::config_exclude": Copy({"copier.yml": "_exclude: ['*.txt']", "aaaa.txt": ""}, {"copier.yml": "_exclude: ['*.txt']"}),
    "exclude::config_include": Copy({"copier.yml": "_exclude: ['!.svn']", ".svn/hello": ""}, {"copier.yml": "_exclude: ['!.svn']", ".svn/hello": ""}),
    "exclude::path_filter": Copy(
        {"copier.yaml": f"_exclude: ['*.exclude', '!do_not.exclude', exclude_dir/, '!exclude_dir/please_copy_me', '!not_exclude_dir/x', {NFC}, copier.yaml]\n", "x.exclude": "", "do_not.exclude": "", "exclude_dir/x": "", "exclude_dir/please_copy_me": "", "not_exclude_dir/x": "", NFD: "", NFC: "", "manana.txt": ""},
        {"do_not.exclude": "", "exclude_dir/please_copy_me": "", "not_exclude_dir/x": "", NFC: "", "manana.txt": ""},
    ),
    "exclude::config_exclude_with_subdirectory": Copy({"copier.yml": "_subdirectory: 'template'", "template/copier.yml": ""}, {"copier.yml": ""}),
    **{
        f"exclude::config_exclude_{name}": Copy({"copier.yml": setting, "template/copier.yml": "", "a": ""}, {"a": ""})
        for name, setting in {"with_subdirectory_dot": "_subdirectory: '.'", "with_subdirectory_empty_string": "_subdirectory: ''", "without_subdirectory": ""}.items()
    },
    "exclude::config_exclude_copieryml_without_templates_suffix": Copy(
        {"copier.yml": "_subdirectory: .\n_templates_suffix: ''\n_envops: {block_start_string: '[?', block_end_string: '?]'}\n", "a": ""}, {"a": ""}
    ),
    "exclude::config_exclude_file_with_bad_jinja_syntax_without_templates_suffix": Copy(
        {"copier.yml": "_subdirectory: .\n_templates_suffix: ''\n_exclude: [.git, copier.yml, exclude-me.txt]\n", "exclude-me.txt": '"{%" is malformed', "a": ""}, {"a": ""}
    ),
    "exclude::config_exclude_with_templated_path": Copy(
        {"copier.yml": "_exclude: ['*', '!keep-me.txt']\nkeep: keep-me.txt\ndrop: exclude-me.txt\n", "{{ keep }}.jinja": "", "{{ drop }}.jinja": ""}, {"keep-me.txt": ""}
    ),
    "exclude::exclude_wildcard_negate_nested_file": Copy(
        {"copier.yml": f"{KEEP}_exclude: ['*', '!/foo/keep-me.txt', '!/foo/bar/keep-me-symlink.txt']\n", "exclude-me.txt": "", "foo/keep-me.txt": "", "foo/bar/keep-me-symlink.txt -> ../keep-me.txt": ""},
        {"foo/keep-me.txt": "", "foo/bar/keep-me-symlink.txt": "-> ../keep-me.txt"},
    ),
}  # fmt: skip

DIFFERENT: dict[str, str] = {
    "updatediff::skip_update_deleted": "what a team deleted stays deleted, seeds as well",
    "updatediff::disable_secret_validator_on_replay": "what git does not know is never overwritten",
    "legacy_migration::migrations_and_tasks[False]": "tasks run on both renders and not in the project, so a merge knows what they did",
}
"""Cases in which pilotline keeps a promise that Copier does not make, each with it."""


def cases_of(name: str) -> tuple[str, ...]:
    """Name the cases of Copier that a history is, or is a part of."""
    update = UPDATES.get(name)
    return update.cases if update is not None and update.cases else (name.partition(",")[0],)


ALL = frozenset(case for name in (*UPDATES, *COPIES) for case in cases_of(name))
AS_COPIER = ALL - {case for name in DIFFERENT for case in cases_of(name)}
