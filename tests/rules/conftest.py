"""Both copies of the rule book: the source that the CLI imports, and the one that pilots carry."""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from tests.helpers import ROOT

SOURCE = ROOT / "generator/pilotline/rules"
CARRIED = ROOT / "templates/{{ layer.base }}/src/{{ package_name }}/_platform/rules"


@pytest.fixture(scope="session", params=["source", "carried"])
def book(request):
    """Give a function that imports a module of one of the copies by its name."""
    if request.param == "source":
        return lambda name: import_module(f"pilotline.rules.{name}")
    if "carried_rules" not in sys.modules:
        spec = spec_from_file_location(
            "carried_rules", CARRIED / "__init__.py", submodule_search_locations=[str(CARRIED)]
        )
        assert spec is not None
        sys.modules["carried_rules"] = module_from_spec(spec)
    return lambda name: import_module(f"carried_rules.{name}")
