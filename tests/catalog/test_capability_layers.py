"""A pilot carries only what it uses: the code of a layer imports from the base, from itself and from what it needs."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
import yaml

from pilotline.catalog.loading import load_builtin
from pilotline.template.answers import resolve_answers

NAMED_OTHERWISE = {
    "cryptography": "pyjwt[crypto]",  # which brings it
    "jwt": "pyjwt[crypto]",
    "mlflow": "mlflow-skinny",
    "openfeature": "openfeature-sdk",
    "prometheus_client": "prometheus-client",
    "pydantic": "pydantic-settings",  # which brings it
    "pydantic_core": "pydantic-settings",
    "pydantic_settings": "pydantic-settings",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
CHOSEN = {"opentelemetry"}  # installed only where traces are switched on
GUARDED = {("mlflow_manners.py", "skops")}  # loaded only where scikit-learn is
ONLY_WITH = re.compile(r"\{%-? if '\w+' in layer -?%\}.*?\{%-? endif -?%\}", re.DOTALL)

TREE = load_builtin("x").tree
DATA = {
    PurePosixPath(path).stem: yaml.safe_load(file.content)
    for path, file in TREE.items()
    if path.startswith("templates/_layers/")
}


def files_of(layer: str) -> dict[str, str]:
    """Give the Python files of a layer by their path in a pilot whose package is `pkg`."""
    before = f"templates/{{{{ layer.{layer} }}}}/"
    named = {path.removeprefix(before): file for path, file in TREE.items() if path.startswith(before)}
    return {
        path.replace("{{ package_name }}", "pkg").removesuffix(".jinja"): ONLY_WITH.sub(
            "", file.content.decode()
        ).replace("{{ package_name }}", "pkg")
        for path, file in named.items()
        if path.endswith((".py", ".py.jinja"))
    }


def reach_of(layer: str) -> set[str]:
    """Name the layers that a layer may rest on."""
    needed = DATA[layer].get("needs", ())
    return {"base", layer}.union(*(reach_of(each) for each in needed))


def imports(path: str, text: str) -> Iterator[str]:
    """Name what a file imports, as dotted names; its own package begins with `pkg`."""
    package = PurePosixPath(path).parent.parts[1:] if path.startswith("src/") else PurePosixPath(path).parent.parts
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (above, node.module) if part)
            yield from (f"{module}.{each.name}" for each in node.names)


def has(name: str, files: dict[str, str]) -> bool:
    """Tell whether a dotted name is a module of these files, or something in one."""
    parts = name.split(".")
    root = "src/" if parts[0] == "pkg" else ""
    places = ["/".join(parts[:end]) for end in range(len(parts) - 1, len(parts) + 1)]
    return any(f"{root}{place}{end}" in files for place in places for end in (".py", "/__init__.py"))


@pytest.mark.parametrize("layer", DATA)
def test_code_of_a_layer_imports_from_nothing_that_a_pilot_may_lack(layer):
    there = {path: text for each in reach_of(layer) for path, text in files_of(each).items()}
    own = files_of(layer)
    assert own, f"{layer} has no folder in templates/"
    lacking = [
        f"{path}: {name}"
        for path, text in own.items()
        for name in imports(path, text)
        if name.startswith(("pkg.", "tests.")) and not has(name, there)
    ]
    assert lacking == []


@pytest.mark.parametrize("layer", DATA)
def test_code_of_a_layer_needs_no_library_but_those_that_it_brings(layer):
    brought = {
        re.split(r"[<>=]", each)[0]
        for name in reach_of(layer)
        for each in DATA[name]["dependencies"] + DATA[name]["dev_dependencies"]
    }
    lacking = {
        f"{path}: {top}"
        for path, text in files_of(layer).items()
        for name in imports(path, text)
        if (top := name.split(".")[0]) not in {"pkg", "tests", *CHOSEN, *sys.stdlib_module_names}
        and NAMED_OTHERWISE.get(top, top.replace("_", "-")) not in brought
        and (PurePosixPath(path).name, top) not in GUARDED
    }
    assert lacking == set()


def test_every_library_of_a_layer_is_used_by_it():
    brought_for_others = {"alembic"}  # MLflow's own store needs it, which mlflow-skinny leaves out
    for layer, data in DATA.items():
        used = {name.split(".")[0] for path, text in files_of(layer).items() for name in imports(path, text)}
        known = {NAMED_OTHERWISE.get(top, top.replace("_", "-")) for top in used}
        named = {re.split(r"[<>=]", each)[0] for each in data["dependencies"]}
        assert named - known - brought_for_others == set(), layer


def test_what_an_architecture_lists_has_what_it_needs():
    for path, file in TREE.items():
        if path.endswith("/architecture.yml"):
            listed = yaml.safe_load(file.content)["uses_layers"]
            needed = {need for each in listed if each in DATA for need in DATA[each].get("needs", ())}
            assert needed <= set(listed), path


def test_an_integration_is_offered_where_its_layers_are_and_nowhere_else():
    """What it needs is data, and the question obeys it."""
    catalog = load_builtin("x")
    needs = {
        PurePosixPath(path).stem: set(yaml.safe_load(file.content).get("needs", ()))
        for path, file in TREE.items()
        if path.startswith("templates/_integrations/")
    }
    assert set().union(*needs.values()) <= set(DATA)
    for architecture in resolve_answers(catalog, {})[0].choices("architecture"):
        listed = yaml.safe_load(TREE[f"reference_architectures/{architecture}/architecture.yml"].content)["uses_layers"]
        offered = resolve_answers(catalog, {"architecture": architecture})[0].choices("integrations")
        assert set(offered) == {name for name, wanted in needs.items() if wanted <= set(listed)}, architecture
