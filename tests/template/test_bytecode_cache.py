"""Compiled templates are kept between runs, in a folder that nobody else can put code into."""

import pytest

from pilotline.template.bytecode_cache import _MEMORY, _usable, compiled, fingerprint_code


@pytest.fixture
def ask(tmp_path):
    """Ask for a template's code as a new process would, and count how often it is compiled."""
    count = []

    def ask_(source="1 + 1", *, options="options"):
        _MEMORY.clear()
        _usable.cache_clear()

        def compile_():
            count.append(source)
            return compile(source, "x", "eval")

        return eval(compiled((options, source, None), tmp_path / "store", compile_)), len(count)

    return ask_


def stored(tmp_path):
    return sorted((tmp_path / "store" / "compiled").iterdir())


def test_a_template_is_compiled_once_for_all_runs(ask):
    assert ask() == (2, 1)
    assert ask() == (2, 1)


def test_other_options_or_names_are_other_code(ask):
    ask()
    assert ask(options="others") == (2, 2)
    assert ask("2 + 2") == (4, 3)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:-1],
        lambda content: content[:40] + b"x" + content[41:],
        lambda _: b"x" * 200,
    ],
    ids=["empty", "cut", "changed", "nonsense"],
)
def test_a_damaged_file_is_compiled_again_and_mended(ask, tmp_path, damage):
    ask()
    (path,) = stored(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert ask() == (2, 2)
    assert ask() == (2, 2)


def test_code_under_the_name_of_another_template_is_refused(ask, tmp_path):
    ask("1 + 1")
    (first,) = stored(tmp_path)
    ask("6 * 7")
    (second,) = set(stored(tmp_path)) - {first}
    second.write_bytes(first.read_bytes())
    assert ask("6 * 7") == (42, 3)


def test_a_folder_that_others_may_write_is_not_used(ask, tmp_path):
    ask()
    (tmp_path / "store" / "compiled").chmod(0o777)
    assert ask() == (2, 2)
    assert ask() == (2, 3)


def test_a_place_that_cannot_be_written_costs_time_only(ask, tmp_path):
    (tmp_path / "store").write_text("a file where the folder would be")
    assert ask() == (2, 1)
    assert ask() == (2, 2)


def test_another_source_file_is_another_fingerprint(tmp_path):
    path = tmp_path / "filters.py"
    path.write_text("one")
    before = fingerprint_code([str(path)])
    assert fingerprint_code([str(path)]) == before
    path.write_text("longer")
    assert fingerprint_code([str(path)]) != before
