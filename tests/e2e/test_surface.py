"""What a team's code may import from the platform is listed, and stays importable when it moves."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pilotline.template.answers import resolve_answers
from pilotline.template.snapshot import Snapshot
from tests.e2e.earlier import load_first_shape
from tests.e2e.notebooks import code_of

pytestmark = pytest.mark.slow

PLATFORM = "_platform"
OWN = r"src/[^/]+/(?!_platform/|adapters/integrations/)|tests/(?!platform/)"
NOTES = r"(?:docs|\{\{ 'docs' [^/]+ \}\})/team/"
SEED = re.compile(rf"templates/[^/]+/(?:{{{{ [^/]+ }}}}/)?(?:(?:{OWN}).*[.]py|{NOTES}.*[.]ipynb)(?:[.]jinja)?")
READ = (
    "import json; from customer_call_list._platform.surface import EARLIER, MOVED, SURFACE;"
    "print(json.dumps([SURFACE, EARLIER, {old: sum(map(list, new.values()), []) for old, new in MOVED.items()}]))"
)
IMPORT = """
import json, sys, warnings
from importlib import import_module
warnings.simplefilter("error")
for module, name in json.loads(sys.argv[1]):
    getattr(import_module(f"customer_call_list._platform.{module}".rstrip(".")), name)
"""
TWICE = """
import warnings
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    from customer_call_list._platform.control import Corrections
    from customer_call_list._platform.control import Corrections as again
    import customer_call_list._platform.control as control
    try:
        control.nothing
    except AttributeError as error:
        print(error)
print(*(f"{each.category.__name__} {each.filename} {each.message}" for each in found), sep="\\n")
"""


def seeds(snapshot: Snapshot) -> dict[str, str]:
    """Give the modules of every layer that are handed to the team, whatever answers bring them."""
    found = {path: file.content.decode() for path, file in snapshot.tree.items() if SEED.fullmatch(path)}
    named = {path: text.replace("{{ package_name }}", "customer_call_list") for path, text in found.items()}
    return {path: code_of(text) if ".ipynb" in path else text for path, text in named.items()}


def imported(sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give what modules import from the platform, as its module and the name in it."""
    for source in sources.values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                assert not any(PLATFORM in alias.name for alias in node.names), "names are imported, not modules"
            if isinstance(node, ast.ImportFrom) and PLATFORM in (node.module or "").split("."):
                module = (node.module or "").rpartition(PLATFORM)[2].strip(".")
                yield from ((module, alias.name) for alias in node.names)


Names = set[tuple[str, str]]


@pytest.fixture
def lists(pilot: Path, run_in) -> tuple[Names, Names, Names]:
    """Give the listed surface, what earlier seeds need of it, and what moved, each as pairs of module and name."""
    run = run_in(pilot, ["python", "-c", READ])
    assert run.code == 0, run.err
    surface, earlier, moved = ({(m, n) for m, names in each.items() for n in names} for each in json.loads(run.out))
    return surface, earlier, moved


def test_the_surface_is_what_seeds_import_and_all_of_it_is_there(builtin, lists, render_pilot, run_in, tmp_path):
    surface, earlier, _ = lists
    now, before = (set(imported(seeds(each))) for each in (builtin, load_first_shape(tmp_path)))
    assert now - surface == set(), "list it in _platform/surface.py, or do not import it in a seed"
    assert surface - now - before == set(), "no seed imports it"
    assert earlier & (now | surface) == set(), "it is no name of earlier versions alone"
    left = surface | earlier
    for name in resolve_answers(builtin, {})[0].choices("architecture"):
        pilot = render_pilot(architecture=name, package_name="customer_call_list", prepared_for="production")
        there = {(module, each) for module, each in surface | earlier if has_module(pilot, module)}
        run = run_in(pilot, ["python", "-c", IMPORT, json.dumps(sorted(there))])
        assert run.code == 0, run.err
        left -= there
    assert left == set(), "a pilot of some architecture has it"


def has_module(pilot: Path, module: str) -> bool:
    """Tell whether a pilot's layers bring a module of the platform."""
    place = pilot / "src/customer_call_list/_platform" / module.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def test_what_seeds_of_the_first_shape_import_is_there_or_has_moved(lists, pilot, run_in, tmp_path):
    surface, earlier, moved = lists
    asked = set(imported(seeds(load_first_shape(tmp_path))))
    assert asked - surface - earlier <= moved
    code = IMPORT.replace('"error"', '"error", ResourceWarning')
    run = run_in(pilot, ["python", "-c", code, json.dumps(sorted(asked | moved))])
    assert run.code == 0, run.err


def test_a_name_that_moved_warns_once_and_names_its_new_place(pilot, run_in):
    run = run_in(pilot, ["python", "-c", TWICE])
    missing, *warned = run.out.splitlines()
    assert missing == "module 'customer_call_list._platform.control' has no attribute 'nothing'"
    old, new = "customer_call_list._platform.control.Corrections", "customer_call_list._platform.corrections"
    text = f"{old} has moved to {new}: import it from there; the old name goes with version 2."
    assert warned == [f"DeprecationWarning <string> {text}"], run.err
